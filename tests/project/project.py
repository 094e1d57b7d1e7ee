# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of the project's own files share: finding files, and telling what is wrong."""
import os
import sys

SKIPPED = {".git", "build", "_build", "__pycache__", "corpus"}


def top():
    """The repository: the checks are called with its path."""
    if len(sys.argv) != 2 or not os.path.isfile(os.path.join(sys.argv[1], "meson.build")):
        sys.exit(f"usage: {os.path.basename(sys.argv[0])} REPOSITORY")
    return os.path.abspath(sys.argv[1])


def files(root, *endings, under=("",)):
    """Paths relative to ROOT that end so, in a fixed order."""
    found = []
    for start in under:
        for folder, folders, names in os.walk(os.path.join(root, start)):
            folders[:] = [name for name in folders
                          if name not in SKIPPED and not name.startswith("build-")]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names
                      if name.endswith(endings)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def finish(problems, checked):
    """Ends the check. Having found nothing to look at is a failure, not a success."""
    for problem in problems:
        print(problem, file=sys.stderr)
    if not checked:
        print("nothing was checked", file=sys.stderr)
    else:
        print(f"{checked} checked, {len(problems)} wrong")
    sys.exit(1 if problems or not checked else 0)
