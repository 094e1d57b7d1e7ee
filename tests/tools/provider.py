# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider on this machine: where accounts sign in (tests/mock/mock-oauth.c), and its Microsoft
Graph (tests/mock/mock-graph.c)."""
import json
import os
import stat
import subprocess

# A browser that goes where it is sent, without a screen.
BROWSER = """#!/bin/sh
exec /usr/bin/env python3 -c "import sys, urllib.request
urllib.request.urlopen(sys.argv[1]).read()" "$1"
"""
DESKTOP = """[Desktop Entry]
Type=Application
Name=Browser
Exec={program} %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
"""


def install_browser(data):
    """Has the desktop whose XDG_DATA_HOME is DATA open web pages with that browser."""
    folder = os.path.join(data, "applications")
    program = os.path.join(data, "browser")
    os.makedirs(folder, exist_ok=True)
    with open(program, "w", encoding="utf-8") as file:
        file.write(BROWSER)
    os.chmod(program, stat.S_IRWXU)
    with open(os.path.join(folder, "browser.desktop"), "w", encoding="utf-8") as file:
        file.write(DESKTOP.format(program=program))
    with open(os.path.join(folder, "mimeapps.list"), "w", encoding="utf-8") as file:
        file.write("[Default Applications]\nx-scheme-handler/http=browser.desktop\n")


class Mock:
    """A program that prints its address, and answers each line that it is told. Runs until stop()."""

    def __init__(self, command, env=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env)
        self.base = self.process.stdout.readline().strip()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def tell(self, line):
        """Has it do something; returns its answer."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def count(self, what=""):
        return int(self.tell(f"count {what}".strip()))


class Graph(Mock):
    """A Microsoft Graph with so many letters, which takes the tokens of a Provider."""

    def __init__(self, program, provider, letters, certificate=None):
        tls = ["--tls", certificate] if certificate else []
        super().__init__([program, *tls, "--tokens", provider.base, str(letters)],
                         dict(os.environ, SOUP_SERVER_HTTP2="1"))

    def log(self):
        """The lines of its requests since the last "forget"."""
        return [line for line in self.tell("log").split("\t") if line]


class Provider(Mock):
    """An account of its domain, example.org, gets its mail from IMAP's PORT, and before that from a
    Graph where there is one. With a CERTIFICATE it speaks TLS as well, at the address SECURE."""

    def __init__(self, program, user, certificate=None):
        tls = ["--tls", certificate] if certificate else []
        super().__init__([program, *tls, user], dict(os.environ, SOUP_SERVER_HTTP2="1"))
        self.secure = self.process.stdout.readline().strip() if certificate else None

    def write(self, profile, port, graph=None):
        """Makes it known to a profile."""
        scopes = {"imap": "https://mail.test/IMAP.AccessAsUser.All offline_access"}
        provider = {
            "id": "mock", "name": "Mock", "domains": ["example.org"], "channels": ["imap"],
            "oauth": {
                "authorize": f"{self.base}/authorize", "device": f"{self.base}/device",
                "token": f"{self.base}/token", "client_id": "tern-test", "scopes": scopes},
            "imap": [{"host": "127.0.0.1", "port": port, "security": "none"}]}
        if graph:
            provider.update(channels=["graph", "imap"], graph=graph)
            scopes["graph"] = "https://graph.test/Mail.ReadWrite offline_access"
        with open(os.path.join(profile, "providers.json"), "w", encoding="utf-8") as file:
            json.dump({"providers": [provider]}, file)
