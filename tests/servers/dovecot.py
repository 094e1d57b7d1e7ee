#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Dovecot on 127.0.0.1 for the demo, the tests and the measurements.

usage: dovecot.py start DIR [--password P]   start it, print where it listens as JSON
       dovecot.py stop DIR                   stop it
       dovecot.py run DIR -- COMMAND...      start it, run COMMAND with TERN_TEST_IMAP_PORT,
                                             TERN_TEST_IMAPS_PORT, TERN_TEST_FINGERPRINT and
                                             TERN_TEST_MAIL in its environment, stop it

DIR is made where it is missing. A user's mail is a Maildir at DIR/mail/USER. As root, Dovecot's
helpers run as the users that its package made and the mail belongs to the user "mail", for Dovecot
refuses to serve root's. Otherwise all of it runs as the caller.
"""
import argparse
import grp
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys

from server import PATH, SPECIAL, MaildirServer, ServerError, ServerMissing, is_gone


class Dovecot(MaildirServer):
    name = "Dovecot"

    def __init__(self, directory, password="sesame", special=SPECIAL):
        super().__init__(directory, password, special)
        if os.getuid() == 0:
            self.internal, self.login = "dovecot", "dovenull"
        else:
            self.internal = self.login = self.owner.pw_name

    #: What it says that it can do, where it is not all.
    capability = ""
    #: How one signs in, and who is asked about that beside the password.
    mechanisms = "plain login"
    passdb = ""

    def check_installed(self):
        if not shutil.which("dovecot", path=PATH):
            raise ServerMissing("Dovecot's IMAP server is not installed: run ./dev setup")
        try:
            pwd.getpwnam(self.internal)
        except KeyError as error:
            raise ServerMissing(f"Dovecot is not installed completely: {error}") from None
        version = subprocess.run(["dovecot", "--version"], env=self.environment(), check=False,
                                 capture_output=True, text=True).stdout.split(" ")[0].strip()
        if not version.startswith("2.3."):
            raise ServerError(f"this is Dovecot {version}; the configuration made here is for 2.3")

    def prepare(self):
        super().prepare()
        self.make_folders("home")

    def launch(self, daemon):
        # It is root itself, where root starts it, and makes its helpers others.
        command = ["dovecot", "-c", self.path("dovecot.conf")] + ([] if daemon else ["-F"])
        self.spawn(command, daemon, as_owner=False)

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
auth_mechanisms = {self.mechanisms}
auth_failure_delay = 0
ssl = yes
ssl_cert = <{self.path("tls", "certificate.pem")}
ssl_key = <{self.path("tls", "key.pem")}
mailbox_list_index = yes
{self.passdb}passdb {{
  driver = static
  mechanisms = plain login
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
{self.capability}  mail_plugins = imap_zlib
  imap_idle_notify_interval = 29 mins
}}
{services}"""
        with open(self.path("dovecot.conf"), "w", encoding="utf-8") as file:
            file.write(text)

    def pids(self):
        running = super().pids()
        if running:
            return running
        try:
            with open(self.path("run", "master.pid"), encoding="ascii") as file:
                pid = int(file.read())
        except (OSError, ValueError):
            return []
        return [] if is_gone(pid) else [pid]

    def kick(self):
        """Cuts every client off, as a server that restarts does."""
        subprocess.run(["doveadm", "-c", self.path("dovecot.conf"), "kick", "*"],
                       env=self.environment(), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def set_password(self, password):
        super().set_password(password)
        self.write_configuration()
        for pid in self.pids():
            os.kill(pid, signal.SIGHUP)
        self.wait_for_password()


class PlainDovecot(Dovecot):
    """One that tells of neither MOVE nor UIDPLUS."""
    capability = "  imap_capability = IMAP4rev1 SASL-IR LITERAL+ ID ENABLE NAMESPACE SPECIAL-USE\n"


class TokenDovecot(Dovecot):
    """One that takes tokens as well, and asks the provider at a web address about them."""

    def __init__(self, directory, mechanism, provider):
        super().__init__(directory)
        self.provider = provider
        self.mechanisms = f"plain login {mechanism}"
        self.passdb = (f"passdb {{\n  driver = oauth2\n  mechanisms = {mechanism}\n"
                       f"  args = {self.path('oauth2.conf')}\n}}\n")

    def write_configuration(self):
        super().write_configuration()
        with open(self.path("oauth2.conf"), "w", encoding="utf-8") as file:
            file.write(f"tokeninfo_url = {self.provider}/introspect?access_token=\n"
                       "active_attribute = active\nactive_value = true\n")


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
    except ServerError as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
