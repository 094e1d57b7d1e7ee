#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon the mail is there, and how fast all of it comes: measured with Tern's own trace against
a private Dovecot, through a line with a round trip.

Time is counted from the start of the process, and for what is on screen to the frame that shows it.
Round trips are counted from the server's greeting: how often Tern, on the connection that brought
the messages, sent something that it could not send before the last answer had come. The server's
index is warm, as it is for a mailbox in use; the connection is plain, as a local line needs no TLS
to be measured. The virtual screen is drawn by the processor.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("servers", "demo", "tools")]

import outlook  # noqa: E402
import peers  # noqa: E402
import sample  # noqa: E402
from desktop import Desktop, adopt_orphans, die_with_parent, end_descendants  # noqa: E402
from dovecot import Dovecot  # noqa: E402
from harness import CountingLine  # noqa: E402
from tracefile import DEADLINE, BenchError, Trace, processor  # noqa: E402

EMAIL = "mira@example.org"
SCREENFUL = 50


def trips_to(count, trace):
    """Flights sent after the greeting until the answer with COUNT messages had come."""
    flights = received = 0
    for event in trace.events():
        if event["ev"] == "imap.greeting":
            flights = 0
        elif event["ev"] == "imap.flight":
            flights += 1
        elif event["ev"] == "fetch.batch":
            received += event["n"]
            if received >= count:
                return flights
    raise BenchError(f"no {count} messages came")


class Bench:
    def __init__(self, build, messages, rtt):
        self.build = os.path.abspath(build)
        self.messages = messages
        self.rtt = rtt
        self.folder = tempfile.mkdtemp(prefix="tern-bench-")
        os.chmod(self.folder, 0o755)
        self.server = Dovecot(os.path.join(self.folder, "server"))
        self.desktop = None
        self.profiles = 0

    def run(self, runs):
        self.server.prepare()
        letters = sorted(sample.many(self.messages), key=lambda letter: letter[2])
        for folder, flags, when, content in letters:
            self.server.add_letter(sample.OWNER, folder, content, flags, when)
        self.server.start()
        items = self.learn_items()
        self.drain(items)
        with Desktop() as self.desktop:
            result = {"drain": [], "sync": [], "items": items}
            # In turns, so that what else the machine does falls on both alike.
            for _ in range(2 * runs + 1):
                result["drain"].append(self.drain(items))
                result["sync"].append(self.full_sync())
            proxy, port = self.delayed()
            result["cold"], result["warm"] = [], []
            for _ in range(runs):
                profile = self.new_profile(port)
                result["cold"].append(self.start_cold(profile))
                result["warm"].append(self.start_warm(profile))
            proxy.terminate()
            proxy.wait()
            result["offline"] = [self.start_warm(profile, has_server=False) for _ in range(runs)]
        return result

    # --- the raw line --------------------------------------------------------------------------

    def learn_items(self):
        """What Tern asks of each message, taken from the line while it synchronises."""
        with CountingLine(self.server.port) as line:
            profile = self.new_profile(line.port)
            self.cli(profile, "sync", EMAIL, "--folder", "INBOX", "--force")
            asked = re.findall(rb"FETCH \S+ (\([^\r]*ENVELOPE[^\r]*\))\r", line.sent)
        if not asked:
            raise BenchError("no FETCH with an ENVELOPE was seen on the line")
        # The first window asks for more: previews of what is on screen.
        return asked[-1].decode()

    def drain(self, items):
        """Seconds for the same FETCH over all messages, read from a socket and thrown away."""
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.server.port)) as line:
            line.recv(4096)
            line.sendall(f"a LOGIN {sample.OWNER} {self.server.password}\r\nb SELECT INBOX\r\n"
                         f"c UID FETCH 1:* {items}\r\n".encode())
            tail = b""
            while b"\r\nc OK " not in tail:
                data = line.recv(1 << 20)
                if not data:
                    raise BenchError("the server closed the line")
                tail = tail[-64:] + data
        return time.monotonic() - start

    def delayed(self):
        command = [os.path.join(self.build, "tests", "tools", "tern-delay-proxy"), "--listen", "0",
                   "--to", f"127.0.0.1:{self.server.port}", "--delay", str(self.rtt // 2)]
        proxy = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 text=True, preexec_fn=die_with_parent)
        return proxy, int(proxy.stdout.readline().split()[1])

    # --- Tern ----------------------------------------------------------------------------------

    def environment(self, profile, trace=None):
        env = dict(self.desktop.env if self.desktop else os.environ)
        env.update(SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="sesame",
                   SECRET_FILE_TEST_PATH=os.path.join(profile, "secrets"),
                   GSETTINGS_SCHEMA_DIR=os.path.join(self.build, "data"))
        if trace:
            env["TERN_TRACE"] = trace
        return env

    def cli(self, profile, *words, trace=None, stdin=b""):
        command = [os.path.join(self.build, "src", "cli", "tern-cli"), "--profile", profile, *words]
        start = time.monotonic()
        done = subprocess.run(command, env=self.environment(profile, trace), input=stdin,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=False,
                              timeout=DEADLINE, check=False)
        if done.returncode:
            raise BenchError(f"tern-cli {words[0]}: {done.stderr.decode()}")
        return time.monotonic() - start

    def new_profile(self, port):
        self.profiles += 1
        profile = os.path.join(self.folder, f"profile{self.profiles}")
        os.mkdir(profile, 0o700)
        self.cli(profile, "account", "add", "--email", EMAIL, "--user", sample.OWNER, "--imap",
                 f"127.0.0.1:{port}", "--security", "none", "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")
        return profile

    def full_sync(self):
        """Seconds from the first attempt to connect to all headers in SQLite, as the drain is
        timed, and from the start of tern-cli to its end."""
        profile = self.new_profile(self.server.port)
        path = os.path.join(profile, "sync.jsonl")
        whole = self.cli(profile, "sync", EMAIL, "--folder", "INBOX", "--force", trace=path)
        times = {}
        for event in Trace(path).events():
            times.setdefault(event["ev"], event["t"])
        return (times["fetch.done"] - times["race.start"]) / 1e6, whole

    def window(self, profile, trace):
        return subprocess.Popen([os.path.join(self.build, "src", "tern"), "--profile",
                                 profile],
                                env=self.environment(profile, trace), stdin=subprocess.DEVNULL,
                                preexec_fn=die_with_parent)

    def close(self, window):
        window.send_signal(signal.SIGTERM)
        window.wait(DEADLINE)

    def start_cold(self, profile):
        """The window on an account of which no message is kept yet."""
        path = os.path.join(profile, "cold.jsonl")
        trace, window = Trace(path), None
        try:
            window = self.window(profile, path)
            first = trace.wait("the first row", window,
                               lambda e: e["ev"] == "ui.rows" and e["n"] >= 1)
            screen = trace.wait("a screenful of rows", window,
                                lambda e: e["ev"] == "ui.rows" and e["n"] >= SCREENFUL)
            done = trace.wait("the end of the synchronisation", window,
                              lambda e: e["ev"] == "ui.rows" and e["n"] >= self.messages)
            mapped = trace.wait("the window", window, lambda e: e["ev"] == "window.mapped")
            greeting = trace.wait("a greeting", window, lambda e: e["ev"] == "imap.greeting")
            return {"mapped": mapped["t"], "greeting": greeting["t"], "first": first["t"],
                    "screen": screen["t"], "all": done["t"],
                    "first_trips": trips_to(1, trace), "screen_trips": trips_to(SCREENFUL, trace)}
        finally:
            if window:
                self.close(window)

    def start_warm(self, profile, has_server=True):
        """The same window again, all messages kept; without a server, as far as the list."""
        path = os.path.join(profile, "warm.jsonl" if has_server else "offline.jsonl")
        trace, window = Trace(path), None
        try:
            window = self.window(profile, path)
            first = trace.wait("the first row", window,
                               lambda e: e["ev"] == "ui.rows" and e["n"] >= 1)
            screen = trace.wait("a screenful of rows", window,
                                lambda e: e["ev"] == "ui.rows" and e["n"] >= SCREENFUL)
            mapped = trace.wait("the window", window, lambda e: e["ev"] == "window.mapped")
            result = {"mapped": mapped["t"], "first": first["t"], "screen": screen["t"],
                      "screen_trips": sum(e["ev"] == "imap.flight" and e["t"] < screen["t"]
                                          for e in trace.events())}
            if has_server:
                fresh = trace.wait("the folder's state", window, lambda e: e["ev"] == "fetch.done")
                result.update(fresh=fresh["t"], fresh_trips=fresh["flights"])
            return result
        finally:
            if window:
                self.close(window)

    def clean(self):
        self.server.stop()
        end_descendants()
        shutil.rmtree(self.folder, ignore_errors=True)


def middle(values):
    return statistics.median(values)


def report(result, messages, rtt, runs):
    def ms(rows, key):
        return f"{middle([row[key] for row in rows]) / 1000:.0f} ms"

    def trips(rows, key):
        return f"{middle([row[key] for row in rows]):.0f}"

    drain = middle(result["drain"])
    line, whole = (middle(times) for times in zip(*result["sync"]))
    line_ratio, whole_ratio = (middle([time / drained for time, drained in
                                       zip(times, result["drain"])])
                               for times in zip(*result["sync"]))
    cold, warm, offline = result["cold"], result["warm"], result["offline"]
    return f"""\
A folder of {messages:,} messages, Dovecot on the same machine ({processor()}); median of
{runs} starts and of {2 * runs + 1} synchronisations.

The window, through a line with a round trip of {rtt} ms (the greeting alone takes two):

| | time | round trips after the greeting |
|---|---|---|
| cold start: window on screen | {ms(cold, "mapped")} | |
| cold start: greeting received | {ms(cold, "greeting")} | |
| cold start: first row on screen | {ms(cold, "first")} | {trips(cold, "first_trips")} |
| cold start: {SCREENFUL} rows on screen | {ms(cold, "screen")} | {trips(cold, "screen_trips")} |
| cold start: all rows in the list | {ms(cold, "all")} | |
| warm start: window on screen | {ms(warm, "mapped")} | |
| warm start: first rows on screen | {ms(warm, "first")} | |
| warm start: whole list on screen | {ms(warm, "screen")} | |
| warm start: folder up to date | {ms(warm, "fresh")} | {trips(warm, "fresh_trips")} |
| warm start without a server: first rows on screen | {ms(offline, "first")} | |
| warm start without a server: whole list on screen | {ms(offline, "screen")} | \
{trips(offline, "screen_trips")} |

All headers, without delay:

| | seconds | messages a second | beside the line, median of the runs |
|---|---|---|---|
| the same FETCH from a raw socket, thrown away | {drain:.3f} | {messages / drain:,.0f} | 1 |
| `tern-cli sync`, from its connection to the last header in SQLite | {line:.3f} | \
{messages / line:,.0f} | {line_ratio:.1f} |
| `tern-cli sync`, start and end of the program included | {whole:.3f} | \
{messages / whole:,.0f} | {whole_ratio:.1f} |

Both ask `{result["items"]}`.
"""


PAGE = os.path.join(HERE, "..", "..", "docs", "performance.md")
HEAD = """\
# Performance

Written by `./dev bench --write`, all of it or a part: `./dev bench outlook --write`. What the figures
mean stands at the head of the files in `tests/bench`.
"""
# A part of the page, its heading, and what measures it.
PARTS = {"starts": "Starts and synchronisation", "peers": "Beside other programs",
         "outlook": "Outlook accounts"}


def measure_starts(arguments):
    bench = Bench(arguments.build, arguments.messages, arguments.rtt)
    try:
        result = bench.run(arguments.runs)
    finally:
        bench.clean()
    return report(result, arguments.messages, arguments.rtt, arguments.runs)


def in_folder(run):
    """What run() returns, which may leave files and processes behind."""
    folder = tempfile.mkdtemp(prefix="tern-bench-")
    os.chmod(folder, 0o755)
    try:
        return run(folder)
    finally:
        end_descendants()
        shutil.rmtree(folder, ignore_errors=True)


def measure(part, arguments):
    """A part of the page, measured with servers and profiles of its own."""
    if part == "starts":
        text = measure_starts(arguments)
    elif part == "peers":
        text = in_folder(lambda folder: peers.report(peers.Peers(arguments.build, folder).run(
            arguments.large, arguments.messages, arguments.runs)))
    else:
        text = in_folder(lambda folder: outlook.report(outlook.Outlook(
            arguments.build, folder, arguments.messages, arguments.rtt, arguments.runs).run(),
            arguments.messages, arguments.rtt))
    date = time.strftime("%-d %B %Y")
    return f"## {PARTS[part]}\n\nMeasured on {date}.\n\n{text}"


def write(sections):
    """Puts what was measured in place of what the page had of it."""
    with open(PAGE, encoding="utf-8") as file:
        kept = re.split(r"^(?=## )", file.read(), flags=re.MULTILINE)[1:]
    for part, title in PARTS.items():
        kept_one = [text for text in kept if text.startswith(f"## {title}\n")]
        sections.setdefault(part, kept_one[0] if kept_one else "")
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write("\n".join([HEAD] + [sections[part].rstrip("\n") + "\n" for part in PARTS
                                       if sections[part]]))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("part", nargs="?", choices=tuple(PARTS), help="measure this part only")
    parser.add_argument("--messages", type=int, default=10000, metavar="N")
    parser.add_argument("--rtt", type=int, default=100, metavar="MS", help="round trip")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    parser.add_argument("--large", type=int, default=100000, metavar="N",
                        help="messages of the folder that is brought up to date")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    adopt_orphans()
    sections = {}
    try:
        for part in [arguments.part] if arguments.part else PARTS:
            sections[part] = measure(part, arguments)
            print(sections[part])
    except (BenchError, peers.PeerError, OSError, subprocess.SubprocessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments.write:
        write(sections)
    return 0


if __name__ == "__main__":
    sys.exit(main())
