#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies, keywords, folders and letters from a file, on servers that can do much or little."""
import os

import harness

IS_PLAIN = harness.server_name() == "plain-dovecot"


class Operations(harness.ServerCase):
    number = 0

    def setUp(self):
        super().setUp()
        Operations.number += 1
        self.subject = f"Matter {Operations.number:03}"
        self.server.add_letter(harness.USER, None, harness.letter(self.subject))
        self.add_account()
        self.sync()
        self.id = self.one(self.subject)["id"]

    def count(self, folder):
        self.sync(folder)
        return sum(message["subject"] == self.subject for message in self.list(folder))

    def folders(self):
        return [folder["path"] for folder in self.cli("folders", harness.EMAIL).json()]

    def test_a_copy_is_in_both_folders_once(self):
        self.cli("copy", self.id, "Archive")
        self.assertEqual(self.count("INBOX"), 1)
        self.assertEqual(self.count("Archive"), 1)

    def test_a_move_leaves_the_original_only_where_the_server_keeps_it(self):
        self.cli("archive", self.id)
        self.assertEqual(self.count("Archive"), 1)
        if IS_PLAIN:
            self.assertIn("deleted", self.one(self.subject)["flags"])
            self.assertIn(rb"\Deleted", self.flags_seen_elsewhere(self.subject))
        else:
            self.assertEqual(self.count("INBOX"), 0)

    def test_a_keyword_is_seen_by_a_second_client_and_goes_again(self):
        self.cli("flag", self.id, "matter")
        self.assertIn(b"matter", self.flags_seen_elsewhere(self.subject))
        self.cli("unflag", self.id, "matter")
        self.assertNotIn(b"matter", self.flags_seen_elsewhere(self.subject))

    def test_a_folder_is_made_renamed_and_removed(self):
        name = f"Werkbank {Operations.number}"
        self.cli("folder", "create", harness.EMAIL, name)
        self.cli("copy", self.id, name)
        self.assertEqual(self.count(name), 1)
        self.cli("folder", "rename", harness.EMAIL, name, name + " für Ana")
        self.assertIn(name + " für Ana", self.folders())
        self.assertEqual(self.count(name + " für Ana"), 1)
        self.cli("folder", "delete", harness.EMAIL, name + " für Ana")
        self.assertNotIn(name + " für Ana", self.folders())

    def test_a_letter_from_a_file_is_put_once(self):
        path = os.path.join(self.profile, "letter.eml")
        with open(path, "wb") as file:
            file.write(harness.letter(self.subject).replace(b"\r\n", b"\n"))
        self.cli("append", harness.EMAIL, "Drafts", path)
        self.assertEqual(self.count("Drafts"), 1)


if __name__ == "__main__":
    harness.main()
