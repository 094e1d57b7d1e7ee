#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adding accounts: every kind of connection, and everything that can go wrong."""
import harness
import sample


class Accounts(harness.ServerCase):
    @classmethod
    def fill(cls, server):
        for folder in ("Hütte & Fjäll", "Projects/Sandbar 2027"):
            server.make_folder(harness.USER, folder)
        server.add_letter(harness.USER, None, harness.letter("Hello"))

    def test_tls_starttls_and_plain_on_loopback_reach_the_mail(self):
        for security in ("tls", "starttls", "none"):
            with self.subTest(security):
                self.add_account(security=security)
                self.sync()
                self.one("Hello")
                self.cli("account", "remove", harness.EMAIL)

    def test_an_account_is_listed_and_forgotten(self):
        self.add_account()
        accounts = self.cli("account", "list").json()
        self.assertEqual([account["email"] for account in accounts], [harness.EMAIL])
        self.cli("account", "remove", harness.EMAIL)
        self.assertEqual(self.cli("account", "list").json(), [])
        self.cli("list", harness.EMAIL, "INBOX", expect=harness.FAILED)

    def test_a_wrong_password_keeps_nothing(self):
        self.add_account(password="wrong", expect=harness.SIGN_IN)
        self.assertEqual(self.cli("account", "list").json(), [])

    def test_an_untrusted_certificate_shows_its_fingerprint_and_keeps_nothing(self):
        for security in ("tls", "starttls"):
            with self.subTest(security):
                result = self.add_account(security=security, trust="", expect=harness.FAILED)
                plain = result.error.replace(":", "").lower()
                self.assertIn(self.server.fingerprint, plain)
                self.assertEqual(self.cli("account", "list").json(), [])

    def test_another_certificate_than_the_trusted_one_is_refused(self):
        self.add_account(trust="0" * 64, expect=harness.FAILED)

    def test_a_server_that_is_not_there_is_offline(self):
        self.add_account(port=harness.dead_port(), expect=harness.OFFLINE)

    def test_wrong_usage_is_told_from_failure(self):
        for words in (["account", "add"], ["nonsense"], [], ["list"], ["show"],
                      ["account", "add", "--email", "nobody", "--imap", "127.0.0.1:1",
                       "--password-stdin"],
                      ["account", "add", "--email", harness.EMAIL, "--imap", "127.0.0.1:99999",
                       "--password-stdin"]):
            with self.subTest(words):
                self.cli(*words, stdin=b"sesame\n", expect=harness.USAGE)

    def test_an_unknown_account_folder_or_message_is_one_clear_error(self):
        self.cli("folders", "nobody@example.org", expect=harness.FAILED)
        self.add_account()
        self.sync()
        self.cli("list", harness.EMAIL, "No such folder", expect=harness.FAILED)
        self.cli("show", "999999", expect=harness.FAILED)

    def test_folders_come_with_their_roles_and_names_in_any_script(self):
        self.add_account()
        folders = {folder["path"]: folder for folder in self.cli("folders", harness.EMAIL).json()}
        for name, role in (("INBOX", "inbox"), ("Sent", "sent"), ("Trash", "trash"),
                           ("Drafts", "drafts"), ("Junk", "junk"), ("Archive", "archive")):
            self.assertEqual(folders[name]["role"], role)
        self.assertIn("Hütte & Fjäll", folders)
        self.assertIn("Projects/Sandbar 2027", folders)

    def test_a_probe_names_the_way_that_won(self):
        self.add_account()
        route = self.cli("probe", harness.EMAIL).json()
        self.assertEqual(route["channel"], "imap")
        winner, = (way for way in route["endpoints"] if way["outcome"] == "won")
        steps = [winner[f"{step}_ms"] for step in ("resolve", "connect", "tls", "greeting")]
        self.assertAlmostEqual(winner["started_ms"] + sum(steps), winner["ended_ms"], delta=0.1)

    def test_a_probe_tells_how_far_each_way_came(self):
        self.cli("account", "add", "--email", harness.EMAIL, "--user", harness.USER,
                 "--imap", f"127.0.0.1:{harness.dead_port()}",
                 "--imap", f"127.0.0.1:{self.server.tls_port}", "--security", "tls",
                 "--trust", self.server.fingerprint, "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")
        ways = {way["outcome"]: way for way in self.cli("probe", harness.EMAIL).json()["endpoints"]}
        self.assertIsNotNone(ways["won"]["greeting_ms"])
        for way in ways.values():
            if way["outcome"] == "failed":
                self.assertIsNone(way["connect_ms"])

    def test_a_dead_endpoint_beside_a_good_one_does_not_hinder(self):
        self.cli("account", "add", "--email", harness.EMAIL, "--user", harness.USER,
                 "--imap", f"127.0.0.1:{harness.dead_port()}",
                 "--imap", f"127.0.0.1:{self.server.tls_port}", "--security", "tls",
                 "--trust", self.server.fingerprint, "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")
        self.sync()
        self.one("Hello")

    def test_the_password_can_be_changed_on_the_server_without_losing_the_mail(self):
        self.add_account()
        self.sync()
        self.server.set_password("another")
        try:
            self.cli("sync", harness.EMAIL, "--force", expect=harness.SIGN_IN)
            self.one("Hello")
        finally:
            self.server.set_password("sesame")

    def test_the_sample_mailbox_can_be_read_whole(self):
        sample.fill(self.server, user="whole")
        self.cli("account", "add", "--email", "whole@example.org", "--user", "whole",
                 "--imap", f"127.0.0.1:{self.server.tls_port}", "--security", "tls",
                 "--trust", self.server.fingerprint, "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")
        self.cli("sync", "whole@example.org", "--force")
        letters = list(sample.sample())
        inbox = self.cli("list", "whole@example.org", "INBOX", "--limit", 1000).json()
        self.assertEqual(len(inbox), sum(folder is None for folder, *_ in letters))
        # Every kind of letter is among the newest; each call opens a connection of its own.
        for message in inbox[:30]:
            self.cli("show", message["id"])


if __name__ == "__main__":
    harness.main()
