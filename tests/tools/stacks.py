# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a program hangs: for the message of a test that waited in vain."""
import shutil
import subprocess


def read_stacks(pid):
    """What the threads of a process are at, and what it is connected to, as far as tools are here that
    can tell."""
    commands = (["gdb", "-p", str(pid), "-batch", "-nx", "-ex", "thread apply all backtrace 16"],
                ["ss", "-tnp"])
    told = []
    for command in commands:
        if not shutil.which(command[0]):
            continue
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL)
        told += [line for line in done.stdout.splitlines()
                 if line.startswith(("#", "Thread")) or f"pid={pid}," in line]
    return "\n".join(told) or "neither gdb nor ss is here to tell where it hangs"
