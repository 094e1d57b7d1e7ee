# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Courier IMAP server (5.0), run from where ./dev setup unpacked it.

Each connection is a process of its own, as Courier is made: couriertcpd accepts, imaplogin signs in
and becomes imapd. Passwords are asked for as of authdaemond. Folders are below INBOX, their levels
parted by dots.
"""
import glob
import os

from server import PATH, PRELOADED, UNPACKED, Doorkeeper, MaildirServer, ServerMissing

CAPABILITY = ("IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT "
              "QUOTA IDLE")


class Courier(MaildirServer):
    name = "Courier"
    prefix, separator = "INBOX.", "."

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.doorkeeper = None

    @staticmethod
    def program(*names):
        return os.path.join(os.path.abspath(UNPACKED), "courier", "usr", *names)

    def check_installed(self):
        if not os.path.exists(self.program("bin", "imapd")):
            raise ServerMissing("Courier is not unpacked: run ./dev setup")

    def environment(self):
        libraries = glob.glob(self.program("lib", "*-linux-*")) + [self.program("lib")]
        return {"PATH": PATH, "LD_LIBRARY_PATH": ":".join(libraries), "LD_PRELOAD": PRELOADED,
                "TERN_COURIER_AUTH": self.path("run", "auth"),
                "AUTHMODULES": "authdaemon",
                # Who watches Maildirs for imapd, which waits a second each time it finds nobody.
                "GAMIN_DEBUG_SERVER": self.program("libexec", "gam_server"),
                "GAM_CLIENT_ID": f"tern-{self.port}",
                "COURIERTLS": self.program("bin", "couriertls"),
                "IMAP_CAPABILITY": CAPABILITY,
                "IMAP_CAPABILITY_TLS": CAPABILITY + " AUTH=PLAIN",
                "IMAP_STARTTLS": "YES",
                "IMAP_KEYWORDS": "1",
                "IMAP_ACL": "1",
                "IMAP_USELOCKS": "1",
                "IMAP_IDLE_TIMEOUT": "1",
                "IMAP_TRASHFOLDERNAME": "Trash",
                "MAILDIRPATH": "Maildir",
                "TLS_CERTFILE": self.path("tls", "both.pem"),
                "TLS_TRUSTCERTS": "/etc/ssl/certs",
                "TLS_VERIFYPEER": "NONE"}

    def prepare(self):
        super().prepare()
        self.make_folders("run")
        both = self.path("tls", "both.pem")
        with open(both, "w", encoding="ascii") as file:
            for name in ("key.pem", "certificate.pem"):
                with open(self.path("tls", name), encoding="ascii") as part:
                    file.write(part.read())
        os.chmod(both, 0o600)
        self.give(both)

    def launch(self, daemon):
        self.doorkeeper = Doorkeeper(self.path("run", "auth"), self.check_password)
        accept = [self.program("sbin", "couriertcpd"), "-address=127.0.0.1", "-maxprocs=100",
                  "-maxperip=100", "-nodnslookup", "-noidentlookup"]
        login = [self.program("lib", "courier", "courier", "imaplogin"),
                 self.program("bin", "imapd"), "Maildir"]
        tls = [self.program("bin", "couriertls"), "-server", "-tcpd"]
        self.spawn([*accept, str(self.port), *login])
        self.spawn([*accept, str(self.tls_port), *tls, "/usr/bin/env", "IMAP_TLS=1", *login])

    def check_password(self, client):
        """AUTH LENGTH, service, kind of sign-in, user, password: a line each, maybe after others."""
        lines = client.recv(4096).decode("utf-8", "replace").split("\n")
        while lines and not lines[0].startswith("AUTH "):
            lines.pop(0)
        kind, user, password = lines[2:5]
        if kind != "login" or password != self.password:
            client.sendall(b"FAIL\n")
            return
        for folder in (None, *self.special):
            if not os.path.isdir(self.maildir(user, folder)):
                self.make_folder(user, folder)
        client.sendall(f"UID={self.owner.pw_uid}\nGID={self.owner.pw_gid}\n"
                       f"HOME={self.maildir(user)}\nADDRESS={user}\n"
                       f"MAILDIR={self.maildir(user)}\n.\n".encode())

    @staticmethod
    def disk_name(folder):
        return folder

    def note_subscription(self, root, folder):
        name = os.path.join(root, "courierimapsubscribed")
        with open(name, "a", encoding="utf-8") as file:
            file.write(self.folder(folder) + "\n")
        self.give(name)

    def stop(self):
        super().stop()
        if self.doorkeeper:
            self.doorkeeper.close()
            self.doorkeeper = None
