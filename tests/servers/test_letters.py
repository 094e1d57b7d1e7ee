#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters in many charsets and shapes, as a real server hands them out."""
import hashlib
import os
import random
import sqlite3

import harness
import compose

BIG = random.Random(10).randbytes(10 * 1024 * 1024)

# Of ASCII, so that what passes is as long as this.
REPORT = "Two terns stood on the bar and one of them was ringed.\r\n" * 8000 + \
    "The end of the report.\r\n"

# charset: subject and text
TEXTS = {
    "iso-2022-jp": ("打ち合わせの件", "来週の火曜日はいかがでしょうか。\n"),
    "gb18030": ("秋季的记录", "一共看到普通燕鸥 1,326 只，比去年多两成。\n"),
    "koi8-r": ("Кольцо с моря", "Номер читается почти весь.\n"),
    "windows-1252": ("Fähre fällt aus – Grüße", "Die nächste „Fähre“ geht um 11:40 Uhr für 7 €.\n"),
    "windows-1251": ("Отчёт за лето", "Он тяжёлый из-за карт.\n"),
    "euc-kr": ("봄 회의 참가 신청", "발표 시간은 십오 분이면 충분합니다.\n"),
    "iso-8859-7": ("Γλαρόνια στον Έβρο", "Καλημέρα, μετρήσαμε χθες 64.\n"),
    "utf-8": ("أخبار الخرشنة", "وصلت أسراب الخرشنة هذا الأسبوع.\n"),
}


def nested():
    """Text and HTML with a picture, forwarded inside a letter, beside a file: five levels."""
    html = compose.text_part("<p>Inside, with <img src=\"cid:p1\"></p>\n", "utf-8", "html")
    picture = compose.file_part("image/png", "p.png", b"\x89PNG\r\n\x1a\nnot really", "p1")
    related = compose.multipart("related", [html, picture], "r")
    alternative = compose.multipart("alternative",
                                    [compose.text_part("Inside, plain.\n"), related], "a")
    inner = compose.message([("From", "ravi@station.example"), ("Subject", "The inner letter")],
                            compose.multipart("mixed", [alternative], "i"))
    forwarded = ("Content-Type: message/rfc822\n", inner)
    return compose.multipart("mixed", [
        compose.text_part("Outside.\n"), forwarded,
        compose.file_part("application/pdf", "Bericht März.pdf", b"%PDF-1.4 nothing\n")], "m")


class Letters(harness.ServerCase):
    @classmethod
    def fill(cls, server):
        def add(content):
            server.add_letter(harness.USER, None, content)

        for charset, (subject, text) in TEXTS.items():
            add(harness.letter(subject, text, charset=charset))
        add(harness.letter("Nested", part=nested()))
        big = compose.multipart("mixed", [
            compose.text_part("The recording is attached.\n"),
            compose.file_part("audio/flac", "north-hide.flac", BIG)], "big")
        add(harness.letter("A big attachment", part=big))
        report = compose.multipart("mixed", [
            ("Content-Type: text/plain; charset=us-ascii\n",
             REPORT.replace("\r\n", "\n").encode()),
            compose.file_part("audio/flac", "south-hide.flac", BIG)], "long")
        add(harness.letter("A long report", part=report))
        add(b"From: dad@lindqvist.example\nTo: mira@example.org\n"
            b"Subject: R\xe4kningen \xe4r h\xe4r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\n"
            b"R\xe4kningen \xe4r l\xe4gre \xe4n v\xe4ntat.\n")
        add(b"From: sam@station.example\nTo: mira@example.org\nSubject: \n"
            b"Date: Mon, 2 Nov 2026 11:00:00 +0000\n\nNo subject.\n")
        add(b"From: <>\nSubject: No text\n\n")
        add(harness.letter("Broken multipart", part=(
            'Content-Type: multipart/mixed; boundary="x"\n', b"--x\nContent-Type: text/plain\n\n"
            b"The end never comes.\n")))

    def setUp(self):
        super().setUp()
        self.add_account()
        self.sync()

    def show(self, subject, part="text"):
        message = self.one(subject)
        return self.cli("show", message["id"], "--part", part, as_json=False)

    def test_subjects_and_texts_survive_every_charset(self):
        for charset, (subject, text) in TEXTS.items():
            with self.subTest(charset):
                self.assertIn(text.strip(), self.show(subject).text)

    def test_the_raw_letter_is_the_one_that_was_filed(self):
        raw = self.show("Nested", "raw").output
        self.assertIn(b"\r\nSubject: Nested\r\n", raw)
        self.assertIn(b"The inner letter", raw)

    def test_raw_eight_bit_is_read_and_harms_nothing(self):
        messages = self.list()
        found = [m for m in messages if m["subject"] == "Räkningen är här"]
        self.assertEqual(len(found), 1)
        text = self.cli("show", found[0]["id"], as_json=False).text
        self.assertIn("Räkningen är lägre än väntat.", text)

    def test_an_empty_subject_and_an_empty_letter_are_listed(self):
        subjects = [m["subject"] for m in self.list()]
        self.assertIn("", subjects)
        self.assertIn("No text", subjects)

    def test_a_multipart_without_an_end_is_shown_as_far_as_it_goes(self):
        self.assertIn("The end never comes.", self.show("Broken multipart").text)

    def test_the_parts_of_a_nested_letter_are_found(self):
        self.assertIn("Outside.", self.show("Nested").text)
        structure = self.show("Nested", "structure").text
        for kind in ("multipart/mixed", "message/rfc822", "application/pdf"):
            self.assertIn(kind, structure)

    def test_a_file_name_of_other_letters_than_ascii_is_decoded(self):
        structure = self.show("Nested", "structure").text
        self.assertIn("Bericht März.pdf", structure)

    def test_a_big_attachment_is_fetched_only_when_it_is_asked_for(self):
        self.cli("account", "remove", harness.EMAIL)
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
            message = self.one("A big attachment")
            self.assertTrue(message["has_attachments"])
            self.assertGreater(message["size"], len(BIG))
            text = self.cli("show", message["id"], as_json=False).text
            self.assertIn("The recording is attached.", text)
            self.assertLess(line.down, 1024 * 1024)
            target = os.path.join(self.profile, "north-hide.flac")
            self.cli("save", message["id"], "2", target)
            self.assertGreater(line.down, len(BIG))
        with open(target, "rb") as file:
            saved = file.read()
        self.assertEqual(hashlib.sha256(saved).digest(), hashlib.sha256(BIG).digest())

    def test_the_text_of_a_big_letter_costs_its_bytes(self):
        """At most 2 % more, with all that signing in and opening the folder takes."""
        self.cli("account", "remove", harness.EMAIL)
        with harness.CountingLine(self.server.port) as line:
            self.add_account(port=line.port, security="none")
            self.sync()
            message = self.one("A long report")
            self.assertGreater(message["size"], len(BIG))
            before = line.down
            self.assertIn("The end of the report.",
                          self.cli("show", message["id"], as_json=False).text)
            self.assertLess(line.down - before, 1.02 * len(REPORT))
            before = line.down
            self.cli("show", message["id"], as_json=False)
            self.assertEqual(line.down, before, "what is kept is not asked for")

    def test_all_letters_are_readable_without_the_server_once_their_bodies_were_fetched(self):
        self.cli("sync", harness.EMAIL, "--folder", "INBOX", "--bodies")
        with sqlite3.connect(os.path.join(self.profile, "tern.db")) as database:
            # No line: the server is not there at all.
            database.execute("UPDATE endpoint SET port = ?", (harness.dead_port(),))
        for charset, (subject, text) in TEXTS.items():
            with self.subTest(charset):
                self.assertIn(text.strip(), self.show(subject).text)
        self.assertIn("The recording is attached.", self.show("A big attachment").text)
        self.assertIn("The end never comes.", self.show("Broken multipart").text)

    def test_the_bodies_of_all_letters_cost_the_bytes_of_their_text(self):
        self.cli("account", "remove", harness.EMAIL)
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
            before = line.down
            self.cli("sync", harness.EMAIL, "--folder", "INBOX", "--bodies")
            self.assertLess(line.down - before, 100000 + 1.02 * len(REPORT))

    def test_an_attachment_that_is_cut_off_leaves_no_file(self):
        self.cli("account", "remove", harness.EMAIL)
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
            message = self.one("A big attachment")
            target = os.path.join(self.profile, "cut.flac")
            line.limit = line.down + 3 * 1024 * 1024
            self.cli("save", message["id"], "2", target, expect=harness.OFFLINE)
            self.assertFalse(os.path.exists(target))

    def test_a_part_that_is_not_there_is_one_clear_error(self):
        message = self.one("Nested")
        self.cli("save", message["id"], "9", os.path.join(self.profile, "x"),
                 expect=harness.FAILED)


if __name__ == "__main__":
    harness.main()
