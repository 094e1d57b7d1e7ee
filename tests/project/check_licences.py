#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every source names its licence in its first lines."""
import project

ENDINGS = (".c", ".h", ".py", ".ui", ".sql", ".css", ".sh", ".xml", ".svg", ".in",
           "meson.build")
TAG = "SPDX-License-Identifier: GPL-3.0-or-later"
METADATA = "<metadata_license>"


def main():
    root = project.top()
    paths = [path for path in project.files(root, *ENDINGS, under=("src", "tests", "data", "po"))
             if not path.endswith(("POTFILES.in",))]
    paths += ["meson.build", "meson_options.txt", "dev", ".ci/run"]
    problems = []
    for path in paths:
        first = "\n".join(project.read(root, path).split("\n")[:6])
        if TAG not in first and METADATA not in first:
            problems.append(f"{path}: its first lines lack '{TAG}'")
    project.finish(problems, len(paths))


main()
