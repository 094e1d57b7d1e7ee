# SPDX-License-Identifier: GPL-3.0-or-later
"""Tern's synchronisation beside mbsync's and beside the bare line, in one run.

Counts (flights, depth, bytes) are those of tern-delay-proxy, which says what they are; a flight that
follows another's answer is one deeper. Seconds are those of whole programs, from their start to their
end, without the proxy. mbsync keeps letters as files and knows no list without them, so it is beside
Tern where all letters are fetched, and where a mailbox that is kept already is brought up to date.
"""
import imaplib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import time

import mailbox
import sample
from desktop import Desktop, die_with_parent
from dovecot import Dovecot
from lines import Line

OWNER = sample.OWNER
EMAIL = "mira@example.org"
DEADLINE = 900.0
MBSYNC = """\
IMAPAccount a
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account a

MaildirStore near
Path {home}/mail/
Inbox {home}/mail/INBOX

Channel c
Far :far:
Near :near:
Patterns INBOX
Sync Pull
Create Near
Expunge Near
SyncState *
"""


class PeerError(Exception):
    """What could not be measured, and why."""


class Peers:
    def __init__(self, build, folder):
        self.build = os.path.abspath(build)
        self.folder = folder
        self.homes = 0

    def run(self, large, whole, runs):
        if not shutil.which("mbsync"):
            raise PeerError("mbsync is not installed: its package is isync")
        return {"large": self.measure_large(large), "whole": self.measure_whole(whole, runs)}

    def server(self, letters):
        server = Dovecot(os.path.join(self.folder, f"server{self.homes}"))
        server.prepare()
        for place, flags, when, content in letters:
            server.add_letter(OWNER, place, content, flags, when)
        server.start()
        return server

    def new_home(self):
        self.homes += 1
        home = os.path.join(self.folder, f"home{self.homes}")
        os.makedirs(os.path.join(home, "mail"), mode=0o700)
        return home

    # --- programs ------------------------------------------------------------------------------

    def tern(self, home, *words, stdin=b"", trace=None):
        env = dict(os.environ, SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="sesame",
                   SECRET_FILE_TEST_PATH=os.path.join(home, "secrets"))
        if trace:
            env["TERN_TRACE"] = trace
        command = [os.path.join(self.build, "src", "cli", "tern-cli"), "--profile",
                   os.path.join(home, "tern"), *words]
        start = time.monotonic()
        done = subprocess.run(command, env=env, input=stdin, capture_output=True, check=False,
                              timeout=DEADLINE)
        if done.returncode:
            raise PeerError(f"tern-cli {words[0]}: {done.stderr.decode()}")
        return time.monotonic() - start, done.stdout

    def add_account(self, home, server, port):
        self.tern(home, "account", "add", "--email", EMAIL, "--user", OWNER, "--imap",
                  f"127.0.0.1:{port}", "--security", "none", "--password-stdin",
                  stdin=server.password.encode() + b"\n")

    def mbsync(self, home, server, port):
        rc = os.path.join(home, "mbsyncrc")
        with open(rc, "w", encoding="ascii") as file:
            file.write(MBSYNC.format(port=port, user=OWNER, password=server.password, home=home))
        os.chmod(rc, 0o600)
        start = time.monotonic()
        done = subprocess.run(["mbsync", "-q", "-c", rc, "c"], capture_output=True, check=False,
                              env=dict(os.environ, HOME=home), timeout=DEADLINE)
        if done.returncode:
            raise PeerError(f"mbsync: {done.stderr.decode()}")
        return time.monotonic() - start

    # --- a large folder, kept and brought up to date -------------------------------------------

    def change(self, server, letters):
        """Ten changes by another program: LETTERS come, three go, the others are starred."""
        box = imaplib.IMAP4("127.0.0.1", server.port)
        box.login(OWNER, server.password)
        count = int(box.select("INBOX")[1][0])
        chance = random.Random(count)
        for _, _, when, content in mailbox.years(letters):
            box.append("INBOX", None, imaplib.Time2Internaldate(when), content)
        for number in chance.sample(range(1, count), 7 - letters):
            box.store(str(number), "+FLAGS", "\\Flagged")
        for number in sorted(chance.sample(range(1, count), 3), reverse=True):
            box.store(str(number), "+FLAGS", "\\Deleted")
        box.expunge()
        box.logout()

    def measure_large(self, messages):
        server = self.server(sorted(sample.many(messages), key=lambda row: row[2]))
        try:
            home = self.new_home()
            log = os.path.join(home, "line")
            result = {"messages": messages, "memory": self.watch_memory(home, server),
                      "window": self.watch_window(server, messages),
                      "observed": self.watch_window(server, messages, has_inspector=True),
                      "resync": {}}
            with Line(self.build, server.port, log + "0") as line:
                warm = self.new_home()
                self.add_account(warm, server, line.port)
                self.tern(warm, "sync", EMAIL, "--folder", "INBOX", "--force")
                self.mbsync(warm, server, line.port)
                port = line.port
            for letters in (0, 4):
                self.change(server, letters)
                result["resync"][letters] = self.resync(server, warm, port, letters)
            return result
        finally:
            server.stop()

    def resync(self, server, home, port, letters):
        """What it takes either program, started for it, to take over what has changed."""
        trace = os.path.join(home, f"trace{letters}")
        result = {}
        for name, again in (("tern", lambda: self.tern(home, "sync", EMAIL, "--folder", "INBOX",
                                                       "--force", trace=trace)[0]),
                            ("mbsync", lambda: self.mbsync(home, server, port))):
            with Line(self.build, server.port, os.path.join(home, f"{name}{letters}"), port) as line:
                seconds = again()
            result[name] = dict(line.counts(), seconds=seconds)
        with open(trace, encoding="utf-8") as file:
            result["fresh"] = max(event["flights"] for event in map(json.loads, file)
                                  if event["ev"] == "fetch.done")
        return result

    def watch_window(self, server, messages, has_inspector=False):
        """Seconds in which the window fetches the list, and the kB that it holds at most: alone, or
        beside the inspector, which shows all that happens meanwhile."""
        home = self.new_home()
        trace = os.path.join(home, "trace")
        self.add_account(home, server, server.port)
        with Desktop() as desktop:
            env = dict(desktop.env, SECRET_FILE_TEST_PATH=os.path.join(home, "secrets"),
                       TERN_TRACE=trace, GSETTINGS_SCHEMA_DIR=os.path.join(self.build, "data"))
            process = subprocess.Popen([os.path.join(self.build, "src", "tern"), "--profile",
                                        os.path.join(home, "tern")], env=env,
                                       stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
            try:
                self.wait_for(trace, process, lambda event: event["ev"] == "window.mapped")
                if has_inspector:
                    for words in (["search", "--sync", "--onlyvisible", "--name", "^Tern$",
                                   "windowfocus", "--sync"], ["key", "ctrl+shift+i"],
                                  ["search", "--sync", "--onlyvisible", "--name", "^Inspector$"]):
                        subprocess.run(["xdotool", *words], env=desktop.env, check=True,
                                       stdout=subprocess.DEVNULL, timeout=DEADLINE)
                first = self.wait_for(trace, process, lambda event: event["ev"] == "fetch.first")
                done = self.wait_for(trace, process, lambda event: event["ev"] == "fetch.done" and
                                     event["n"] >= messages)
                with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                    fields = dict(row.split(":", 1) for row in file)
            finally:
                process.terminate()
                process.wait()
        return {"seconds": (done["t"] - first["t"]) / 1e6, "peak": int(fields["VmHWM"].split()[0])}

    def wait_for(self, trace, process, accept):
        """The first event that accept() takes."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline and process.poll() is None:
            if os.path.exists(trace):
                with open(trace, encoding="utf-8") as file:
                    for row in file:
                        if row.endswith("\n") and accept(json.loads(row)):
                            return json.loads(row)
            time.sleep(0.05)
        raise PeerError("the window did not do what was waited for")

    def watch_memory(self, home, server):
        """kB that tern-cli holds when it starts to fetch, after so many messages, and at most."""
        trace = os.path.join(home, "trace")
        self.add_account(home, server, server.port)
        env = dict(os.environ, SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="sesame",
                   SECRET_FILE_TEST_PATH=os.path.join(home, "secrets"), TERN_TRACE=trace)
        process = subprocess.Popen(
            [os.path.join(self.build, "src", "cli", "tern-cli"), "--profile",
             os.path.join(home, "tern"), "sync", EMAIL, "--folder", "INBOX", "--force"], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
        samples, received, peak, position = [], 0, 0, 0
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                    fields = dict(row.split(":", 1) for row in file)
                held, peak = (int(fields[key].split()[0]) for key in ("VmRSS", "VmHWM"))
            except (OSError, KeyError, ValueError):
                break
            if os.path.exists(trace):
                with open(trace, encoding="utf-8") as file:
                    file.seek(position)
                    for row in file:
                        if not row.endswith("\n"):
                            break
                        position += len(row.encode())
                        event = json.loads(row)
                        if event["ev"] == "fetch.batch":
                            received += event["n"]
            samples.append((received, held))
            time.sleep(0.01)
        if process.wait():
            raise PeerError("tern-cli sync failed")
        before = max((held for count, held in samples if count == 0), default=0)
        after = {mark: next((held for count, held in samples if count >= mark), 0)
                 for mark in (10000, 25000, 50000, 75000)}
        return {"before": before, "after": after, "peak": peak}

    # --- all letters ---------------------------------------------------------------------------

    def drain(self, server, items):
        """Seconds for one FETCH over all messages, read from a socket and thrown away."""
        start = time.monotonic()
        size = 0
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.recv(4096)
            line.sendall(f"a LOGIN {OWNER} {server.password}\r\nb SELECT INBOX\r\n"
                         f"c UID FETCH 1:* {items}\r\n".encode())
            tail = b""
            while b"\r\nc OK " not in tail:
                data = line.recv(1 << 20)
                if not data:
                    raise PeerError("the server closed the line")
                size += len(data)
                tail = tail[-64:] + data
        return time.monotonic() - start, size

    def check_readable(self, home):
        """A sample of the letters can be read with the server gone."""
        listed = json.loads(self.tern(home, "--json", "list", EMAIL, "INBOX", "--limit",
                                      "1000000")[1])
        for row in random.Random(1).sample(listed, min(50, len(listed))):
            if not self.tern(home, "show", str(row["id"]))[1].strip():
                raise PeerError("a letter is empty")
        return len(listed)

    def measure_whole(self, messages, runs):
        server = self.server(mailbox.years(messages))
        result = {"messages": messages, "drain": [], "tern": [], "mbsync": []}
        try:
            self.drain(server, "(UID BODY.PEEK[])")
            for _ in range(runs):
                seconds, result["bytes"] = self.drain(server, "(UID BODY.PEEK[])")
                result["drain"].append(seconds)
                home = self.new_home()
                result["mbsync"].append(self.mbsync(home, server, server.port))
                shutil.rmtree(home)
                home = self.new_home()
                self.add_account(home, server, server.port)
                result["tern"].append(self.tern(home, "sync", EMAIL, "--folder", "INBOX", "--bodies",
                                                "--force")[0])
            with Line(self.build, server.port, os.path.join(home, "line")) as line:
                counted = self.new_home()
                self.add_account(counted, server, line.port)
                before = line.counts()["down"]
                self.tern(counted, "sync", EMAIL, "--folder", "INBOX", "--force")
            result["down"] = line.counts()["down"] - before
        finally:
            server.stop()
        result["readable"] = self.check_readable(home)
        return result


def report(result):
    large, whole = result["large"], result["whole"]
    memory = large["memory"]
    middle = {key: statistics.median(whole[key]) for key in ("drain", "tern", "mbsync")}
    kinds = {0: "flags and removals", 4: "four of them new letters"}
    rows = "".join(
        f"| {kinds[letters]} | {title} | {row['connections']} | {row['flights']} | {row['depth']} | "
        f"{row['up'] + row['down']:,} | {row['seconds']:.2f} |\n"
        for letters, resync in large["resync"].items()
        for title, row in (("`tern-cli sync`", resync["tern"]), ("`mbsync`", resync["mbsync"])))
    fresh = max(resync["fresh"] for resync in large["resync"].values())
    windows = "".join(f"| {title} | {row['seconds']:.1f} | {row['peak'] / 1024:.0f} |\n"
                      for title, row in (("the window", large["window"]),
                                         ("the window, and the inspector beside it",
                                          large["observed"])))
    marks = "".join(f"| after {mark:,} messages | {held / 1024:.0f} |\n"
                    for mark, held in memory["after"].items() if mark < large["messages"])
    return f"""\
A folder of {large['messages']:,} messages that is kept, ten changes by another program, then brought \
up to date by
a program that is started for it. Three letters go; the others are starred, or four letters come and three \
are starred:

| changes | | connections | flights | depth | bytes | seconds |
|---|---|---|---|---|---|---|
{rows}
The sign-off is among them. Tern knew the folder to be up to date after {fresh} of its round trips. \
A new letter is
about a kilobyte: its envelope, structure and beginning.

Memory of `tern-cli` while it synchronises those {large['messages']:,} for the first time:

| | MB |
|---|---|
| before the first message | {memory['before'] / 1024:.0f} |
{marks}| at most | {memory['peak'] / 1024:.0f} |

The same in the window, from the first message to the last, and the memory of the whole process:

| | seconds | MB at most |
|---|---|---|
{windows}
All of {whole['messages']:,} letters ({whole['bytes'] / 1e6:,.0f} MB), cold, without delay; median of \
{len(whole['tern'])}:

| | seconds | beside the line |
|---|---|---|
| `BODY.PEEK[]` of all from a raw socket, thrown away | {middle['drain']:.2f} | 1 |
| `tern-cli sync --bodies`: all letters readable offline, attachments on demand \
({whole['down'] / 1e6:,.0f} MB) | {middle['tern']:.2f} | {middle['tern'] / middle['drain']:.1f} |
| `mbsync` | {middle['mbsync']:.2f} | {middle['mbsync'] / middle['drain']:.1f} |

That they are readable was seen in a sample of 50 of {whole['readable']:,}, the server stopped.
"""
