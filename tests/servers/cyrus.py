# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Cyrus IMAP server (3.6), run from where ./dev setup unpacked it.

Letters are filed over IMAP, for its spool is its own business. Passwords are asked for as of
saslauthd: two octets of length before each of user, password, service and realm.
"""
import glob
import grp
import os
import socket
import struct
import time

from server import PRELOADED, UNPACKED, Doorkeeper, Server, ServerMissing, encode_mailbox

FLAGS = {"S": r"\Seen", "F": r"\Flagged", "R": r"\Answered", "D": r"\Draft", "T": r"\Deleted"}


class Cyrus(Server):
    name = "Cyrus"

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.doorkeeper = None
        self.filing = {}

    @staticmethod
    def program(name):
        return os.path.join(os.path.abspath(UNPACKED), "cyrus", "usr", "lib", "cyrus", "bin", name)

    def check_installed(self):
        if not os.path.exists(self.program("imapd")):
            raise ServerMissing("Cyrus is not unpacked: run ./dev setup")

    def environment(self):
        libraries = glob.glob(os.path.join(os.path.abspath(UNPACKED), "cyrus", "usr", "lib", "*-*"))
        return dict(super().environment(), LD_LIBRARY_PATH=":".join(libraries),
                    LD_PRELOAD=PRELOADED)

    def prepare(self):
        super().prepare()
        self.make_folders("state", "state/lock", "state/proc", "run")

    def write_configuration(self):
        names = "|".join(self.special)
        roles = "".join(f"xlist-{name.lower()}: {name}\n" for name in self.special)
        configuration = self.path("imapd.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(f"""\
configdirectory: {self.path("state")}
defaultpartition: default
partition-default: {self.path("mail")}
proc_path: {self.path("state", "proc")}
mboxname_lockpath: {self.path("state", "lock")}
idlesocket: {self.path("run", "idle")}
cyrus_user: {self.owner.pw_name}
cyrus_group: {grp.getgrgid(self.owner.pw_gid).gr_name}
servername: localhost
admins: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {self.path("run", "mux")}
tls_server_cert: {self.path("tls", "certificate.pem")}
tls_server_key: {self.path("tls", "key.pem")}
tls_session_timeout: 0
unixhierarchysep: yes
altnamespace: yes
virtdomains: off
autocreate_quota: 0
autocreate_inbox_folders: {names}
autocreate_subscribe_folders: {names}
{roles}munge8bit: no
skiplist_unsafe: yes
conversations: no
""")
        imapd = f'cmd="{self.program("imapd")} -C {configuration}'
        with open(self.path("cyrus.conf"), "w", encoding="utf-8") as file:
            file.write(f"""\
START {{
  recover cmd="{self.program("ctl_cyrusdb")} -C {configuration} -r"
}}
SERVICES {{
  imap {imapd}" listen="127.0.0.1:{self.port}" prefork=1 maxchild=100
  imaps {imapd} -s" listen="127.0.0.1:{self.tls_port}" prefork=1 maxchild=100
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{self.program("idled")} -C {configuration}"
}}
""")

    def launch(self, daemon):
        self.doorkeeper = Doorkeeper(self.path("run", "mux"), self.check_password)
        self.spawn([self.program("master"), "-C", self.path("imapd.conf"), "-M",
                    self.path("cyrus.conf"), "-p", self.path("run", "master.pid"), "-D"])

    def check_password(self, client):
        with client.makefile("rb") as file:
            words = [file.read(struct.unpack(">H", file.read(2))[0]) for _ in range(4)]
        answer = b"OK" if words[1] == self.password.encode() else b"NO"
        client.sendall(struct.pack(">H", len(answer)) + answer)

    def stop(self):
        for line in self.filing.values():
            line.close()
        self.filing = {}
        super().stop()
        if self.doorkeeper:
            self.doorkeeper.close()
            self.doorkeeper = None

    # --- filing ----------------------------------------------------------------------------------

    def add_letter(self, user, folder, content, flags="", when=None, new=False):
        line = self.line(user)
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        mailbox = encode_mailbox(self.folder(folder))
        date = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(when))
        command = (f'APPEND "{mailbox}" ({" ".join(FLAGS[flag] for flag in flags)}) "{date}" '
                   f'{{{len(content)}+}}\r\n').encode() + content
        if not line.ask(command):
            self.make_folder(user, folder)
            if not line.ask(command):
                raise ServerMissing(f"Cyrus does not take a letter: {line.answer}")

    def make_folder(self, user, folder):
        mailbox = encode_mailbox(self.folder(folder))
        for verb in ("CREATE", "SUBSCRIBE"):
            self.line(user).ask(f'{verb} "{mailbox}"'.encode())

    def line(self, user):
        if user not in self.filing:
            self.filing[user] = Line(self.port, user, self.password)
        return self.filing[user]


class Line:
    """A connection that asks one thing after the other, each in one packet."""

    def __init__(self, port, user, password):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.file.readline()
        self.answer = b""
        self.ask(f'LOGIN "{user}" "{password}"'.encode())

    def ask(self, command):
        """Sends COMMAND; says whether the answer was OK."""
        self.socket.sendall(b"t " + command + b"\r\n")
        for line in self.file:
            if line.startswith(b"t "):
                self.answer = line
                return line.startswith(b"t OK")
        raise OSError("the server hung up")

    def close(self):
        self.file.close()
        self.socket.close()
