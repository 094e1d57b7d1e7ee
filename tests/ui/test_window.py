#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window on a sample mailbox, used as a person uses it: by keys, and by what can be read out."""
import imaplib
import os

import window

import sample  # found by way of window

NEWEST = "打ち合わせの件"
PASSWORDS = "passwords"
LETTERS = 3000
# What is read out beyond the screen is what the list happens to have widgets for.
ON_SCREEN = 10


class SlowServer(window.WindowCase):
    def fill(self, server):
        sample.fill(server, window.USER, messages=LETTERS)

    def test_the_first_rows_are_on_screen_while_the_server_is_still_sending(self):
        _proxy, port = self.start_proxy(delay=25, rate=300)
        tern = self.start_tern()
        self.add_account(tern, port)
        painted = tern.trace.wait("ui.rows", lambda event: event["n"] > 0)
        window.wait_for("rows to be read out", tern.rows)
        self.assertLess(painted["n"], painted["total"])
        done = tern.trace.wait("fetch.done")
        self.assertLess(painted["t"], done["t"])
        tern.trace.wait("ui.rows", lambda event: event["n"] == event["total"])


class SampleMailbox(window.WindowCase):
    def fill(self, server):
        sample.fill(server, window.USER)

    def start_filled(self):
        """Tern with the sample mailbox in its inbox, and the line that it came on."""
        proxy, port = self.start_proxy(delay=0)
        tern = self.start_tern()
        self.add_account(tern, port)
        tern.wait_row(NEWEST)
        tern.trace.wait("fetch.done")
        return tern, proxy

    def select(self, tern, subject):
        """Goes down the list by key until that letter is the one that is open."""
        for _step in range(40):
            tern.press("j")
            window.wait_for("a selected row", lambda: tern.selected_row())
            if subject in tern.selected_row():
                return
        self.fail(f"{subject} cannot be reached")

    def test_a_letter_that_arrives_and_one_that_goes_are_seen_without_a_key(self):
        tern, _proxy = self.start_filled()
        subject = "Arrived by itself"
        with imaplib.IMAP4("127.0.0.1", self.server.port) as client:
            client.login(window.USER, self.server.password)
            client.append("INBOX", None, None, (
                f"From: Ana <ana@example.org>\r\nSubject: {subject}\r\n"
                "Message-ID: <arrived@example.org>\r\n\r\nhello\r\n").encode())
            tern.wait_row(subject)
            client.select("INBOX")
            _ok, found = client.search(None, "HEADER", "MESSAGE-ID", "<arrived@example.org>")
            client.store(found[0], "+FLAGS", r"\Deleted")
            client.expunge()
            tern.wait_no_row(subject)

    def test_a_letter_is_opened_starred_deleted_and_brought_back_by_keys(self):
        tern, _proxy = self.start_filled()
        self.assertTrue(tern.wait_row(NEWEST).startswith("Unread"))
        self.select(tern, NEWEST)
        window.wait_for("a letter that is read",
                        lambda: not tern.wait_row(NEWEST).startswith("Unread"))
        tern.press("s")
        window.wait_for("a star", lambda: "Starred" in tern.wait_row(NEWEST))
        events = len(tern.trace.events())
        tern.press("Delete")
        tern.wait_no_row(NEWEST)
        window.wait_for("word of it", lambda: "Letter deleted" in tern.names("label"))
        self.assertTrue(tern.selected_row(), "the next letter is selected")
        tern.trace.wait("op.log", after=events)
        tern.press("ctrl+z")
        self.assertIn("Starred", tern.wait_row(NEWEST))

    def test_a_letter_is_found_by_key_and_the_folder_is_back_after_it(self):
        tern, _proxy = self.start_filled()
        tern.press("ctrl+f")
        tern.type("subject:passwords from:nobody")
        tern.press("Return")
        window.wait_for("word of it", lambda: "Nothing found" in tern.names("label"))
        tern.press("ctrl+f", "ctrl+a")
        tern.type("subject:passwords")
        tern.wait_row(PASSWORDS)
        tern.press("Return")
        window.wait_for("the server's answer", lambda: "1 letter found" in tern.names("label"))
        self.assertEqual(len(tern.rows()), 1)
        tern.press("j")
        window.wait_for("a selected letter", lambda: PASSWORDS in tern.selected_row())
        tern.press("Escape")
        tern.wait_row(NEWEST)

    def test_folders_are_made_and_letters_tagged_and_marked_by_keys(self):
        tern, _proxy = self.start_filled()

        def has_folder(name):
            return any(item.startswith(name) for item in tern.names("list item"))

        tern.press("ctrl+shift+n")
        tern.focus("New folder")
        tern.type("Sandbank")
        tern.press("Return")
        window.wait_for("a new folder", lambda: has_folder("Sandbank"))
        tern.focus("Tern")
        tern.press("ctrl+z")
        window.wait_for("no new folder", lambda: not has_folder("Sandbank"))

        tern.press("ctrl+shift+m")
        window.wait_for("letters that are read",
                        lambda: not tern.wait_row(NEWEST).startswith("Unread"))
        tern.press("ctrl+z")
        window.wait_for("letters that are not",
                        lambda: tern.wait_row(NEWEST).startswith("Unread"))

        self.select(tern, NEWEST)
        tern.press("t")
        tern.focus("Tags")
        tern.press("space", "Escape")
        window.wait_for("a tag", lambda: "Important" in tern.wait_row(NEWEST))

    def check_copied(self, tern, text):
        """What was copied is what is pasted where a folder's name is typed."""
        tern.press("ctrl+shift+n")
        tern.focus("New folder")
        tern.press("ctrl+v")
        tern.wait_text("Name", text)
        tern.press("Escape")
        tern.wait_end("New folder")
        tern.focus("Tern")

    def test_a_code_is_copied_by_key_and_its_link_too(self):
        tern, _proxy = self.start_filled()

        self.select(tern, "Sign in to Coastal Bird Records")
        window.wait_for("the code in the row", lambda: "code 482913" in tern.selected_row())
        tern.find("push button", "Copy code 482913")
        tern.press("ctrl+shift+c")
        self.check_copied(tern, "482913")

        self.select(tern, "Confirm your mail address")
        tern.find("push button", "Copy link to records.example")
        tern.press("ctrl+shift+c")
        self.check_copied(tern, "https://records.example/confirm?who=mira&token=4f9c27e1")

    def test_the_inspector_shows_a_race_and_commands_and_keeps_them_in_a_file(self):
        tern, _proxy = self.start_filled()
        tern.press("ctrl+shift+i")
        tern.find("push button", "Save…")

        def lines():
            return [name for role, name, _node in tern.nodes() if role == "list item"]

        for part in ("Race: 127.0.0.1:", "AUTHENTICATE …", "SELECT INBOX", "FETCH "):
            window.wait_for(f"a line with “{part}”",
                            lambda part=part: any(part in line for line in lines()))
        tern.focus("Inspector")
        report = os.path.join(self.folder, "report.txt")
        tern.press("ctrl+s")
        tern.focus("Save the report")
        tern.press("ctrl+a")
        tern.type(report)
        tern.press("Return")
        window.wait_for("a report", lambda: os.path.exists(report) and os.path.getsize(report))
        with open(report, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("UID FETCH", text)
        self.assertIn("Race: 127.0.0.1:", text)
        for secret in (window.EMAIL, self.server.password, NEWEST):
            self.assertNotIn(secret, text)

    def test_a_start_without_the_server_shows_the_same_list(self):
        tern, proxy = self.start_filled()
        tern.trace.wait("ui.rows", lambda event: event["n"] == event["total"])
        before = tern.rows()[:ON_SCREEN]
        self.assertEqual(tern.quit(), 0)
        proxy.terminate()
        proxy.wait()

        tern = self.start_tern()
        tern.trace.wait("ui.rows", lambda event: event["n"] > 0)
        window.wait_for("same list", lambda: tern.rows()[:ON_SCREEN] == before)
        tern.trace.wait("race.fail")
        window.wait_for("word of the missing server",
                        lambda: any("You see what was kept here." in name
                                    for name in tern.names("label")))
        self.assertEqual(tern.rows()[:ON_SCREEN], before)

    def test_a_wrong_password_is_told_in_a_sentence_and_keeps_nothing(self):
        tern = self.start_tern()
        self.server.password, right = "wrong", self.server.password
        self.add_account(tern, self.server.tls_port, last=False)
        window.wait_for("a sentence", lambda: any("did not accept" in name
                                                  for name in tern.names("alert")))
        self.server.password = right
        self.assertFalse(tern.rows())


if __name__ == "__main__":
    window.main()
