# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder list against a real server: which folders changed, and which are old ones renamed."""
import re

import harness


class Folders(harness.ServerCase):

    def opened(self, line):
        """The folders that were opened over the line since it was last asked."""
        found = re.findall(rb'SELECT "?([^"\r\n(]+)"?', bytes(line.sent))
        line.sent.clear()
        return {name.decode().strip() for name in found}

    def append(self, client, folder, subject):
        self.assertEqual(client.append(folder, None, None, harness.letter(subject))[0], "OK")

    def test_only_the_folders_that_changed_are_opened(self):
        client = self.second_client()
        for folder in ("Quiet", "Busy"):
            client.create(folder)
            client.subscribe(folder)
            self.append(client, folder, f"First in {folder}")
        with harness.CountingLine(self.server.port) as line:
            self.add_account(port=line.port, security="none")
            self.cli("sync", harness.EMAIL)
            self.append(client, "Busy", "Second in Busy")
            self.cli("sync", harness.EMAIL)
            self.opened(line)
            self.append(client, "Busy", "Third in Busy")
            self.cli("sync", harness.EMAIL)
            opened = self.opened(line)
        self.assertIn("Busy", opened)
        self.assertNotIn("Quiet", opened)
        self.assertEqual(len(self.list("Busy")), 3)

    def test_a_folder_that_another_client_renames_keeps_its_letters(self):
        client = self.second_client()
        client.create("Plans")
        client.subscribe("Plans")
        for number in range(5):
            self.append(client, "Plans", f"Plan {number}")
        self.add_account()
        self.cli("sync", harness.EMAIL)
        before = {message["id"] for message in self.list("Plans")}
        self.assertEqual(len(before), 5)
        self.assertEqual(client.rename("Plans", "Done")[0], "OK")
        client.subscribe("Done")
        self.cli("sync", harness.EMAIL)
        self.assertEqual({message["id"] for message in self.list("Done")}, before)
        self.cli("list", harness.EMAIL, "Plans", expect=harness.FAILED)


if __name__ == "__main__":
    harness.main()
