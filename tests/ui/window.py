# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the window share: a desktop of their own, Tern on it, its trace, and the window
as assistive technology sees it. Nothing waits by the clock: every wait is for something to be there,
with a deadline as a safety net."""
import atexit
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE] + [os.path.join(HERE, "..", name) for name in ("servers", "demo", "tools")]

from desktop import Desktop, adopt_orphans, die_with_parent  # noqa: E402
from dovecot import Dovecot  # noqa: E402
from stacks import read_stacks  # noqa: E402

USER = "mira"
EMAIL = "mira@example.org"
DEADLINE = 60
shared = []
witnesses = []  # functions that tell what there was to see when a wait was in vain


def build_path(*names):
    return os.path.join(os.environ["TERN_BUILD"], *names)


def wait_for(what, found):
    """What FOUND returns, as soon as that is true. A widget may go while it is being read out."""
    from gi.repository import GLib

    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            result = found()
        except GLib.Error:
            result = None
        if result:
            return result
        time.sleep(0.02)
    seen = "\n".join(tell() for tell in witnesses)
    raise AssertionError(f"still no {what} after {DEADLINE} s\n{seen}")


def end(process):
    process.terminate()
    process.wait(DEADLINE)
    if process.stdout:
        process.stdout.close()


def without_mnemonic(name):
    """A button's name; GTK 4.8 gives one with a mnemonic twice: "_Close Close"."""
    plain = name[len(name) // 2 + 1:]
    return plain if plain and name.replace("_", "", 1) == f"{plain} {plain}" else name


class Trace:
    """The events that a program has written so far."""

    def __init__(self, path):
        self.path = path

    def events(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def all(self, name):
        return [event for event in self.events() if event["ev"] == name]

    def wait(self, name, matches=lambda event: True, after=0):
        """The first event of that name and kind, of those behind the first AFTER events."""
        return wait_for(f"trace event {name}",
                        lambda: next((event for event in self.events()[after:]
                                      if event["ev"] == name and matches(event)), None))


class Tern:
    """The running program and its window."""

    def __init__(self, desktop, profile, trace):
        self.desktop = desktop
        self.trace = Trace(trace)
        env = dict(desktop.env, TERN_TRACE=trace, GSETTINGS_SCHEMA_DIR=build_path("data"),
                   G_DEBUG="fatal-criticals")
        # Out of the way: what the pointer hovers over is not what is tested.
        width, height = desktop.size
        subprocess.run(["xdotool", "mousemove", str(width - 1), str(height - 1)], env=desktop.env,
                       check=True)
        self.process = subprocess.Popen([build_path("src", "tern"), "--profile", profile], env=env,
                                        stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        witnesses.append(self.describe)
        self.trace.wait("window.mapped")

    def describe(self):
        """What there is to see, for whoever wonders why a test failed."""
        lines = [f"{role}: {name}" for role, name, _node in self.nodes() if name]
        events = [json.dumps(event) for event in self.trace.events()[-30:]]
        return "\n".join(lines + events + [read_stacks(self.process.pid)])

    def press(self, *keys):
        """Presses keys as a keyboard does: whatever has the focus gets them."""
        subprocess.run(["xdotool", "key", "--delay", "20", *keys], env=self.desktop.env, check=True)

    def focus(self, title):
        """Gives the keyboard to the window of that title, which a window manager would do."""
        pattern = re.sub(r"([][.?*+(){}|^$\\])", r"\\\1", title)
        # It fails where any window goes while all of them are looked at.
        wait_for(f"window “{title}” with the keyboard", lambda: subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{pattern}$",
             "windowfocus", "--sync"], env=self.desktop.env, stderr=subprocess.DEVNULL,
            check=False, timeout=DEADLINE).returncode == 0)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "20", text], env=self.desktop.env, check=True)

    def nodes(self):
        """The window's tree as (role, name, node), parents first."""
        import pyatspi

        def walk(node, depth):
            try:
                yield node.getRoleName(), without_mnemonic(node.name), node
                # What is in a row is read out by the row's name; there are hundreds of them.
                if depth < 60 and node.getRoleName() != "list item":
                    for child in node:
                        if child is not None:
                            yield from walk(child, depth + 1)
            except Exception:  # what went away meanwhile is not there
                return

        for application in pyatspi.Registry.getDesktop(0):
            if application is not None and application.get_process_id() == self.process.pid:
                yield from walk(application, 0)

    def find(self, role, name):
        """The node of that role with that name, once it can be used."""
        import pyatspi

        def found():
            for node_role, node_name, node in self.nodes():
                if (node_role == role and node_name == name and
                        node.getState().contains(pyatspi.STATE_SENSITIVE)):
                    return node
            return None

        return wait_for(f"{role} “{name}”", found)

    def names(self, role):
        return [name for node_role, name, _node in self.nodes() if node_role == role]

    def wait_label(self, text):
        wait_for(f"“{text}”", lambda: text in self.names("label"))

    def wait_end(self, name):
        """Waits until nothing has that name any more."""
        wait_for(f"end of “{name}”", lambda: all(node_name != name for _role, node_name, _node in
                                                self.nodes()))

    def click(self, role, name):
        """Does what the widget does when it is activated."""
        if not self.find(role, name).queryAction().doAction(0):
            raise AssertionError(f"{role} “{name}” cannot be activated\n{self.describe()}")

    def wait_text(self, name, text):
        """Waits for that field to hold that text; of one with a password only the length is told."""

        def found():
            for role, node_name, node in self.nodes():
                if role == "text" and node_name == name:
                    field = node.queryText()
                    count = field.characterCount
                    return count == len(text) and field.getText(0, count) in (text, "")
            return None

        wait_for(f"field “{name}” with what was typed", found)

    def row_nodes(self):
        for node_role, name, node in self.nodes():
            if node_role == "list" and name == "Letters":
                return [child for child in node if child is not None and child.name]
        return []

    def rows(self):
        """The letters that are on screen or near it, as they would be read out."""
        return [node.name for node in self.row_nodes()]

    def selected_row(self):
        """The selected letter; "" where there is none, or more than one."""
        import pyatspi

        selected = [node.name for node in self.row_nodes()
                    if node.getState().contains(pyatspi.STATE_SELECTED)]
        return selected[0] if len(selected) == 1 else ""

    def wait_row(self, text):
        return wait_for(f"row with “{text}”",
                        lambda: next((row for row in self.rows() if text in row), None))

    def wait_no_row(self, text):
        wait_for(f"list without “{text}”",
                 lambda: self.rows() and not any(text in row for row in self.rows()))

    def quit(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                raise AssertionError("Tern did not end when it was asked to") from None
        if self.describe in witnesses:
            witnesses.remove(self.describe)
        return self.process.returncode


def shared_desktop():
    """One desktop for all tests: the library that reads windows stays with the first bus it met."""
    if not shared:
        adopt_orphans()
        desktop = Desktop(size=(1280, 800))
        atexit.register(desktop.stop)
        desktop.start()
        os.environ.update({name: desktop.env[name]
                           for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")})
        shared.append(desktop)
    return shared[0]


class WindowCase(unittest.TestCase):
    """A server that fill() prepares and a profile for each test."""

    def make_server(self, folder):
        return Dovecot(folder)

    def fill(self, server):
        """Files letters before the server starts."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tern-ui-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.profile = os.path.join(self.folder, "profile")
        os.mkdir(self.profile, 0o700)
        self.server = self.make_server(os.path.join(self.folder, "server"))
        self.server.prepare()
        self.fill(self.server)
        self.server.start()
        self.addCleanup(self.server.stop)
        witnesses.append(self.server.last_log)
        self.addCleanup(witnesses.remove, self.server.last_log)
        self.desktop = shared_desktop()
        self.starts = 0

    def start_proxy(self, delay, rate=None):
        """A slow line before the server; its process and its port."""
        command = [build_path("tests", "tools", "tern-delay-proxy"), "--listen", "0", "--to",
                   f"127.0.0.1:{self.server.tls_port}", "--delay", str(delay)]
        if rate:
            command += ["--rate", str(rate)]
        proxy = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 text=True, preexec_fn=die_with_parent)
        self.addCleanup(end, proxy)
        words = proxy.stdout.readline().split()
        self.assertEqual(len(words), 2, "the delaying proxy did not start")
        return proxy, int(words[1])

    def start_tern(self):
        self.starts += 1
        tern = Tern(self.desktop, self.profile, os.path.join(self.folder, f"trace{self.starts}"))
        self.addCleanup(tern.quit)
        return tern

    def add_account(self, tern, port, last=True):
        """Adds the account as a person does: by the dialog, trusting the certificate.

        LAST says that this is the end of the dialog.
        """
        tern.click("push button", "Add account…")
        tern.find("text", "Mail address")
        tern.focus("Add account")
        # Behind the password stands the button that shows it; between name and port the protection.
        for field, text, steps in (("Mail address", EMAIL, 1),
                                   ("Password", self.server.password, 2),
                                   ("Your name", "Mira", 1),
                                   ("User name, where it is not the address", USER, 1),
                                   ("Server name", "127.0.0.1", 2), ("Port", str(port), 1)):
            tern.press("ctrl+a")
            tern.type(text)
            tern.wait_text(field, text)
            tern.press(*["Tab"] * steps)
        tern.click("push button", "Add")
        tern.click("push button", "Trust this certificate")
        if last:
            tern.trace.wait("imap.auth")
            tern.focus("Tern")


def main():
    unittest.main(verbosity=2)
