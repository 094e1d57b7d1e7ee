# SPDX-License-Identifier: GPL-3.0-or-later
"""What the private mail servers of the tests share.

A server listens on 127.0.0.1, on a plain port that offers STARTTLS and takes a sign-in without it
too, and on one that speaks TLS from the first byte. Everything of it (configuration, certificate,
sockets, logs, mail) is below one folder; the system's own mail server is neither used nor touched.
Any user name is taken; the password is the same for all. What must not run as root runs as the user
"mail" where root starts it, and as the caller otherwise.
"""
import base64
import ctypes
import hashlib
import imaplib
import json
import os
import pwd
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

# Where a distribution keeps servers, which an ordinary user's PATH leaves out.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
SPECIAL = ("Drafts", "Sent", "Archive", "Trash", "Junk")
# Servers that cannot be installed beside one another; ./dev setup unpacks them here.
UNPACKED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "servers")
# What they are preloaded with: tests/tools/unpacked-server.c.
PRELOADED = os.path.join(os.environ.get("TERN_BUILD", ""), "tests", "tools",
                         "libtern-unpacked-server.so")
PR_SET_PDEATHSIG = 1
ATTEMPTS = 5
DEADLINE = 20.0


class ServerError(Exception):
    """The server could not be set up, started or stopped; the text says what to look at."""


class ServerMissing(ServerError):
    """The server is not there to be run."""


def die_with_parent():
    """In a child before its exec: a test that is killed takes its server along."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_ports(count):
    """Ports that nobody listens on now; whoever uses them must be ready to try again."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


class Server:
    """A server in a folder. Use as a context manager, or start() and stop()."""

    name = None
    # How a client names folders: "a/b" of the tests is PREFIX a SEPARATOR b.
    prefix, separator = "", "/"

    def __init__(self, directory, password="sesame", special=SPECIAL):
        self.directory = os.path.abspath(directory)
        self.password = password
        self.special = special
        self.port = self.tls_port = None
        self.fingerprint = None
        self.processes = []
        self.owner = pwd.getpwnam("mail") if os.getuid() == 0 else pwd.getpwuid(os.getuid())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # --- for each server to fill in --------------------------------------------------------------

    def check_installed(self):
        """Raises ServerMissing, or ServerError where the version is one that is not known here."""

    def write_configuration(self):
        """Writes what the server reads at its start, for the ports that were chosen."""

    def launch(self, daemon):
        """Starts the server's processes with spawn()."""
        raise NotImplementedError

    def add_letter(self, user, folder, content, flags="", when=None, new=False):
        """Files CONTENT (bytes) into a user's FOLDER (None: the inbox), which is made if need be.

        FLAGS are Maildir's letters (S seen, F flagged, R answered, D draft). WHEN, in seconds since
        1970, becomes the internal date.
        """
        raise NotImplementedError

    def make_folder(self, user, folder):
        """Makes a user's folder and subscribes to it."""
        raise NotImplementedError

    # --- folders ---------------------------------------------------------------------------------

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def folder(self, name):
        """How clients name the folder NAME, whose levels are parted by "/"."""
        if name is None or name.upper() == "INBOX":
            return "INBOX"
        return self.prefix + name.replace("/", self.separator)

    def give(self, path):
        """Hands a path to the user whose mail it is; nothing to do for an ordinary user."""
        if os.getuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def make_folders(self, *names):
        """Makes folders below the server's own that the mail's user may write to."""
        for name in names:
            os.makedirs(self.path(name), exist_ok=True)
            self.give(self.path(name))

    def check_reachable(self):
        """A folder below root's home is out of reach for the user that reads the mail."""
        if os.getuid() != 0:
            return
        path = self.directory
        while True:
            mode = os.stat(path)
            if not mode.st_mode & 0o001 and mode.st_uid != self.owner.pw_uid:
                raise ServerError(f"the user {self.owner.pw_name} cannot enter {path}: "
                                  "choose a folder below /tmp")
            if path == "/":
                return
            path = os.path.dirname(path)

    def prepare(self):
        for sub in ("", "run", "log", "tls", "mail"):
            os.makedirs(self.path(sub), exist_ok=True)
        os.chmod(self.directory, 0o755)
        self.give(self.path("mail"))
        self.check_reachable()
        certificate, key = self.path("tls", "certificate.pem"), self.path("tls", "key.pem")
        if not os.path.exists(certificate):
            made = subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
                 "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                 "-keyout", key, "-out", certificate],
                capture_output=True, text=True, check=False)
            if made.returncode:
                raise ServerError("openssl made no certificate:\n" + made.stderr)
            self.give(key)
        with open(certificate, encoding="ascii") as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        self.fingerprint = hashlib.sha256(der).hexdigest()

    # --- running ---------------------------------------------------------------------------------

    def environment(self):
        return dict(os.environ, PATH=PATH)

    def start(self, daemon=False):
        """Starts the server. As a daemon it outlives this program; else it dies with it."""
        self.check_installed()
        self.prepare()
        for _ in range(ATTEMPTS):
            self.port, self.tls_port = free_ports(2)
            self.write_configuration()
            self.launch(daemon)
            if self.wait_until_ready(daemon):
                self.save()
                return
            self.stop()
        raise ServerError(f"{self.name} did not start:\n{self.last_log()}")

    def spawn(self, command, daemon=False, as_owner=True):
        """Starts a process whose output goes to the log: a daemon would hold a pipe for ever."""
        who = {}
        if as_owner and os.getuid() == 0:
            who = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        with open(self.path("log", "start"), "ab") as log:
            self.processes.append(subprocess.Popen(
                command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, start_new_session=True,
                preexec_fn=None if daemon else die_with_parent, **who))

    def wait_until_ready(self, daemon):
        """True once it greets; False where it ended, for instance because a port was taken."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            for process in self.processes:
                ended = process.poll()
                if ended is not None and not (daemon and ended == 0):
                    return False
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.settimeout(DEADLINE)
                    if connection.recv(5) == b"* OK ":
                        return True
            except OSError:
                pass
            time.sleep(0.02)
        return False

    def last_log(self):
        text = ""
        for name in os.listdir(self.path("log")):
            with open(self.path("log", name), encoding="utf-8", errors="replace") as file:
                text += file.read()[-2000:]
        return text

    def pids(self):
        """The processes that make up the server."""
        return [process.pid for process in self.processes if process.poll() is None]

    def stop(self):
        """Stops the server and its helpers; nothing to do where none runs."""
        pids = self.pids()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + DEADLINE
        while pids and time.monotonic() < deadline:
            for process in self.processes:
                process.poll()
            pids = [pid for pid in pids if not is_gone(pid)]
            time.sleep(0.02)
        self.processes = []
        for pid in pids:
            # Not what is tested here: Cyrus now and then waits for a process of its own for ever.
            print(f"{self.name} (process {pid}) did not stop and is killed", file=sys.stderr)
            os.killpg(pid, signal.SIGKILL)  # each leads a session of its own

    def set_password(self, password):
        """Changes everybody's password; returns when the new one is the one that is asked for."""
        self.password = password

    def wait_for_password(self):
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            try:
                client = imaplib.IMAP4("127.0.0.1", self.port)
                client.login("probe", self.password)
                client.logout()
                return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
        raise ServerError(f"{self.name} did not take the new password")

    # --- for other programs ----------------------------------------------------------------------

    def describe(self):
        return {"host": "127.0.0.1", "imap": self.port, "imaps": self.tls_port,
                "fingerprint": self.fingerprint, "password": self.password,
                "certificate": self.path("tls", "certificate.pem"), "mail": self.path("mail")}

    def save(self):
        with open(self.path("server.json"), "w", encoding="utf-8") as file:
            json.dump(self.describe(), file, indent=2)

    def environment_for_tests(self):
        return dict(os.environ, TERN_TEST_IMAP_PORT=str(self.port),
                    TERN_TEST_IMAPS_PORT=str(self.tls_port), TERN_TEST_MAIL=self.path("mail"),
                    TERN_TEST_FINGERPRINT=self.fingerprint, TERN_TEST_PASSWORD=self.password)


class MaildirServer(Server):
    """A server whose mail lies in Maildirs at DIR/mail/USER, folders as Maildir++ below it."""

    counter = 0

    def maildir(self, user, folder=None):
        """The Maildir of a user's folder; None is the inbox. Not made by this call."""
        if folder is None:
            return self.path("mail", user)
        return self.path("mail", user, "." + self.disk_name(folder).replace("/", "."))

    @staticmethod
    def disk_name(folder):
        return encode_mailbox(folder)

    def add_letter(self, user, folder, content, flags="", when=None, new=False):
        base = self.maildir(user, folder)
        if not os.path.isdir(os.path.join(base, "cur")):
            self.make_folder(user, folder)
        self.counter += 1
        when = time.time() if when is None else when
        wide = len(content) + content.count(b"\n") - content.count(b"\r\n")
        name = f"{int(when)}.M{self.counter:06d}P{os.getpid()}.tern,S={len(content)},W={wide}"
        temporary = os.path.join(base, "tmp", name)
        with open(temporary, "wb") as file:
            file.write(content)
        self.give(temporary)
        os.utime(temporary, (when, when))
        sub, suffix = ("new", "") if new else ("cur", ":2," + "".join(sorted(flags)))
        os.rename(temporary, os.path.join(base, sub, name + suffix))

    def make_folder(self, user, folder=None):
        root = self.maildir(user)
        for path in [root] + ([self.maildir(user, folder)] if folder else []):
            for sub in ("", "cur", "new", "tmp"):
                full = os.path.join(path, sub)
                if not os.path.isdir(full):
                    os.makedirs(full, mode=0o700)
                    self.give(full)
        if folder:
            self.note_subscription(root, folder)
            marker = os.path.join(self.maildir(user, folder), "maildirfolder")
            with open(marker, "w", encoding="ascii"):
                pass
            self.give(marker)

    def note_subscription(self, root, folder):
        name = os.path.join(root, "subscriptions")
        with open(name, "a", encoding="ascii") as file:
            file.write(encode_mailbox(folder) + "\n")
        self.give(name)


class Doorkeeper:
    """Says yes or no to a server that asks over a socket whether a password is right.

    ANSWER is called with the connection, in a thread of its own.
    """

    def __init__(self, path, answer):
        self.answer = answer
        if os.path.exists(path):
            os.unlink(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o666)
        self.listener.listen(100)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(client,), daemon=True).start()

    def talk(self, client):
        with client:
            try:
                self.answer(client)
            except (OSError, ValueError, IndexError):
                pass

    def close(self):
        self.listener.close()


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def encode_mailbox(name):
    """A mailbox name in the modified UTF-7 of RFC 3501 section 5.1.3."""
    out, pending = [], ""

    def flush():
        nonlocal pending
        if pending:
            coded = base64.b64encode(pending.encode("utf-16-be")).rstrip(b"=").decode()
            out.append("&" + coded.replace("/", ",") + "-")
            pending = ""

    for character in name:
        if " " <= character <= "~":
            flush()
            out.append("&-" if character == "&" else character)
        else:
            pending += character
    flush()
    return "".join(out)
