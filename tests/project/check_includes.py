#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layer includes only the layers below it that docs/architecture.md names, and only the layer
whose task it is includes a foreign library. Meson enforces the first for what it links; this
catches what reaches a header by another way."""
import os
import re

import project

ALLOWED = {
    "base": set(),
    "model": {"base"},
    "mime": {"model", "base"},
    "net": {"base"},
    "auth": {"base"},
    "imap": {"net", "base"},
    "graph": {"base"},
    "store": {"model", "base"},
    "engine": {"store", "imap", "graph", "auth", "net", "mime", "model", "base"},
    "ui": {"engine", "model", "mime", "base"},
    "cli": {"engine", "model", "base"},
}
# What may be used only there: a pattern of the source, and the layers.
ONLY = [
    (r"#include\s+<gmime/", {"mime"}),
    (r"#include\s+<gumbo\.h>", {"mime"}),
    (r"#include\s+<sqlite3\.h>", {"store"}),
    (r"#include\s+<libsecret/", {"auth"}),
    (r"#include\s+<libsoup/|#include\s+<json-glib/", {"auth", "graph"}),
    (r"#include\s+<gtk/|#include\s+<adwaita\.h>|#include\s+<webkit/|#include\s+<gdk/", {"ui"}),
    (r"\bg_socket_client_\w+\s*\(", {"net"}),
]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)


def layer_of(path):
    parts = path.split(os.sep)
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def main():
    root = project.top()
    headers = {}
    for path in project.files(root, ".h", under=("src",)):
        headers[os.path.basename(path)] = layer_of(path)
    problems = []
    sources = project.files(root, ".c", ".h", under=("src", "tests"))
    for path in sources:
        text = project.read(root, path)
        layer = layer_of(path)
        for name in INCLUDE.findall(text):
            if name.startswith("../") or "/../" in name:
                problems.append(f'{path}: includes "{name}" by its place instead of its layer')
            target = headers.get(os.path.basename(name))
            if layer in ALLOWED and target and target != layer:
                if target not in ALLOWED[layer]:
                    problems.append(f"{path}: {layer} may not include {name} of {target}")
                elif name.endswith("-private.h"):
                    problems.append(f"{path}: {name} is private to {target}")
        if layer in ALLOWED:
            for pattern, layers in ONLY:
                match = re.search(pattern, text)
                if match and layer not in layers:
                    problems.append(f"{path}: {match.group(0).strip()} belongs into "
                                    f"{' or '.join(sorted(layers))} only")
    project.finish(problems, len(sources))


main()
