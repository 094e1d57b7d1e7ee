#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A big folder."""
import sqlite3
import glob
import os
import time

import harness
import sample

# Into Cyrus, each letter is filed over IMAP.
COUNT = 1500 if harness.server_name() == "cyrus" else 5000


class Mailbox(harness.ServerCase):
    @classmethod
    def fill(cls, server):
        letters = sorted(sample.many(COUNT), key=lambda letter: letter[2])
        for folder, flags, when, content in letters:
            server.add_letter(harness.USER, folder, content, flags, when)

    def test_all_of_a_big_folder_is_listed_newest_first(self):
        self.add_account()
        self.sync()
        messages = self.list()
        self.assertEqual(len(messages), COUNT)
        dates = [message["date"] for message in messages]
        self.assertEqual(dates, sorted(dates, reverse=True))
        for name in ("id", "account", "folder", "subject", "from", "date", "flags", "size",
                     "has_attachments", "snippet", "thread"):
            self.assertIn(name, messages[0])
        self.assertEqual(len({message["id"] for message in messages}), COUNT)

    def test_a_page_of_the_list_is_what_was_asked_for(self):
        self.add_account()
        self.sync()
        everything = self.list()
        page = self.cli("list", harness.EMAIL, "INBOX", "--limit", 20, "--offset", 1234).json()
        self.assertEqual([m["id"] for m in page], [m["id"] for m in everything[1234:1254]])

    def test_flags_arrive_with_the_list(self):
        self.add_account()
        self.sync()
        client = self.second_client()
        client.select("INBOX", readonly=True)
        unseen = len(client.search(None, "UNSEEN")[1][0].split())
        flagged = len(client.search(None, "FLAGGED")[1][0].split())
        messages = self.list()
        self.assertEqual(sum("seen" not in m["flags"] for m in messages), unseen)
        self.assertEqual(sum("flagged" in m["flags"] for m in messages), flagged)

    def test_a_second_sync_fetches_only_what_is_new(self):
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
            first = line.down
            self.assertGreater(first, COUNT * 100)
            line.down = 0
            subject = f"New {time.time()}"
            self.server.add_letter(harness.USER, None, harness.letter(subject), new=True)
            self.sync()
            # At most the flags of everything and the one new letter.
            self.assertLess(line.down, first / 3)
            self.assertEqual(self.list()[0]["subject"], subject)
            client = self.second_client()
            client.select("INBOX")
            numbers = client.search(None, "SUBJECT", f'"{subject}"')[1][0]
            client.store(numbers, "+FLAGS", r"\Deleted")
            client.expunge()

    def test_a_sync_that_is_cut_off_goes_on_where_it_stopped(self):
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync("Trash")
            line.limit = line.down + 400000
            self.cli("sync", harness.EMAIL, "--folder", "INBOX", "--force",
                     expect=harness.OFFLINE)
            kept = len(self.list())
            line.limit = None
            self.assertGreater(kept, 0)
            self.assertLess(kept, COUNT)
            self.sync()
            self.assertEqual(len(self.list()), COUNT)

    def test_the_list_is_kept_without_a_server(self):
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
        self.assertEqual(len(self.list()), COUNT)

    def test_nothing_of_the_profile_can_be_read_by_others(self):
        self.add_account()
        self.sync("Drafts")
        for path in glob.glob(os.path.join(self.profile, "**"), recursive=True):
            self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_the_password_is_not_in_the_database(self):
        self.add_account()
        databases = glob.glob(os.path.join(self.profile, "**", "*.db"), recursive=True)
        self.assertTrue(databases)
        for path in databases:
            dump = "\n".join(sqlite3.connect(path).iterdump())
            self.assertIn(harness.EMAIL, dump)
            self.assertNotIn(self.server.password, dump)


if __name__ == "__main__":
    harness.main()
