#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches, as a real server answers them."""
import fcntl
import os
import time

import harness
import compose

NOW = 1_700_000_000
DAY = 24 * 60 * 60

# subject: text, the sender's name and address
LETTERS = {
    "Invoice for March": ("Please pay 40 euros.\n", "Ana Silva", "ana@books.example"),
    "Fähre fällt aus – Grüße": ("Die nächste „Fähre“ geht um 11:40 Uhr.\n", "Jörg Müller",
                                "joerg@ferry.example"),
    "发票已开具": ("您的增值税发票在附件中，请查收。\n", "李明", "li@shop.example"),
    "打ち合わせの件": ("来週の火曜日はいかがでしょうか。\n", "Kenji", "kenji@office.example"),
    'He said "no" \\ twice': ("A backslash \\ and \"quotes\" in the text.\n", "Sam Carter",
                              "sam@station.example"),
    "Nothing special": ("The needle is in this text only.\n", "Bo", "bo@station.example"),
}


class Search(harness.ServerCase):
    @classmethod
    def fill(cls, server):
        for n, (subject, (text, *sender)) in enumerate(LETTERS.items()):
            letter = harness.letter(subject, text, compose.mailbox(*sender))
            server.add_letter(harness.USER, None, letter, when=NOW + n * DAY)
        server.add_letter(harness.USER, "Work/Needles",
                          harness.letter("Needle in a folder"), when=NOW + 100 * DAY)

    def setUp(self):
        super().setUp()
        self.add_account()

    def find(self, *words, **how):
        return [message["subject"] for message in self.cli("search", *words, **how).json()]

    def test_a_text_that_is_not_there_finds_nothing(self):
        self.assertEqual(self.find("there is no such text"), [])

    def test_what_was_never_cached_is_found_in_all_folders(self):
        self.assertEqual(self.find("needle"), ["Needle in a folder", "Nothing special"])

    def test_what_was_found_becomes_a_row_and_is_found_again_offline(self):
        found = self.cli("search", "subject:needle").json()
        self.assertEqual([message["folder"] for message in found], ["Work/Needles"])
        again = self.cli("search", "subject:needle", "--offline").json()
        self.assertEqual([message["id"] for message in again], [found[0]["id"]])
        self.cli("show", found[0]["id"])

    def test_text_beyond_ASCII_is_found(self):
        self.assertEqual(self.find("subject:发票"), ["发票已开具"])
        self.assertEqual(self.find("增值税发票"), ["发票已开具"])
        self.assertEqual(self.find("火曜日"), ["打ち合わせの件"])
        self.assertEqual(self.find("from:müller"), ["Fähre fällt aus – Grüße"])

    def test_quotes_backslashes_and_line_ends_do_no_harm(self):
        self.assertEqual(self.find("subject:\\"), ['He said "no" \\ twice'])
        self.assertEqual(self.find("subject:twice", "backslash"), ['He said "no" \\ twice'])
        self.assertEqual(self.find("needle\r\nT1 LOGOUT"), [])
        self.assertEqual(self.find("needle\r\nspecial"), ["Nothing special"])
        self.assertEqual(self.find('body:"needle', "--folder", "INBOX"), ["Nothing special"])

    def test_all_words_have_to_be_found(self):
        self.assertEqual(self.find("from:ana", "invoice"), ["Invoice for March"])
        self.assertEqual(self.find("from:sam", "invoice"), [])

    def test_days_and_flags_are_conditions(self):
        first, second = (time.strftime("%Y-%m-%d", time.localtime(NOW + n * DAY)) for n in (0, 1))
        self.assertEqual(self.find("is:read"), [])
        self.assertEqual(len(self.find("is:unread", "--folder", "INBOX")), len(LETTERS))
        self.assertEqual(self.find("invoice", f"before:{first}"), [])
        self.assertEqual(self.find("invoice", f"after:{second}"), [])
        self.assertEqual(self.find("invoice", f"after:{first}", f"before:{second}"),
                         ["Invoice for March"])

    def test_newest_first_and_no_more_than_asked_for(self):
        found = self.cli("search", "is:unread", "--limit", 2)
        dates = [message["date"] for message in found.json()]
        self.assertEqual(len(dates), 2)
        self.assertEqual(dates, sorted(dates, reverse=True))
        self.assertIn("may be more", found.error)

    def test_what_is_kept_and_what_the_server_has_are_one(self):
        self.sync()
        subjects = self.find("needle")
        self.assertEqual(subjects, ["Needle in a folder", "Nothing special"])

    def test_a_wrong_query_is_wrong_usage(self):
        for query in ("before:then", "is:nothing", "  ", "x" * 600):
            self.cli("search", query, expect=harness.USAGE)

    def test_beside_another_program_what_is_kept_can_be_searched(self):
        self.sync()
        with open(os.path.join(self.profile, "lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.find("invoice", "--offline"), ["Invoice for March"])
            self.cli("search", "invoice", expect=harness.FAILED)

    def test_without_a_server_what_is_kept_is_found_and_it_is_said(self):
        self.sync()
        self.server.stop()
        try:
            found = self.cli("search", "invoice", expect=harness.OFFLINE)
            self.assertEqual([message["subject"] for message in found.json()],
                             ["Invoice for March"])
            self.assertEqual(self.find("invoice", "--offline"), ["Invoice for March"])
        finally:
            self.server.start()


if __name__ == "__main__":
    harness.main()
