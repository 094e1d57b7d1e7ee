#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of data/ and flatpak/ are valid in the eyes of the tools that read them: desktop entry,
AppStream metainfo, settings schema, user interface files, drawings, JSON."""
import json
import os
import shutil
import subprocess
import tempfile

import project


def main():
    root = project.top()
    problems, checked = [], 0

    def run(path, *command):
        nonlocal checked
        checked += 1
        if not shutil.which(command[0]):
            problems.append(f"{path}: {command[0]} is not installed: run ./dev setup")
            return
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
        if done.returncode:
            problems.append(f"{path}: {done.stdout}{done.stderr}")

    with tempfile.TemporaryDirectory() as folder:
        for path in project.files(root, ".desktop", ".desktop.in", under=("data",)):
            copy = os.path.join(folder, os.path.basename(path).removesuffix(".in"))
            shutil.copy(os.path.join(root, path), copy)
            run(path, "desktop-file-validate", copy)
        for path in project.files(root, ".metainfo.xml", ".metainfo.xml.in", under=("data",)):
            copy = os.path.join(folder, os.path.basename(path).removesuffix(".in"))
            shutil.copy(os.path.join(root, path), copy)
            run(path, "appstreamcli", "validate", "--no-net", copy)
    schemas = project.files(root, ".gschema.xml", under=("data",))
    for folder in sorted({os.path.dirname(path) for path in schemas}):
        run(folder, "glib-compile-schemas", "--strict", "--dry-run", folder)
    for path in project.files(root, ".ui", ".svg", ".xml", ".xml.in", under=("src", "data")):
        run(path, "xmllint", "--noout", "--nonet", path)
    for path in project.files(root, ".json", under=("src", "data", "flatpak")):
        checked += 1
        try:
            json.loads(project.read(root, path))
        except ValueError as error:
            problems.append(f"{path}: {error}")
    project.finish(problems, checked)


main()
