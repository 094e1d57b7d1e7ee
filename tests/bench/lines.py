# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between Tern and a server, or in a server's place."""
import json
import os
import signal
import socket
import subprocess

from desktop import die_with_parent
from tracefile import BenchError


class Line:
    """tern-delay-proxy before a server on this machine, with DELAY ms each way. It is its own
    context."""

    def __init__(self, build, port, log, listen=0, delay=0):
        self.log = log
        self.process = subprocess.Popen(
            [os.path.join(build, "tests", "tools", "tern-delay-proxy"), "--listen", str(listen),
             "--to", f"127.0.0.1:{port}", "--delay", str(delay), "--log", log],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()

    def rows(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(row) for row in file if row.endswith("\n")]

    def counts(self):
        """The counts of all connections that were closed, together; the depth is the deepest's."""
        last = {row["connection"]: row for row in self.rows()}
        return {"connections": len(last),
                "flights": sum(row["flights"] for row in last.values()),
                "depth": max((row["depth"] for row in last.values()), default=0),
                "up": sum(row["to_server"] for row in last.values()),
                "down": sum(row["to_client"] for row in last.values())}

    def opened(self, since):
        """The moments from SINCE on (µs) at which a connection was opened."""
        return [row["t"] for row in self.rows() if row["ev"] == "open" and row["t"] >= since]


class Silent:
    """A host that takes connections and says nothing."""
    backlog = 64

    def __init__(self, port):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(self.backlog)
        self.port = self.listener.getsockname()[1]
        self.fill()

    def fill(self):
        pass

    def stop(self):
        self.listener.close()


class Blackhole(Silent):
    """A host whose packets get lost: its queue is full, so that the kernel answers no further SYN."""
    backlog = 0

    def fill(self):
        self.fillers = [socket.socket() for _ in range(3)]
        for filler in self.fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        probe = socket.socket()
        probe.settimeout(0.2)
        try:
            probe.connect(("127.0.0.1", self.port))
            raise BenchError("a listener with a full queue still took a connection")
        except TimeoutError:
            pass
        finally:
            probe.close()

    def stop(self):
        super().stop()
        for filler in self.fillers:
            filler.close()
