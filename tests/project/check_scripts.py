#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell scripts pass shellcheck, and every Python program of the project can be compiled."""
import shutil
import subprocess
import sys

import project


def main():
    root = project.top()
    problems = []
    shell = ["dev", ".ci/run", *project.files(root, ".sh", under=("tests", "data", "src"))]
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", *shell], cwd=root, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            problems.append(done.stdout + done.stderr)
    else:
        problems.append("shellcheck is not installed: run ./dev setup")
    programs = project.files(root, ".py", under=("tests", "src", "data"))
    for path in programs:
        try:
            compile(project.read(root, path), path, "exec", dont_inherit=True)
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: {error.msg}")
    if sys.version_info < (3, 9):
        problems.append("the project's programs need Python 3.9")
    project.finish(problems, len(shell) + len(programs))


main()
