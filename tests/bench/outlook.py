# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that sign in by a token: whom a start asks, how often, and how soon the mail is there, by
Microsoft Graph and by IMAP; with an IMAP host that is dead, and with a token that may not read.

The token page, Graph and each IMAP host stand behind a line of their own with the same round trip.
All speak TLS 1.3, the token page and Graph HTTP/2, as in life; names are not looked up. Elapsed time
begins with the first connection and is given in round trips too, with everything in it: connect,
TLS, the keyring (libsecret's file, which takes longer than a running keyring), the server's work and
Tern's. Access tokens are never kept on disk, so that every start of the program asks for one; "token
ended" is a refresh (F5) in a window whose token has run out. A connection is counted when it is
opened, a request when it is sent.
"""
import contextlib
import glob
import json
import os
import sqlite3
import statistics
import subprocess
import time

import sample
from desktop import Desktop, die_with_parent
from dovecot import TokenDovecot
from lines import Blackhole, Line, Silent
from provider import Graph, Provider
from tracefile import DEADLINE, BenchError, Course, Trace, process_start, processor

EMAIL = "mira@example.org"
# Whose mailbox is small, where only the way to it is measured.
FEW = "few@example.org"
FEW_LETTERS = 200
SCREENFUL = 50
IMAP_SCOPES = "https://mail.test/IMAP.AccessAsUser.All offline_access"
GRAPH_SCOPES = "https://graph.test/Mail.ReadWrite offline_access"
# What a token may do that was granted for sending only.
NO_MAIL_READ = "Mail.Send IMAP.AccessAsUser.All offline_access"
# Seconds that a token is good for so that it has run out soon, a minute being taken off; by then the
# connection to its page has been given up, as it has after an hour.
SHORT_LIFE = 66


class Outlook:
    def __init__(self, build, folder, messages, rtt, runs):
        self.build = os.path.abspath(build)
        self.folder = folder
        self.messages = messages
        self.rtt = rtt
        self.runs = runs
        self.rounds = 2 * runs + 1  # where differences count
        self.numbers = 0
        self.desktop = None
        self.stopped = []
        self.lines = []
        self.last_profile = None

    # --- servers -------------------------------------------------------------------------------

    def program(self, *names):
        return os.path.join(self.build, *names)

    def start_servers(self):
        certificate = self.program("tests", "mock", "good.pem")
        self.provider = self.keep(Provider(self.program("tests", "mock", "tern-mock-oauth"), EMAIL,
                                           certificate))
        self.graph = self.keep(Graph(self.program("tests", "mock", "tern-mock-graph"),
                                     self.provider, self.messages, certificate))
        self.server = TokenDovecot(os.path.join(self.folder, "server"), "xoauth2",
                                   self.provider.base)
        self.server.prepare()
        for email, count in ((EMAIL, self.messages), (FEW, FEW_LETTERS)):
            for place, flags, when, content in sorted(sample.many(count), key=lambda row: row[2]):
                self.server.add_letter(email, place, content, flags, when)
        self.keep(self.server).start()
        self.authority = os.path.join(self.folder, "authority.pem")
        with open(self.authority, "w", encoding="ascii") as file:
            for path in (self.program("tests", "mock", "authority.pem"),
                         self.server.path("tls", "certificate.pem")):
                with open(path, encoding="ascii") as part:
                    file.write(part.read())
        self.token_line = self.line(int(self.provider.secure.rpartition(":")[2]))
        self.graph_line = self.line(int(self.graph.base.rpartition(":")[2].partition("/")[0]))
        self.imap_line = self.line(self.server.tls_port)

    def keep(self, what):
        self.stopped.append(what)
        return what

    def line(self, port, listen=0):
        self.numbers += 1
        log = os.path.join(self.folder, f"line{self.numbers}")
        line = self.keep(Line(self.build, port, log, listen, self.rtt / 2))
        self.lines.append(line)
        return line

    def stop(self):
        for what in reversed(self.stopped):
            what.stop()

    # --- Tern ----------------------------------------------------------------------------------

    def environment(self, profile, trace):
        env = dict(self.desktop.env, LD_PRELOAD=self.program("tests", "tools",
                                                             "libtern-trusted-authority.so"),
                   TERN_TEST_AUTHORITY=self.authority,
                   SECRET_FILE_TEST_PATH=os.path.join(profile, "secrets"),
                   GSETTINGS_SCHEMA_DIR=self.program("data"))
        return dict(env, TERN_TRACE=trace) if trace else env

    def run_cli(self, profile, *words, stdin=""):
        done = subprocess.run([self.program("src", "cli", "tern-cli"), "--profile", profile, *words],
                              env=self.environment(profile, None), input=stdin, text=True,
                              capture_output=True, timeout=DEADLINE, check=False)
        if done.returncode:
            raise BenchError(f"tern-cli {' '.join(words)}: {done.stderr}")
        return done.stdout

    def new_profile(self, channels, ports=None, email=EMAIL):
        """A profile with an account of which nothing is known but how to sign in."""
        self.numbers += 1
        profile = os.path.join(self.folder, f"profile{self.numbers}")
        os.mkdir(profile, 0o700)
        secure = f"https://127.0.0.1:{self.token_line.port}"
        provider = {
            "id": "mock", "name": "Mock", "domains": ["example.org"], "channels": channels,
            "oauth": {"authorize": f"{secure}/authorize", "token": f"{secure}/token",
                      "client_id": "tern-test",
                      "scopes": {"imap": IMAP_SCOPES, "graph": GRAPH_SCOPES}},
            "imap": [{"host": "127.0.0.1", "port": port, "security": "tls"}
                     for port in ports or [self.imap_line.port]]}
        if "graph" in channels:
            provider["graph"] = f"https://127.0.0.1:{self.graph_line.port}/v1.0"
        with open(os.path.join(profile, "providers.json"), "w", encoding="utf-8") as file:
            json.dump({"providers": [provider]}, file)
        self.run_cli(profile, "account", "import", "-",
                     stdin=f"{email}----none----tern-test----{self.provider.tell('grant')}\n")
        self.run_cli(profile, "account", "notify", email, "on")
        return profile

    def spawn(self, profile, *command):
        """Starts a program with a trace of its own."""
        path = os.path.join(profile, f"trace{len(glob.glob(os.path.join(profile, 'trace*')))}")
        process = subprocess.Popen([*command], env=self.environment(profile, path),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        return process, Trace(path), process_start(process.pid)

    def sync(self, profile, email):
        """One tern-cli sync of the inbox."""
        process, trace, epoch = self.spawn(profile, self.program("src", "cli", "tern-cli"),
                                           "--profile", profile, "sync", email, "--folder",
                                           "INBOX", "--force")
        _, error = process.communicate(timeout=DEADLINE)
        if process.returncode:
            raise BenchError(f"tern-cli sync: {error}")
        return Course(self.lines, trace.events(), epoch)

    def window(self, profile):
        return self.spawn(profile, self.program("src", "tern"), "--profile", profile)

    def close(self, process):
        process.terminate()
        process.wait(DEADLINE)
        process.stderr.close()

    # --- starts --------------------------------------------------------------------------------

    def start_cold(self, profile):
        process, trace, epoch = self.window(profile)
        try:
            trace.wait("all rows", process,
                       lambda e: e["ev"] == "ui.rows" and e["n"] >= self.messages)
            mapped = trace.wait("the window", process, lambda e: e["ev"] == "window.mapped")["t"]
        finally:
            self.close(process)
        course = Course(self.lines, trace.events(), epoch)
        return {"first": course.rows(1), "screen": course.rows(SCREENFUL),
                "all": course.rows(self.messages), "mapped": mapped / 1000}

    def start_warm(self, profile):
        """The same window again; and once more a refresh, when its token has run out."""
        self.provider.tell(f"lifetime {SHORT_LIFE}")
        process, trace, epoch = self.window(profile)
        try:
            trace.wait("the folder's state", process, lambda e: e["ev"] == "fetch.done")
            trace.wait("rows", process,
                       lambda e: e["ev"] == "ui.rows" and e["n"] >= SCREENFUL)
            course = Course(self.lines, trace.events(), epoch)
            mapped = course.when(lambda e: e["ev"] == "window.mapped") / 1000
            result = {"rows": course.rows(1), "mapped": mapped, "fresh": course.fresh()}
            self.wait_until_ended(trace, epoch)
            count = len(trace.events())
            pressed = time.monotonic_ns() // 1000
            subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "^Tern$",
                            "windowfocus", "--sync", "key", "F5"], env=self.desktop.env, check=True,
                           stdout=subprocess.DEVNULL, timeout=DEADLINE)
            trace.wait("the folder's state once more", process,
                       lambda e: e["t"] > pressed - epoch and e["ev"] == "fetch.done")
            later = Course(self.lines, trace.events()[count:], epoch, pressed)
            result["ended"] = later.fresh()
            return result
        finally:
            self.close(process)
            self.provider.tell("lifetime 3600")

    def wait_until_ended(self, trace, epoch):
        """Until the last token has run out, and nothing in the background has asked for another."""
        while True:
            last = max(e["t"] for e in trace.events() if e["ev"] == "token.refresh")
            left = (epoch + last) / 1e6 + SHORT_LIFE - 60 + 0.1 - time.monotonic()
            if left < 0:
                return
            time.sleep(left)

    def measure_starts(self):
        """In turns, so that what else the machine does falls on both alike."""
        result = {name: {"cold": [], "warm": []} for name in ("graph", "imap")}
        for _ in range(self.runs):
            for name, channels in (("graph", ["graph", "imap"]), ("imap", ["imap"])):
                profile = self.last_profile = self.new_profile(channels)
                result[name]["cold"].append(self.start_cold(profile))
                result[name]["warm"].append(self.start_warm(profile))
        return result

    # --- a dead host, a missing permission, the cache -------------------------------------------

    def measure_dead(self):
        """In turns, so that what else the machine does falls on all alike: the first of two hosts is
        well or dead; while nothing is known, while the second is known to be there, and while the
        first is known to have been."""
        result = {}
        hosts = [self.line(self.server.tls_port) for _ in range(2)]
        ports = [host.port for host in hosts]
        knows_second = self.teach(hosts, ports, 1)
        for _ in range(self.rounds):
            for kind, dead in (("well", None), ("silent", Silent), ("lost", Blackhole)):
                knows_first = self.teach(hosts, ports, 0)
                if dead:
                    self.drop(hosts[0])
                    hosts[0] = self.keep(dead(ports[0]))
                unknown = self.new_profile(["imap"], ports, FEW)
                for case, figure in (("unknown", self.sync(unknown, FEW).stored()),
                                     ("second", self.sync(knows_second, FEW).fresh()),
                                     ("first", self.sync(knows_first, FEW).fresh())):
                    result.setdefault(case, {}).setdefault(kind, []).append(figure)
                if dead:
                    self.drop(hosts[0])
                    hosts[0] = self.line(self.server.tls_port, ports[0])
        for host in hosts:
            self.drop(host)
        return result

    def teach(self, hosts, ports, winner):
        """A profile in which that host has won: the other one refused."""
        self.drop(hosts[1 - winner])
        profile = self.new_profile(["imap"], ports, FEW)
        self.sync(profile, FEW)
        hosts[1 - winner] = self.line(self.server.tls_port, ports[1 - winner])
        return profile

    def drop(self, what):
        what.stop()
        self.stopped.remove(what)
        if what in self.lines:
            self.lines.remove(what)

    def measure_denied(self):
        """An account whose token may not read by Graph, beside one that has IMAP only."""
        result = {"both": [], "imap": []}
        self.provider.tell(f"scope {NO_MAIL_READ}")
        self.graph.tell("forget")
        for _ in range(self.rounds):
            for name, channels in (("both", ["graph", "imap"]), ("imap", ["imap"])):
                profile = self.new_profile(channels, email=FEW)
                row = {"cold": self.sync(profile, FEW).stored(),
                       "warm": self.sync(profile, FEW).fresh()}
                self.pass_an_hour(profile)
                result[name].append(dict(row, later=self.sync(profile, FEW).fresh()))
        self.provider.tell("scope")
        return dict(result, requests=self.graph.count())

    def pass_an_hour(self, profile):
        """So long is remembered which way the mail came, and which way it cannot come."""
        with contextlib.closing(sqlite3.connect(os.path.join(profile, "tern.db"))) as database:
            database.execute("UPDATE channel_state SET expires = expires - 3600 * 1000000")
            database.commit()

    def measure_cached(self, profile):
        """Seconds of a program that lists a screenful, and of one that lists the accounts."""
        def seconds(*words):
            start = time.monotonic()
            self.run_cli(profile, *words)
            return time.monotonic() - start
        return [seconds("list", EMAIL, "INBOX", "--limit", str(SCREENFUL)) -
                seconds("account", "list") for _ in range(self.rounds)]

    def run(self):
        load = os.getloadavg()[0]
        self.start_servers()
        try:
            return dict(self.measure(), load=load, runs=self.runs, rounds=self.rounds)
        finally:
            self.stop()

    def measure(self):
        with Desktop() as self.desktop:
            result = self.measure_starts()
            result["cached"] = self.measure_cached(self.last_profile)
            self.provider.tell(f"user {FEW}")
            result["dead"] = self.measure_dead()
            result["denied"] = self.measure_denied()
        return result


def middle(rows, key):
    return statistics.median(row[key] for row in rows)


def ratio(rows, others):
    """How much longer one took than the other that was measured beside it, in percent."""
    return (statistics.median(row["ms"] / other["ms"] for row, other in zip(rows, others)) - 1) * 100


def report(result, messages, rtt):
    def time_of(rows):
        ms = middle(rows, "ms")
        return f"{ms:.0f} ms | {ms / rtt:.1f}"

    def counts_of(rows):
        return " | ".join(f"{middle(rows, key):.0f}"
                          for key in ("token", "graph", "flights", "connections"))

    def starts(name, title):
        cold, warm = result[name]["cold"], result[name]["warm"]
        rows = (("cold: first row on screen", [row["first"] for row in cold]),
                (f"cold: {SCREENFUL} rows on screen", [row["screen"] for row in cold]),
                ("warm: folder up to date", [row["fresh"] for row in warm]),
                ("token ended: folder up to date", [row["ended"] for row in warm]))
        return "".join(f"| {title}, {what} | {time_of(row)} | {counts_of(row)} |\n"
                       for what, row in rows)

    def dead_row(case, title):
        kinds = result["dead"][case]
        return (f"| {title} | {middle(kinds['well'], 'ms'):.0f} ms | " +
                " | ".join(f"{middle(kinds[kind], 'ms'):.0f} ms "
                           f"({ratio(kinds[kind], kinds['well']):+.0f} %)"
                           for kind in ("silent", "lost")) + " |\n")

    def denied_row(case, title):
        both, imap = ([row[case] for row in result["denied"][name]] for name in ("both", "imap"))
        return (f"| {title} | {middle(imap, 'ms'):.0f} ms | {middle(both, 'ms'):.0f} ms "
                f"({ratio(both, imap):+.0f} %) | {middle(imap, 'token'):.0f} | "
                f"{middle(both, 'token'):.0f} |\n")

    def old_row(name, title):
        cold, warm = result[name]["cold"], result[name]["warm"]
        cached = statistics.median(row["rows"]["at"] - row["mapped"] for row in warm)
        return (f"| Tern by {title} | {middle([row['first'] for row in cold], 'at') / 1000:.1f} s | "
                f"{middle([row['screen'] for row in cold], 'at') / 1000:.1f} s | "
                f"{middle([row['all'] for row in cold], 'at') / 1000:.1f} s | {cached:.0f} ms |\n")

    requests = result["denied"]["requests"]
    return f"""\
A mailbox of {messages:,} messages behind lines with a round trip of {rtt} ms, TLS 1.3 everywhere, \
HTTP/2 to the token page
and to Graph ({processor()}, load {result["load"]:.1f} at the start). The window, from its first \
connection on; median of {result['runs']} starts:

| | elapsed | in round trips | token requests | Graph requests | IMAP flights | connections |
|---|---|---|---|---|---|---|
{starts("graph", "Graph")}{starts("imap", "IMAP")}
Two IMAP hosts. The first is well, takes connections and says nothing, or loses every packet. \
`tern-cli sync`, from its
first connection on; median of {result["rounds"]}, in turns, and how much longer than with both well:

| | both well | first silent | first lost |
|---|---|---|---|
{dead_row("unknown", "nothing known: first rows in the cache")}\
{dead_row("second", "the second won last time: folder up to date")}\
{dead_row("first", "the first won last time: folder up to date")}
A host that won last time has its usual time to answer before the other one is asked as well, and \
that is what it costs
when it has died since, once.

An account whose token may not read by Graph, which made {requests} requests to it, beside one \
that has IMAP only; the same way:

| | IMAP only | without `Mail.Read` | token requests | |
|---|---|---|---|---|
{denied_row("cold", "nothing known: first rows in the cache")}\
{denied_row("warm", "known: folder up to date")}\
{denied_row("later", "known for more than an hour: folder up to date")}
Scopes are those of a token for Graph, so that has to come first where nothing is known. After an \
hour it is asked for
again, and the IMAP server is connected to meanwhile.

The same task in the programs that Tern set out to outrun: a list that is not cached in 20 to 60 s, \
about 5 s after their
repair, and 3 ms for a cached one without a window. Tern's window, from the start of the program on:

| | first row on screen | {SCREENFUL} rows | all {messages:,} rows | cached: rows after the window itself |
|---|---|---|---|---|
{old_row("graph", "Graph")}{old_row("imap", "IMAP")}
To read {SCREENFUL} cached rows takes `tern-cli list` \
{max(0, statistics.median(result["cached"]) * 1000):.0f} ms more than a command that reads none.
"""
