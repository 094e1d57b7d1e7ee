#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes made here are seen by a second client, and the other way round."""
import harness


class Changes(harness.ServerCase):
    number = 0

    def setUp(self):
        super().setUp()
        Changes.number += 1
        self.subject = f"Letter {Changes.number:03}"
        self.server.add_letter(harness.USER, None, harness.letter(self.subject))
        self.add_account()
        self.sync()
        self.id = self.one(self.subject)["id"]

    def test_a_star_is_seen_by_a_second_client_and_goes_again(self):
        self.cli("flag", self.id, "flagged")
        self.assertIn(rb"\Flagged", self.flags_seen_elsewhere(self.subject))
        self.assertIn("flagged", self.one(self.subject)["flags"])
        self.cli("unflag", self.id, "flagged")
        self.assertNotIn(rb"\Flagged", self.flags_seen_elsewhere(self.subject))

    def test_reading_is_seen_by_a_second_client(self):
        self.cli("flag", self.id, "seen")
        self.assertIn(rb"\Seen", self.flags_seen_elsewhere(self.subject))

    def test_looking_at_a_letter_does_not_mark_it_on_the_server(self):
        self.cli("show", self.id)
        self.assertNotIn(rb"\Seen", self.flags_seen_elsewhere(self.subject))

    def test_a_move_keeps_the_letter_and_its_flags(self):
        self.cli("flag", self.id, "flagged")
        self.cli("move", self.id, "Archive")
        self.assertIsNone(self.flags_seen_elsewhere(self.subject))
        self.assertIn(rb"\Flagged", self.flags_seen_elsewhere(self.subject, "Archive"))
        self.sync()
        self.sync("Archive")
        self.assertNotIn(self.subject, [m["subject"] for m in self.list()])
        self.assertIn("flagged", self.one(self.subject, "Archive")["flags"])

    def test_a_deleted_letter_goes_to_the_trash_and_from_there_for_good(self):
        self.cli("delete", self.id)
        self.assertIsNone(self.flags_seen_elsewhere(self.subject))
        self.assertIsNotNone(self.flags_seen_elsewhere(self.subject, "Trash"))
        self.sync("Trash")
        self.cli("delete", self.one(self.subject, "Trash")["id"])
        self.assertIsNone(self.flags_seen_elsewhere(self.subject, "Trash"))

    def test_deleting_one_letter_leaves_another_that_is_marked_deleted(self):
        client = self.second_client()
        other = self.subject + " other"
        self.server.add_letter(harness.USER, "Trash", harness.letter(other))
        self.server.add_letter(harness.USER, "Trash", harness.letter(self.subject + " trash"))
        client.select(self.mailbox("Trash"))
        numbers = client.search(None, "SUBJECT", f'"{other}"')[1][0]
        client.store(numbers, "+FLAGS", r"\Deleted")
        self.sync("Trash")
        self.cli("delete", self.one(self.subject + " trash", "Trash")["id"])
        self.assertIsNone(self.flags_seen_elsewhere(self.subject + " trash", "Trash"))
        self.assertIn(rb"\Deleted", self.flags_seen_elsewhere(other, "Trash"))

    def test_what_a_second_client_did_is_seen_here(self):
        client = self.second_client()
        client.select("INBOX")
        number = client.search(None, "SUBJECT", f'"{self.subject}"')[1][0]
        client.store(number, "+FLAGS", r"(\Flagged \Answered)")
        self.sync()
        flags = self.one(self.subject)["flags"]
        self.assertIn("flagged", flags)
        self.assertIn("answered", flags)
        client.store(number, "+FLAGS", r"\Deleted")
        client.expunge()
        self.sync()
        self.assertNotIn(self.subject, [m["subject"] for m in self.list()])

    def test_a_change_of_a_letter_that_is_gone_leaves_nothing_behind(self):
        client = self.second_client()
        client.select("INBOX")
        number = client.search(None, "SUBJECT", f'"{self.subject}"')[1][0]
        client.store(number, "+FLAGS", r"\Deleted")
        client.expunge()
        self.cli("move", self.id, "Archive")
        self.sync()
        self.sync("Archive")
        for folder in ("INBOX", "Archive"):
            self.assertNotIn(self.subject, [m["subject"] for m in self.list(folder)])
        self.assertEqual(self.cli("operations").json(), [])

    def test_a_folder_made_anew_is_read_anew(self):
        client = self.second_client()
        client.create(self.mailbox("Fleeting"))
        self.server.add_letter(harness.USER, "Fleeting", harness.letter("The first one"))
        self.cli("sync", harness.EMAIL, "--force")
        self.one("The first one", "Fleeting")
        client.delete(self.mailbox("Fleeting"))
        client.create(self.mailbox("Fleeting"))
        self.server.add_letter(harness.USER, "Fleeting", harness.letter("The second one"))
        self.sync("Fleeting")
        self.assertEqual([m["subject"] for m in self.list("Fleeting")], ["The second one"])
        client.delete(self.mailbox("Fleeting"))

    def test_a_change_made_offline_reaches_the_server_later(self):
        self.cli("account", "remove", harness.EMAIL)
        with harness.CountingLine(self.server.tls_port) as line:
            self.add_account(port=line.port)
            self.sync()
            self.id = self.one(self.subject)["id"]
            line.limit = 0
            self.cli("flag", self.id, "flagged", expect=harness.OFFLINE)
            self.assertIn("flagged", self.one(self.subject)["flags"])
            self.assertEqual(len(self.cli("operations").json()), 1)
            line.limit = None
            self.sync()
            self.assertIn(rb"\Flagged", self.flags_seen_elsewhere(self.subject))
            self.assertEqual(self.cli("operations").json(), [])


if __name__ == "__main__":
    harness.main()
