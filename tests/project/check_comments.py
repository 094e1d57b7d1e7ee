#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every function of a public header is documented where it is defined."""
import os
import re

import project

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:.*\\\n)*.*$", re.MULTILINE)
BODY = re.compile(r"\{[^{}]*\}")
DECLARED = re.compile(r"\b(tern_\w+)\s*\((?!\*)")
GENERATED = re.compile(r"_get_type$|^tern_error_quark$")


def declared(header):
    """The functions that a header declares; macros, structs and inline bodies left out."""
    text = DIRECTIVE.sub("", COMMENT.sub("", header))
    while BODY.search(text):
        text = BODY.sub("", text)
    names = []
    for statement in text.split(";"):
        match = DECLARED.search(statement)
        if match and "typedef" not in statement and "static inline" not in statement:
            names.append(match.group(1))
    return [name for name in names if not GENERATED.search(name)]


def documented(source, name):
    """Whether a comment of its own stands above the definition; None where it is not in here."""
    match = re.search(r"^" + name + r" \(", source, re.MULTILINE)
    if not match:
        return None
    above = source[:match.start()].rstrip("\n").split("\n")
    while above and above[-1].strip() and not above[-1].rstrip().endswith("*/"):
        above.pop()
    if not above or not above[-1].rstrip().endswith("*/"):
        return False
    for line in reversed(above):
        if "/*" in line:
            return line.lstrip().startswith("/**")
    return False


def main():
    root = project.top()
    headers = [path for path in project.files(root, ".h", under=("src",))
               if not path.endswith("-private.h")]
    problems, checked = [], 0
    for header in headers:
        folder = os.path.dirname(header)
        sources = [project.read(root, path) for path in project.files(root, ".c", under=(folder,))]
        for name in declared(project.read(root, header)):
            answers = [documented(source, name) for source in sources]
            checked += 1
            if True in answers:
                continue
            if False in answers:
                problems.append(f"{header}: {name}() has no /** comment where it is defined")
            else:
                problems.append(f"{header}: {name}() is declared and never defined")
    project.finish(problems, checked)


main()
