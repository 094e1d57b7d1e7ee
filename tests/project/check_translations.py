#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""po/POTFILES.in names every file with a string to translate and no other, and every language of
po/LINGUAS translates all of them."""
import os
import re
import subprocess
import tempfile

import project

C_STRING = re.compile(r'(?<![\w])(?:N?C?_|ngettext|g_dpgettext2|g_dngettext)\s*\(\s*"')
KEYWORDS = ["--from-code=UTF-8", "--add-comments", "--keyword=_", "--keyword=N_",
            "--keyword=C_:1c,2", "--keyword=NC_:1c,2", "--keyword=g_dngettext:2,3",
            "--keyword=g_dpgettext2:2c,3"]


def lines(root, path):
    text = project.read(root, path)
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def translatable(root):
    found = []
    for path in project.files(root, ".c", under=("src",)):
        if C_STRING.search(project.read(root, path)):
            found.append(path)
    for path in project.files(root, ".ui", under=("src", "data")):
        if re.search(r'translatable="(yes|true|1)"', project.read(root, path)):
            found.append(path)
    found += project.files(root, ".desktop.in", ".metainfo.xml.in", ".desktop.in.in",
                           ".metainfo.xml.in.in", under=("data",))
    return found


def main():
    root = project.top()
    problems = []
    wanted, listed = set(translatable(root)), set(lines(root, "po/POTFILES.in"))
    problems += [f"po/POTFILES.in: lacks {path}" for path in sorted(wanted - listed)]
    problems += [f"po/POTFILES.in: {path} has nothing to translate"
                 for path in sorted(listed - wanted)]

    languages = [word for line in lines(root, "po/LINGUAS") for word in line.split()]
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, "tern.pot")
        if languages and not problems:
            run(problems, root, ["xgettext", *KEYWORDS, "--files-from=po/POTFILES.in", "-o",
                                 template])
        for language in languages:
            path = f"po/{language}.po"
            if not os.path.exists(os.path.join(root, path)):
                problems.append(f"{path}: po/LINGUAS names it, but it is not there")
                continue
            run(problems, root, ["msgfmt", "--check", "-o", os.devnull, path])
            if os.path.exists(template):
                run(problems, root, ["msgcmp", path, template])
    project.finish(problems, len(wanted) + len(languages) + 1)


def run(problems, root, command):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        problems.append(f"{' '.join(command)}:\n{done.stderr}")


main()
