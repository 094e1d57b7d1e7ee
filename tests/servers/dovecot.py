#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Dovecot on 127.0.0.1 for the demo, the tests and the measurements.

usage: dovecot.py start DIR [--password P]   start it, print where it listens as JSON
       dovecot.py stop DIR                   stop it
       dovecot.py run DIR -- COMMAND...      start it, run COMMAND with TERN_TEST_IMAP_PORT,
                                             TERN_TEST_IMAPS_PORT, TERN_TEST_FINGERPRINT and
                                             TERN_TEST_MAIL in its environment, stop it

Everything (configuration, certificate, sockets, logs, mail) is below DIR, which is made where it
is missing; the system's own mail server is neither used nor touched. Any user name is taken; the
password is the same for all. A user's mail is a Maildir at DIR/mail/USER. The plain port offers
STARTTLS and takes a sign-in without it too; the other port speaks TLS from the first byte.

As root, Dovecot's helpers run as the users that its package made and the mail belongs to the
user "mail", for Dovecot refuses to serve root's. Otherwise all of it runs as the caller.
"""
import argparse
import base64
import ctypes
import grp
import hashlib
import imaplib
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

# Where a distribution keeps the server, which an ordinary user's PATH leaves out.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
SPECIAL = ("Drafts", "Sent", "Archive", "Trash", "Junk")
PR_SET_PDEATHSIG = 1
ATTEMPTS = 5
DEADLINE = 20.0


class DovecotError(Exception):
    """The server could not be set up, started or stopped; the text says what to look at."""


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


class Dovecot:
    """A server in a folder. Use as a context manager, or start() and stop()."""

    def __init__(self, directory, password="sesame", special=SPECIAL):
        self.directory = os.path.abspath(directory)
        self.password = password
        self.special = special
        self.port = self.tls_port = None
        self.fingerprint = None
        self.process = None
        if os.getuid() == 0:
            self.mail_user, self.internal, self.login = "mail", "dovecot", "dovenull"
        else:
            self.mail_user = self.internal = self.login = pwd.getpwuid(os.getuid()).pw_name
        try:
            self.owner = pwd.getpwnam(self.mail_user)
            pwd.getpwnam(self.internal)
        except KeyError as error:
            raise DovecotError(f"Dovecot is not installed completely: {error}") from None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # --- folders -------------------------------------------------------------------------------

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def maildir(self, user, folder=None):
        """The Maildir of a user's folder; None is the inbox. Not made by this call."""
        if folder is None:
            return self.path("mail", user)
        return self.path("mail", user, "." + encode_mailbox(folder).replace("/", "."))

    def give(self, path):
        """Hands a path to the user whose mail it is; nothing to do for an ordinary user."""
        if os.getuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def add_letter(self, user, folder, content, flags="", when=None, new=False):
        """Files CONTENT (bytes) into a Maildir, as a delivery agent would; the server may run.

        FLAGS are Maildir's letters (S seen, F flagged, R answered, D draft). WHEN, in seconds since
        1970, becomes the internal date.
        """
        base = self.maildir(user, folder)
        if not os.path.isdir(os.path.join(base, "cur")):
            self.make_maildir(user, folder)
        self.counter = getattr(self, "counter", 0) + 1
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

    def make_maildir(self, user, folder=None):
        """Makes a user's folder and subscribes to it."""
        root = self.maildir(user)
        for path in [root] + ([self.maildir(user, folder)] if folder else []):
            for sub in ("", "cur", "new", "tmp"):
                full = os.path.join(path, sub)
                if not os.path.isdir(full):
                    os.makedirs(full, mode=0o700)
                    self.give(full)
        if folder:
            name = os.path.join(root, "subscriptions")
            with open(name, "a", encoding="ascii") as file:
                file.write(encode_mailbox(folder) + "\n")
            self.give(name)
            marker = os.path.join(self.maildir(user, folder), "maildirfolder")
            with open(marker, "w", encoding="ascii"):
                pass
            self.give(marker)

    # --- running -------------------------------------------------------------------------------

    def start(self, daemon=False):
        """Starts the server. As a daemon it outlives this program; else it dies with it."""
        if not shutil.which("dovecot", path=PATH):
            raise DovecotError("Dovecot's IMAP server is not installed: run ./dev setup")
        version = subprocess.run(["dovecot", "--version"], env=self.environment(), check=False,
                                 capture_output=True, text=True).stdout.split(" ")[0].strip()
        if not version.startswith("2.3."):
            raise DovecotError(f"this is Dovecot {version}; the configuration made here is for 2.3")
        self.prepare()
        for _ in range(ATTEMPTS):
            self.port, self.tls_port = free_ports(2)
            self.write_configuration()
            with open(self.path("log", "start"), "ab") as log:
                # Its output goes to a file: a daemon would hold a pipe open for ever.
                command = ["dovecot", "-c", self.path("dovecot.conf")] + ([] if daemon else ["-F"])
                self.process = subprocess.Popen(
                    command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, preexec_fn=None if daemon else die_with_parent,
                    start_new_session=True)
            if self.wait_until_ready(daemon):
                self.save()
                return
            self.stop()
        raise DovecotError("Dovecot did not start:\n" + self.last_log())

    def prepare(self):
        for sub in ("", "run", "log", "tls", "mail", "home"):
            os.makedirs(self.path(sub), exist_ok=True)
        os.chmod(self.directory, 0o755)
        self.give(self.path("mail"))
        self.give(self.path("home"))
        self.check_reachable()
        certificate = self.path("tls", "certificate.pem")
        if not os.path.exists(certificate):
            made = subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
                 "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                 "-keyout", self.path("tls", "key.pem"), "-out", certificate],
                capture_output=True, text=True, check=False)
            if made.returncode:
                raise DovecotError("openssl made no certificate:\n" + made.stderr)
        with open(certificate, encoding="ascii") as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        self.fingerprint = hashlib.sha256(der).hexdigest()

    def check_reachable(self):
        """A folder below root's home is out of reach for the user that reads the mail."""
        if os.getuid() != 0:
            return
        path = self.directory
        while True:
            mode = os.stat(path)
            if not mode.st_mode & 0o001 and mode.st_uid != self.owner.pw_uid:
                raise DovecotError(f"the user {self.mail_user} cannot enter {path}: "
                                   "choose a folder below /tmp")
            if path == "/":
                return
            path = os.path.dirname(path)

    def environment(self):
        return dict(os.environ, PATH=PATH)

    def write_configuration(self):
        group = grp.getgrgid(pwd.getpwnam(self.internal).pw_gid).gr_name
        mailboxes = "".join(
            f"  mailbox {name} {{\n    auto = subscribe\n    special_use = \\{name}\n  }}\n"
            for name in self.special)
        # Only root may change its root folder; where an ordinary user starts it, nothing does.
        unrooted = "" if os.getuid() == 0 else "  chroot =\n"
        services = "".join(f"service {name} {{\n{unrooted}}}\n"
                           for name in ("imap-urlauth-login", "stats") if unrooted)
        text = f"""\
base_dir = {self.path("run")}
instance_name = tern-{self.port}
protocols = imap
listen = 127.0.0.1
log_path = {self.path("log", "dovecot.log")}
default_internal_user = {self.internal}
default_internal_group = {group}
default_login_user = {self.login}
mail_uid = {self.owner.pw_uid}
mail_gid = {self.owner.pw_gid}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{self.path("mail")}/%u
mail_fsync = never
mail_max_userip_connections = 100
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
ssl = yes
ssl_cert = <{self.path("tls", "certificate.pem")}
ssl_key = <{self.path("tls", "key.pem")}
mailbox_list_index = yes
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={self.owner.pw_uid} gid={self.owner.pw_gid} home={self.path("home")}/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}}}
service imap-login {{
{unrooted}  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
{unrooted}  # Or each wrong password makes the next sign-in from this address wait longer.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap {{
  process_limit = 100
  process_min_avail = 1
}}
protocol imap {{
  imap_idle_notify_interval = 29 mins
}}
{services}"""
        with open(self.path("dovecot.conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def wait_until_ready(self, daemon):
        """True once it greets; False where it ended, for instance because a port was taken."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            ended = self.process.poll()
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
        for name in ("start", "dovecot.log"):
            try:
                with open(self.path("log", name), encoding="utf-8", errors="replace") as file:
                    text += file.read()[-2000:]
            except OSError:
                pass
        return text

    def pid(self):
        try:
            with open(self.path("run", "master.pid"), encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def stop(self):
        """Stops the server and its helpers; nothing to do where none runs."""
        pid = self.process.pid if self.process and self.process.poll() is None else self.pid()
        if not pid:
            return
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if self.process:
                self.process.poll()
            if not os.path.exists(f"/proc/{pid}") or is_zombie(pid):
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        raise DovecotError(f"Dovecot (process {pid}) did not stop; it was killed")

    def kick(self):
        """Cuts every client off, as a server that restarts does."""
        subprocess.run(["doveadm", "-c", self.path("dovecot.conf"), "kick", "*"],
                       env=self.environment(), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def set_password(self, password):
        """Changes everybody's password; returns when the new one is the one that is asked for."""
        self.password = password
        self.write_configuration()
        os.kill(self.pid(), signal.SIGHUP)
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            try:
                client = imaplib.IMAP4("127.0.0.1", self.port)
                client.login("probe", password)
                client.logout()
                return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
        raise DovecotError("Dovecot did not take the new password")

    # --- for other programs --------------------------------------------------------------------

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


def is_zombie(pid):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("start", "stop", "run"))
    parser.add_argument("directory")
    parser.add_argument("--password", default="sesame")
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    server = Dovecot(arguments.directory, arguments.password)
    try:
        if arguments.verb == "start":
            server.stop()
            server.start(daemon=True)
            print(json.dumps(server.describe(), indent=2))
        elif arguments.verb == "stop":
            server.stop()
        else:
            with server:
                return subprocess.run(arguments.command, env=server.environment_for_tests(),
                                      check=False).returncode
    except DovecotError as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
