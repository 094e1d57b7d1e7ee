# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests against a real server share: the server that TERN_TEST_SERVER names, a profile,
tern-cli, a second client, and a line that counts what passes."""
import imaplib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "demo"), os.path.join(HERE, "..", "tools")]

import compose  # noqa: E402
from courier import Courier  # noqa: E402
from cyrus import Cyrus  # noqa: E402
from dovecot import Dovecot, PlainDovecot  # noqa: E402
from server import ServerMissing, encode_mailbox, free_ports  # noqa: E402
from stacks import read_stacks  # noqa: E402

USER = "mira"
EMAIL = "mira@example.org"
DONE, FAILED, USAGE, SIGN_IN, OFFLINE = range(5)
# Over every call of tern-cli: a safety net, not a wait.
DEADLINE = 120


SERVERS = {"dovecot": Dovecot, "plain-dovecot": PlainDovecot, "cyrus": Cyrus, "courier": Courier}
# What meson takes for a test that was not run.
SKIPPED = 77


def build_path(*names):
    return os.path.join(os.environ["TERN_BUILD"], *names)


class CountingLine:
    """A line to 127.0.0.1:PORT that counts the bytes in each direction, and keeps
    what the client sent. It is its own context.

    With a limit it breaks once that many bytes came down, and refuses until the limit is lifted.
    """

    def __init__(self, port):
        self.target = port
        self.down = self.up = 0
        self.limit = None
        self.sent = bytearray()
        self.lock = threading.Lock()
        self.open = []
        self.carriers = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()
        for carrier in self.carriers:
            carrier.join(10)

    def cut(self):
        """Breaks every connection that is open."""
        with self.lock:
            for end in self.open:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.open = []

    def edit(self, data):
        """What the client gets in place of DATA, which the server sent."""
        return data

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                if self.limit is not None and self.down > self.limit:
                    raise OSError("broken")
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.open += [client, server]
            carrier = threading.Thread(target=self.carry, args=(client, server), daemon=True)
            self.carriers.append(carrier)
            carrier.start()

    def carry(self, client, server):
        up = threading.Thread(target=self.pump, args=(client, server, False), daemon=True)
        up.start()
        self.pump(server, client, True)
        up.join()
        with self.lock:
            self.open = [end for end in self.open if end not in (client, server)]
        client.close()
        server.close()

    def pump(self, source, sink, down):
        try:
            while data := source.recv(1 << 16):
                data = self.edit(data) if down else data
                with self.lock:
                    if down:
                        self.down += len(data)
                    else:
                        self.up += len(data)
                        self.sent += data
                    broken = down and self.limit is not None and self.down > self.limit
                if broken:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


# What a server offers, and what is hidden of it to see the other ways.
MASKS = {
    "as_it_is": (),
    "without_QRESYNC": ("QRESYNC",),
    "without_CONDSTORE": ("QRESYNC", "CONDSTORE"),
    "without_MOVE": ("MOVE",),
    "without_UIDPLUS": ("MOVE", "UIDPLUS", "LIST-STATUS", "ESEARCH"),
}


class MaskingLine(CountingLine):
    """A line on which capabilities lose their first letter, where they are told, and UIDPLUS with
    them what it adds to answers."""

    def __init__(self, port, masked):
        super().__init__(port)
        self.masked = [(re.compile(rb"\b" + name.encode() + rb"\b"),
                        b"X" + name.encode()[1:]) for name in masked]
        self.hides_uids = "UIDPLUS" in masked

    def edit(self, data):
        if b"CAPABILITY" in data:
            for pattern, other in self.masked:
                data = pattern.sub(other, data)
        if self.hides_uids:
            data = re.sub(rb"\[(?:COPY|APPEND)UID [^]]*\]", b"[XUID]", data)
        return data


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.output = done.stdout
        self.error = done.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.output)

    @property
    def text(self):
        return self.output.decode("utf-8")


class ServerCase(unittest.TestCase):
    """One server for the tests of a class, which fill() prepares; a fresh profile for each test."""

    server = None

    @classmethod
    def fill(cls, server):
        """Files the letters that the tests of the class share; the server runs."""

    @classmethod
    def make_server(cls, folder):
        return SERVERS[server_name()](folder)

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="tern-servers-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o755)
        cls.server = cls.make_server(os.path.join(cls.folder, "server"))
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.fill(cls.server)

    def setUp(self):
        self.profile = tempfile.mkdtemp(prefix="profile-", dir=self.folder)
        self.env = dict(os.environ, SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="sesame",
                        SECRET_FILE_TEST_PATH=os.path.join(self.profile, "secrets"),
                        GSETTINGS_BACKEND="memory", LC_ALL="C.UTF-8")

    # --- tern-cli ------------------------------------------------------------------------------

    def cli(self, *words, stdin=b"", expect=DONE, as_json=True, env=None, one_line=True):
        """Runs tern-cli; fails the test where its exit status is not the one expected."""
        command = [build_path("src", "cli", "tern-cli"), "--profile", self.profile]
        command += (["--json"] if as_json else []) + [str(word) for word in words]
        result = self.run_program(command, stdin, dict(self.env, **(env or {})))
        self.assertEqual(result.status, expect,
                         f"{' '.join(command)}\nstdout: {result.output[:2000]}\n"
                         f"stderr: {result.error}")
        if expect and one_line:
            self.assertEqual(result.error.count("\n"), 1,
                             f"an error is one line: {result.error!r}")
        self.assertNotIn(self.server.password, result.error)
        return result

    def run_program(self, command, stdin, env):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env) as process:
            try:
                output, error = process.communicate(stdin, DEADLINE)
            except subprocess.TimeoutExpired:
                stacks = read_stacks(process.pid)
                process.kill()
                process.communicate()
                self.fail(f"{' '.join(command)}\ndid not end within {DEADLINE} s:\n{stacks}")
        return Result(subprocess.CompletedProcess(command, process.returncode, output, error))

    def add_account(self, port=None, security="tls", trust=None, **how):
        """Adds the account of the class's server; the certificate is trusted unless told so."""
        port = port or (self.server.tls_port if security == "tls" else self.server.port)
        words = ["account", "add", "--email", EMAIL, "--user", USER, "--imap",
                 f"127.0.0.1:{port}", "--security", security, "--password-stdin"]
        trust = self.server.fingerprint if trust is None else trust
        if trust:
            words += ["--trust", trust]
        return self.cli(*words, stdin=how.pop("password", self.server.password).encode() + b"\n",
                        **how)

    def list(self, folder="INBOX", limit=100000):
        return self.cli("list", EMAIL, folder, "--limit", limit).json()

    def sync(self, folder="INBOX"):
        return self.cli("sync", EMAIL, "--folder", folder, "--force")

    def one(self, subject, folder="INBOX"):
        """The only message with that subject."""
        found = [message for message in self.list(folder) if message["subject"] == subject]
        self.assertEqual(len(found), 1, f"{subject} in {folder}")
        return found[0]

    # --- a second client -----------------------------------------------------------------------

    def second_client(self):
        client = imaplib.IMAP4("127.0.0.1", self.server.port)
        client.login(USER, self.server.password)
        self.addCleanup(self.log_out, client)
        return client

    def mailbox(self, name):
        """What the second client, which neither quotes nor encodes, calls the folder NAME."""
        return f'"{encode_mailbox(self.server.folder(name))}"'

    @staticmethod
    def log_out(client):
        try:
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            pass

    def flags_seen_elsewhere(self, subject, folder="INBOX"):
        """The flags of that letter as another client sees them; None where it is not there."""
        client = self.second_client()
        client.select(self.mailbox(folder), readonly=True)
        numbers = client.search(None, "SUBJECT", f'"{subject}"')[1][0].split()
        if not numbers:
            return None
        data = client.fetch(numbers[-1], "(FLAGS)")[1]
        return set(imaplib.ParseFlags(data[0]))


def letter(subject, text="One line.\n", sender="Sam Carter <sam@station.example>", when=None,
           part=None, charset="utf-8"):
    """A letter as bytes."""
    when = time.time() if when is None else when
    headers = [("Date", compose.date(when)), ("From", sender), ("To", EMAIL),
               ("Message-ID", compose.message_id(subject)),
               ("Subject", subject if isinstance(subject, bytes)
                else compose.encoded_words(subject, charset))]
    return compose.message(headers, part or compose.text_part(text, charset))


def dead_port():
    """A port that refuses."""
    return free_ports(1)[0]


def server_name():
    return os.environ.get("TERN_TEST_SERVER", "dovecot")


def main():
    """Runs the tests. Only where no package is known that brings the server are they left out."""
    try:
        SERVERS[server_name()](".").check_installed()
    except ServerMissing as error:
        if "CI" in os.environ or shutil.which("apt-get") or server_name() == "dovecot":
            sys.exit(f"not tested: {error}")
        print(f"not tested: {error}")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
