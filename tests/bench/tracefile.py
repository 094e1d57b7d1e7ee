# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program writes about itself with TERN_TRACE, and the machine on which it does."""
import json
import os
import platform
import re
import time

DEADLINE = 120.0


class BenchError(Exception):
    """What could not be measured, and why."""


class Trace:
    """The events that a program has written so far."""

    def __init__(self, path):
        self.path = path

    def events(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        except OSError:
            return []

    def wait(self, what, process, accept):
        """The first event that accept() takes. Polled: the trace is a file."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            for event in self.events():
                if accept(event):
                    return event
            if process.poll() is not None:
                raise BenchError(f"the program ended before {what}")
            time.sleep(0.01)
        raise BenchError(f"there was no {what} within {DEADLINE:.0f} s")


def process_start(pid):
    """The moment from which a program's trace counts, in µs of time.monotonic()."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    asleep = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()) // 1000
    return ticks * 1000000 // os.sysconf("SC_CLK_TCK") - asleep


class Course:
    """What one start, or what came after a moment of it, asked of whom over which lines, and when."""

    def __init__(self, lines, events, epoch, since=None):
        self.events = events
        self.opened = [t - epoch for line in lines for t in line.opened(since or epoch)]
        self.requests = {name: [event["t"] - event["ms"] * 1000 for event in events
                                if event["ev"] == name]
                         for name in ("token.refresh", "graph.request")}
        self.flights = [event["t"] for event in events if event["ev"] == "imap.flight"]
        self.began = min(self.opened + self.flights + sum(self.requests.values(), []))

    def when(self, accept):
        found = [event["t"] for event in self.events if accept(event)]
        if not found:
            raise BenchError("an event that was waited for is not in the trace")
        return found[0]

    def rows(self, count):
        """When COUNT rows were on screen."""
        return self.until(self.when(lambda e: e["ev"] == "ui.rows" and e["n"] >= count))

    def fresh(self):
        """When the folder was known to be up to date."""
        return self.until(self.when(lambda e: e["ev"] == "fetch.done"))

    def stored(self):
        """When the first rows were in the cache."""
        first = self.when(lambda e: e["ev"] == "fetch.first")
        return self.until(self.when(lambda e: e["ev"] == "store.commit" and e["t"] > first))

    def until(self, moment):
        def count(times):
            return sum(t <= moment for t in times)
        return {"ms": (moment - self.began) / 1000, "at": moment / 1000,
                "token": count(self.requests["token.refresh"]),
                "graph": count(self.requests["graph.request"]), "flights": count(self.flights),
                "connections": count(self.opened)}


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"
