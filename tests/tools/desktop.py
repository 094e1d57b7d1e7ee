# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of one's own: a virtual screen, a session bus and empty home folders.

Used by the demo and by the tests of the window. Nothing of the user's is read or written, and
when the desktop ends, so does every process that was started on it.
"""
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
DEADLINE = 20.0


class DesktopError(Exception):
    """The virtual desktop could not be set up; the text says what is missing."""


def die_with_parent():
    """In a child before its exec: it ends when this program is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans():
    """Makes this process the parent of whatever its children leave behind, to end that too."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(root=None):
    """The processes that descend from ROOT (this one by default), children first."""
    root = root or os.getpid()
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(name))
    found, queue = [], [root]
    while queue:
        for child in children.get(queue.pop(0), []):
            found.append(child)
            queue.append(child)
    return found


def end_descendants():
    """Ends every process that descends from this one: asked first, then killed."""
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + patience
        for pid in descendants():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        while descendants() and time.monotonic() < deadline:
            reap()
            time.sleep(0.02)
        if not descendants():
            break
    reap()


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Desktop:
    """The folders, the environment and, where asked for, the screen and the bus.

    env is what a program on it is to be started with.
    """

    def __init__(self, directory=None, screen=True, size=(1280, 900)):
        self.own_directory = directory is None
        self.directory = directory or tempfile.mkdtemp(prefix="tern-desktop-")
        self.screen = screen
        self.size = size
        self.processes = []
        self.env = self.make_environment()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def make_environment(self):
        env = dict(os.environ)
        for name, sub in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"),
                          ("XDG_CACHE_HOME", "cache"), ("XDG_STATE_HOME", "state")):
            env[name] = os.path.join(self.directory, sub)
            os.makedirs(env[name], mode=0o700, exist_ok=True)
        # libsecret keeps passwords in a file where there is no Secret Service.
        env.update(SECRET_BACKEND="file", SECRET_FILE_TEST_PASSWORD="sesame",
                   SECRET_FILE_TEST_PATH=os.path.join(self.directory, "secrets"))
        if self.screen:
            env["HOME"] = os.path.join(self.directory, "home")
            env["XDG_RUNTIME_DIR"] = os.path.join(self.directory, "runtime")
            for name in ("HOME", "XDG_RUNTIME_DIR"):
                os.makedirs(env[name], mode=0o700, exist_ok=True)
            for name in ("WAYLAND_DISPLAY", "XAUTHORITY", "AT_SPI_BUS_ADDRESS",
                         "DBUS_SYSTEM_BUS_ADDRESS", "SESSION_MANAGER"):
                env.pop(name, None)
            env.update(GDK_BACKEND="x11", GSK_RENDERER="cairo", LIBGL_ALWAYS_SOFTWARE="1",
                       GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0")
            if "UTF-8" not in env.get("LC_ALL", env.get("LC_CTYPE", env.get("LANG", ""))).upper():
                env["LC_ALL"] = "C.UTF-8"
        return env

    def start(self):
        if not self.screen:
            return
        for program in ("Xvfb", "dbus-daemon"):
            if not shutil.which(program):
                raise DesktopError(f"{program} is not installed: run ./dev setup")
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.start_screen(log)
            self.start_bus(log)

    def start_screen(self, log):
        reading, writing = os.pipe()
        width, height = self.size
        # -r: a key that is let go late, on a busy machine, is not typed again and again.
        self.spawn(["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24",
                    "-nolisten", "tcp", "-noreset", "-r"], log, pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise DesktopError("Xvfb did not start; see " + os.path.join(self.directory, "log"))
        self.env["DISPLAY"] = ":" + number

    def start_bus(self, log):
        # Its socket lies in the folder, so that none is left behind in /tmp.
        socket = "unix:path=" + os.path.join(self.directory, "bus")
        reading, writing = os.pipe()
        self.spawn(["dbus-daemon", "--session", "--nofork", f"--address={socket}",
                    f"--print-address={writing}"], log, pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as answer:
            address = answer.readline().strip()
        if not address:
            raise DesktopError("dbus-daemon did not start; see " +
                               os.path.join(self.directory, "log"))
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address

    def spawn(self, command, log, pass_fds=()):
        process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, pass_fds=pass_fds, preexec_fn=die_with_parent)
        self.processes.append(process)
        return process

    def screenshot(self, path):
        """The whole screen as a PNG."""
        subprocess.run(["import", "-window", "root", path], env=self.env, check=True,
                       stdin=subprocess.DEVNULL)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)
