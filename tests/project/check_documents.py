#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/architecture.md names every event of the trace, every command of tern-cli and every layer,
and none that does not exist; links between the documents lead somewhere."""
import os
import re

import project

PAGE = "docs/architecture.md"
EVENT = re.compile(r'"((?:process|window|ui|race|channel|graph|token|imap|fetch|store|cache|op)\.[a-z]+)"')
LINK = re.compile(r"\]\(([^)#:]+)\)")


def section(text, title):
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def compare(problems, what, existing, named):
    problems += [f"{PAGE}: lacks the {what} {name}" for name in sorted(existing - named)]
    problems += [f"{PAGE}: names the {what} {name}, which does not exist"
                 for name in sorted(named - existing)]


def main():
    root = project.top()
    page = project.read(root, PAGE)
    problems = []

    existing = set()
    for path in project.files(root, ".c", under=("src",)):
        text = project.read(root, path)
        if "_trace (" in text:
            existing |= set(EVENT.findall(text))
    rows = re.findall(r"^\|([^|]*)\|", section(page, "Trace"), re.MULTILINE)
    events = set(re.findall(r"`([a-z]+\.[a-z]+)`", "".join(rows)))
    compare(problems, "event", existing, events)

    commands = set(re.findall(r'\{ "([\w-]+)", tern_cli_', project.read(root, "src/cli/tern-cli.c")))
    rows = re.findall(r"^\|((?:[^|\\]|\\.)*)\|", section(page, "tern-cli"), re.MULTILINE)
    compare(problems, "command", commands, set(re.findall(r"`([\w-]+)", "".join(rows))))

    layers = {name for name in os.listdir(os.path.join(root, "src"))
              if os.path.isdir(os.path.join(root, "src", name))}
    compare(problems, "layer", layers,
            set(re.findall(r"^\| `(\w+)` \|", section(page, "Layers"), re.MULTILINE)))

    documents = project.files(root, ".md")
    for document in documents:
        for target in LINK.findall(project.read(root, document)):
            if not os.path.exists(os.path.join(root, os.path.dirname(document), target)):
                problems.append(f"{document}: {target} does not exist")
    project.finish(problems, len(existing | events) + len(commands) + len(layers) + len(documents))


main()
