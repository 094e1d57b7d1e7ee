#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tern-cli is killed while it reads, starved of disk and left alone; nothing is lost for it."""
import glob
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest

import harness

COUNT = 60
# What the traces are cut at; each step is one killed run.
STEPS = 12
SMALL_FILE = 24 * 1024


class Crashes(harness.ServerCase):
    @classmethod
    def fill(cls, server):
        for i in range(COUNT):
            server.add_letter(harness.USER, None, harness.letter(f"Letter {i:03}"))

    def setUp(self):
        super().setUp()
        client = self.second_client()
        for folder in ("Archive", "Trash"):
            client.select(self.mailbox(folder))
            if client.search(None, "ALL")[1][0]:
                client.copy("1:*", "INBOX")
                client.store("1:*", "+FLAGS", r"\Deleted")
                client.expunge()
        client.select("INBOX")
        client.store("1:*", "-FLAGS", r"(\Flagged \Seen)")

    def subjects_on_server(self, folder):
        client = self.second_client()
        client.select(self.mailbox(folder), readonly=True)
        numbers = client.search(None, "ALL")[1][0].split()
        if not numbers:
            return []
        data = client.fetch(b",".join(numbers), "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        return sorted((item[1].decode().partition(":")[2].strip(), rb"\Flagged" in item[0])
                      for item in data if isinstance(item, tuple))

    def check_agreement(self):
        """Both sides show the same, and of each letter there is one."""
        everything = []
        for folder in ("INBOX", "Archive", "Trash"):
            self.sync(folder)
            here = sorted((m["subject"], "flagged" in m["flags"]) for m in self.list(folder))
            self.assertEqual(here, self.subjects_on_server(folder), folder)
            everything += [subject for subject, _ in here]
        self.assertEqual(sorted(everything), [f"Letter {i:03}" for i in range(COUNT)])
        self.assertEqual(self.cli("operations").json(), [])

    def run_and_kill(self, line_number, *words):
        """Runs tern-cli until its trace has LINE_NUMBER lines; says whether it got that far."""
        trace = os.path.join(self.profile, "trace")
        open(trace, "w", encoding="ascii").close()
        command = [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile,
                   *[str(word) for word in words]]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              env=dict(self.env, TERN_TRACE=trace)) as process:
            while process.poll() is None:
                with open(trace, "rb") as file:
                    if file.read().count(b"\n") >= line_number:
                        process.send_signal(signal.SIGKILL)
                        break
            return process.wait() == -signal.SIGKILL

    def test_a_sync_that_is_killed_goes_on(self):
        self.add_account()
        for step in range(3, 3 + STEPS * 2, 2):
            self.run_and_kill(step, "sync", harness.EMAIL, "--force")
        self.check_agreement()

    def test_two_programs_at_once_do_each_change_once(self):
        self.add_account()
        self.sync()
        ids = [message["id"] for message in self.list()]
        command = [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile]
        running = [subprocess.Popen([*command, "move", str(n), "Archive"], env=self.env,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for n in ids[:6]]
        for process in running:
            error = process.communicate(timeout=harness.DEADLINE)[1].decode()
            self.assertIn(process.returncode, (harness.DONE, harness.FAILED), error)
            if process.returncode:
                self.assertIn("Another Tern", error)
                self.assertEqual(error.count("\n"), 1)
        self.check_agreement()

    # --- disk ----------------------------------------------------------------------------------

    def starved(self, *words):
        """Runs tern-cli where no file may grow beyond a few pages."""
        command = [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile,
                   *[str(word) for word in words]]
        return subprocess.run(
            command, env=self.env, capture_output=True, timeout=harness.DEADLINE, check=False,
            restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE, SMALL_FILE)))

    def test_a_full_disk_is_told_and_loses_nothing(self):
        self.add_account()
        done = self.starved("sync", harness.EMAIL, "--folder", "INBOX", "--force")
        self.assertEqual(done.returncode, harness.FAILED, done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        self.assertIn(b"disk", done.stderr)
        self.sync()
        done = self.starved("flag", self.list()[0]["id"], "flagged")
        self.assertIn(done.returncode, (harness.DONE, harness.FAILED), done.stderr)
        self.check_agreement()

    def test_a_profile_that_cannot_be_written_is_told(self):
        blocked = os.path.join(self.profile, "file")
        open(blocked, "w", encoding="ascii").close()
        self.profile = os.path.join(blocked, "below")
        error = self.cli("account", "list", expect=harness.FAILED).error
        self.assertIn("disk", error)

    # --- a server that has lost its mind -------------------------------------------------------

    def converse(self, answer):
        """A server that calls ANSWER (the connection) for each client; gives its port."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    client = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=self.survive, args=(answer, client), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    @staticmethod
    def survive(answer, client):
        with client:
            try:
                answer(client)
            except OSError:
                pass

    def test_mad_servers_are_told_in_one_sentence(self):
        def garbage(client):
            client.sendall(bytes(range(256)) * 64 + b"\r\n")

        def bye(client):
            client.sendall(b"* BYE not today\r\n")

        def refuses(client):
            client.sendall(b"* OK ready\r\n")
            for text in client.makefile("rb"):
                client.sendall(text.split(b" ")[0] + b" NO never\r\n")

        for answer in (garbage, bye, refuses):
            began = time.monotonic()
            done = subprocess.run(
                [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile,
                 "account", "add", "--email", harness.EMAIL, "--imap",
                 f"127.0.0.1:{self.converse(answer)}", "--security", "none", "--password-stdin"],
                input=b"canary-in-the-mine\n", env=self.env, capture_output=True, check=False,
                timeout=harness.DEADLINE)
            self.assertIn(done.returncode, (harness.FAILED, harness.SIGN_IN, harness.OFFLINE),
                          f"{answer.__name__}: {done.stderr}")
            self.assertEqual(done.stderr.count(b"\n"), 1, f"{answer.__name__}: {done.stderr}")
            self.assertLess(time.monotonic() - began, 20, answer.__name__)
            self.assertEqual(self.cli("account", "list").json(), [])

    # --- secrets -------------------------------------------------------------------------------

    def test_the_password_is_in_no_log_trace_or_file(self):
        trace = os.path.join(self.profile, "trace")
        chatty = {"G_MESSAGES_DEBUG": "all", "TERN_TRACE": trace}
        words = ["--imap", f"127.0.0.1:{self.server.port}", "--security", "none"]
        runs = [(["account", "add", "--email", harness.EMAIL, "--user", harness.USER, *words,
                  "--password-stdin"], self.server.password),
                (["sync", harness.EMAIL], ""),
                (["account", "add", "--email", "other@example.org", *words, "--password-stdin"],
                 self.server.password + "-wrong")]
        told = b""
        for command, secret in runs:
            done = subprocess.run(
                [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile, "--json",
                 *command], input=secret.encode() + b"\n", env=dict(self.env, **chatty),
                capture_output=True, check=False, timeout=harness.DEADLINE)
            told += done.stdout + done.stderr
            if done.returncode == harness.DONE:
                json.loads(done.stdout)  # logs are no answer
        for path in glob.glob(os.path.join(self.profile, "**"), recursive=True):
            if os.path.isfile(path) and not path.endswith("secrets"):
                with open(path, "rb") as file:
                    told += file.read()
        self.assertIn(b"Letter 001", told)
        self.assertNotIn(self.server.password.encode(), told)


if __name__ == "__main__":
    harness.main()
