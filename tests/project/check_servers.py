#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test that docs/servers.md names exists, and every scripted-server test is named there."""
import re

import project

PAGE = "docs/servers.md"
SCRIPTED = ("tests/engine/test-imap-attack.c", "tests/engine/test-imap-programs.c",
            "tests/engine/test-imap-services.c")


def main():
    root = project.top()
    sources = "".join(project.read(root, path)
                      for path in project.files(root, ".c", under=("tests",)))
    cells = re.findall(r"^\|.*\| (`[^|]+`) \|$", project.read(root, PAGE), re.MULTILINE)
    rows = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    problems = [f"{PAGE}: there is no test \"{name}\"" for name in rows
                if f'/{name}"' not in sources and f'"{name}"' not in sources]
    for path in SCRIPTED:
        text = re.sub(r'"\s*"', "", project.read(root, path))
        for name in re.findall(r'ADD \("(?:[^"/]+", "|[^"/]+/)([^"]+)"', text):
            if name not in rows:
                problems.append(f"{path}: {PAGE} does not name \"{name}\"")
    project.finish(problems, len(rows))


main()
