#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tern on a sample mailbox: a private mail server, a throw-away profile and the window.

With a display it runs until the window is closed. Without one, or with --headless, it shows the
window on a virtual screen for --seconds, saves a picture of it and ends. Nothing is left behind:
no process, and no file but the picture.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "servers"), os.path.join(HERE, "..", "tools")]

import sample  # noqa: E402
from desktop import (Desktop, DesktopError, adopt_orphans,  # noqa: E402
                     die_with_parent, end_descendants)
from dovecot import Dovecot  # noqa: E402
from server import ServerError  # noqa: E402

EMAIL = "mira@example.org"
SIZE = (1360, 850)


class DemoError(Exception):
    """One sentence for the person who typed the command."""


def has_display():
    """Whether there is a screen to show the window on; a forgotten DISPLAY is none."""
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland:
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        return os.path.exists(os.path.join(runtime, wayland))
    display = os.environ.get("DISPLAY", "")
    if not display:
        return False
    if display.startswith(":"):
        return os.path.exists("/tmp/.X11-unix/X" + display[1:].split(".")[0])
    return True


class Demo:
    def __init__(self, arguments):
        self.arguments = arguments
        self.build = os.path.abspath(arguments.build)
        self.directory = tempfile.mkdtemp(prefix="tern-demo-")
        os.chmod(self.directory, 0o755)
        self.profile = os.path.join(self.directory, "profile")
        self.trace = os.path.join(self.directory, "trace")
        self.headless = arguments.headless or not has_display()
        private = os.path.join(self.directory, "desktop")
        os.mkdir(private, 0o700)
        self.desktop = Desktop(private, screen=self.headless, size=SIZE)
        self.env = self.desktop.env
        self.env["GSETTINGS_SCHEMA_DIR"] = os.path.join(self.build, "data")
        self.server = Dovecot(os.path.join(self.directory, "server"))

    def program(self, *names):
        return os.path.join(self.build, *names)

    def run(self):
        os.mkdir(self.profile, 0o700)
        self.server.prepare()
        count = sample.fill(self.server, messages=self.arguments.messages)
        self.server.start()
        port = self.server.tls_port
        if self.arguments.delay:
            port = self.start_proxy(port)
        self.add_account(port)
        print(f"{count} letters on a private mail server at 127.0.0.1:{port}", flush=True)
        with self.desktop:
            window = self.start_window()
            if self.headless:
                self.take_picture(window)
            else:
                print("Close the window to end the demo.", flush=True)
                if window.wait():
                    raise DemoError(f"Tern ended with status {window.returncode}")

    def start_proxy(self, port):
        """A line with the wanted round trip before the server; its port."""
        command = [self.program("tests", "tools", "tern-delay-proxy"), "--listen", "0", "--to",
                   f"127.0.0.1:{port}", "--delay", str((self.arguments.delay + 1) // 2)]
        proxy = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 text=True, preexec_fn=die_with_parent)
        words = proxy.stdout.readline().split()
        if len(words) != 2:
            raise DemoError("the delaying proxy did not start")
        return int(words[1])

    def add_account(self, port):
        command = [self.program("src", "cli", "tern-cli"), "--profile", self.profile, "account", "add",
                   "--email", EMAIL, "--user", sample.OWNER, "--imap", f"127.0.0.1:{port}",
                   "--security", "tls", "--trust", self.server.fingerprint, "--password-stdin"]
        done = subprocess.run(command, env=self.env, input=self.server.password + "\n", text=True,
                              stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise DemoError("the account could not be added")

    def start_window(self):
        command = [self.program("src", "tern"), "--profile", self.profile]
        env = dict(self.env, TERN_TRACE=self.trace) if self.headless else self.env
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                                preexec_fn=die_with_parent)

    def take_picture(self, window):
        """After the time that was asked for, with a letter open as soon as the list shows it."""
        deadline = time.monotonic() + self.arguments.seconds
        opened = False
        while time.monotonic() < deadline:
            if window.poll() is not None:
                raise DemoError(f"Tern ended with status {window.returncode}")
            if not opened and self.rows_shown():
                self.open_letter()
                opened = True
            time.sleep(0.05)
        picture = os.path.abspath(self.arguments.screenshot)
        self.desktop.screenshot(picture)
        print(picture, flush=True)

    def rows_shown(self):
        try:
            with open(self.trace, encoding="utf-8") as file:
                events = [json.loads(line) for line in file if line.endswith("\n")]
        except OSError:
            return 0
        return max((event["n"] for event in events if event["ev"] == "ui.rows"), default=0)

    def open_letter(self):
        """The newest one, by keys; and fills the screen, as a window manager would."""
        width, height = map(str, SIZE)
        for command in (["search", "--onlyvisible", "--class", "tern", "windowsize", "--sync", width,
                         height, "windowmove", "0", "0", "windowfocus", "--sync"],
                        ["key", "--delay", "30", "j", "Return"]):
            subprocess.run(["xdotool", *command], env=self.env, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def clean(self):
        end_descendants()
        shutil.rmtree(self.directory, ignore_errors=True)


def number(lowest, highest):
    def parse(text):
        value = int(text)
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"must be from {lowest} to {highest}")
        return value
    return parse


def interrupted(_signal, _frame):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--screenshot", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=number(1, 3600), default=10, metavar="N")
    parser.add_argument("--messages", type=number(0, 1000000), default=0, metavar="N")
    parser.add_argument("--delay", type=number(0, 60000), default=0, metavar="MS")
    parser.add_argument("--headless", action="store_true")
    arguments = parser.parse_args()

    adopt_orphans()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupted)
    demo = None
    try:
        demo = Demo(arguments)
        demo.run()
        return 0
    except KeyboardInterrupt:
        return 130
    except (DemoError, DesktopError, ServerError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        if demo:
            demo.clean()


if __name__ == "__main__":
    sys.exit(main())
