#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts by the dozen: a list that is imported, the window of all accounts, groups and tags."""
import os

import window

from dovecot import TokenDovecot  # found by way of window
from provider import Provider, install_browser

SUBJECT = "From the provider"
NOWHERE = 1  # a port of this machine at which nothing listens


class Accounts(window.WindowCase):
    def make_server(self, folder):
        self.provider = Provider(window.build_path("tests", "mock", "tern-mock-oauth"),
                                 window.EMAIL)
        self.addCleanup(self.provider.stop)
        return TokenDovecot(folder, "xoauth2", self.provider.base)

    def fill(self, server):
        letter = (f"From: Ana <ana@example.org>\r\nTo: {window.EMAIL}\r\nSubject: {SUBJECT}\r\n"
                  "Message-ID: <provider@example.org>\r\n\r\nhello\r\n").encode()
        server.add_letter(window.EMAIL, None, letter)

    def setUp(self):
        super().setUp()
        self.provider.write(self.profile, self.server.port)
        install_browser(self.desktop.env["XDG_DATA_HOME"])
        self.tern = self.start_tern()
        self.tern.focus("Tern")

    # --- The dialog that imports ---------------------------------------------------------------

    def begin_import(self, *lines, group=None):
        self.tern.press("shift+ctrl+o")
        self.tern.find("text", "List of accounts")
        self.tern.focus("Import accounts")
        for line in lines:
            self.tern.type(line)
            self.tern.press("Return")
        self.tern.wait_text("List of accounts", "".join(f"{line}\n" for line in lines))
        if group:
            self.tern.press("Tab", "Tab")
            self.tern.type(group)
            self.tern.wait_text("Group", group)
        self.tern.click("push button", "Import")

    def read_report(self):
        def found():
            text = self.tern.find("text", "Report").queryText()
            return text.getText(0, text.characterCount)

        return window.wait_for("report", found)

    def import_accounts(self, *lines, group=None):
        """Imports them and closes the dialog; returns what it said."""
        self.begin_import(*lines, group=group)
        report = self.read_report()
        self.close("List of accounts")
        return report

    # --- What there is to see ------------------------------------------------------------------

    def close(self, name):
        """Closes the window in front, that has something of that name; the first one is next."""
        self.tern.press("Escape")
        self.tern.wait_end(name)
        self.tern.focus("Tern")

    def answer(self, question, key, then):
        """Answers a question by a key; THEN is the title of the window that has the keyboard next."""
        self.tern.focus(question)
        self.tern.press(key)
        self.tern.wait_end(question)
        self.tern.focus(then)

    def entries(self, name):
        """The rows of that list; their names are what would be read out."""
        return [child for role, node_name, node in self.tern.nodes()
                if role == "list" and node_name == name for child in node if child is not None]

    def button_of(self, account):
        """The button in the row of an account that needs the user."""

        def search(node):
            if node.getRoleName() == "push button" and node.name.endswith(f": {account}"):
                return node
            return next((found for child in node if child is not None
                         for found in [search(child)] if found), None)

        return window.wait_for(f"button of {account}", lambda: next(
            (found for row in self.entries("Accounts") for found in [search(row)] if found), None))

    def wait_accounts(self, *texts):
        """Waits for these rows and no others, in the window of all accounts."""
        window.wait_for(f"rows {texts}", lambda: [row.name for row in self.entries("Accounts")] ==
                        list(texts))

    def wait_sidebar(self, *names):
        window.wait_for(f"sidebar with {names}",
                        lambda: [row.name.split(",")[0] for row in self.entries("Folders")] ==
                        list(names))

    def open_accounts(self):
        self.tern.press("shift+ctrl+a")
        self.tern.find("push button", "Check sign-in")
        self.tern.focus("Accounts")

    def select(self, words):
        """Finds accounts by words and selects them all."""
        self.tern.press("ctrl+a")
        self.tern.type(words)
        self.tern.wait_label("1 account")
        self.tern.press("Tab", "Down", "ctrl+a")
        self.tern.wait_label("1 selected")

    # --- Tests -------------------------------------------------------------------------------

    def test_lines_that_make_no_account_are_told_by_number_and_the_others_are_kept(self):
        report = self.import_accounts("good@example.net----secret----127.0.0.1----993",
                                      "bad@example.net----secret----127.0.0.1----port",
                                      "other@example.net----secret----nobody")
        self.assertIn("1 account was added.", report)
        self.assertIn("2 lines were refused:", report)
        self.assertIn("Line 2: the port is malformed", report)
        self.assertIn("Line 3: the provider is not known", report)
        self.assertNotIn("secret", report)
        self.wait_sidebar("good@example.net")

    def test_a_check_lists_those_that_need_the_user_each_with_its_button(self):
        token = self.provider.tell("grant")
        port = self.server.tls_port
        self.import_accounts(f"{window.EMAIL}----secret----tern-test----ended",
                             f"strange@example.net----secret----127.0.0.1----{port}",
                             f"away@example.net----secret----127.0.0.1----{NOWHERE}")
        self.open_accounts()
        self.tern.click("push button", "Check sign-in")
        self.tern.wait_label("3 of 3 accounts need you")
        self.wait_accounts(f"{window.EMAIL}, 127.0.0.1 did not accept the sign-in.",
                           "strange@example.net, 127.0.0.1 could not prove that it is the right "
                           "server.",
                           "away@example.net, Couldn’t reach 127.0.0.1.")
        self.assertEqual([self.button_of(account).name.split(":")[0] for account in
                          (window.EMAIL, "strange@example.net", "away@example.net")],
                         ["Sign in…", "Look at certificate…", "Try again"])

        # By its provider's page, as from the list of letters: no password is asked for.
        pages = self.provider.count("/authorize")
        self.button_of(window.EMAIL).queryAction().doAction(0)
        window.wait_for("sign-in page", lambda: self.provider.count("/authorize") == pages + 1)
        self.assertNotIn("Password", self.tern.names("text"))
        window.wait_for("new sign-in", lambda: self.entries("Accounts")[0].name == window.EMAIL)
        self.button_of("strange@example.net").queryAction().doAction(0)
        self.answer("Trust this server?", "alt+t", "Accounts")
        # The certificate is right now; the password is not.
        self.tern.click("push button", "Check sign-in")
        self.tern.wait_label("2 of 3 accounts need you")
        self.wait_accounts("strange@example.net, 127.0.0.1 did not accept the sign-in.",
                           "away@example.net, Couldn’t reach 127.0.0.1.")
        self.button_of("strange@example.net").queryAction().doAction(0)
        self.tern.find("text", "Password")

    def test_an_import_that_is_cancelled_keeps_nothing_and_duplicates_are_asked_once(self):
        lines = [f"{name}@example.net----secret----127.0.0.1----993" for name in "ab"]
        self.import_accounts(*lines)
        self.begin_import("c@example.net----secret----127.0.0.1----993", *lines)
        self.answer("2 accounts are there already", "Escape", "Import accounts")
        self.close("List of accounts")
        self.wait_sidebar("a@example.net", "b@example.net")

        self.begin_import("c@example.net----secret----127.0.0.1----993", *lines)
        self.answer("2 accounts are there already", "alt+s", "Import accounts")
        report = self.read_report()
        self.assertIn("1 account was added.", report)
        self.assertIn("2 accounts were there already and stayed as they were.", report)
        self.close("List of accounts")
        self.wait_sidebar("a@example.net", "b@example.net", "c@example.net")

    def test_accounts_are_removed_only_after_two_questions(self):
        self.import_accounts(*(f"{name}@example.net----secret----127.0.0.1----{NOWHERE}"
                               for name in "ab"))
        self.open_accounts()
        self.select("a@")
        self.tern.press("Delete")
        self.answer("Remove 1 account?", "alt+r", "Really remove 1 account?")
        self.answer("Really remove 1 account?", "Escape", "Accounts")
        self.wait_accounts("a@example.net")
        self.tern.press("Delete")
        self.answer("Remove 1 account?", "Escape", "Accounts")
        self.wait_accounts("a@example.net")

        self.tern.press("Delete")
        self.answer("Remove 1 account?", "alt+r", "Really remove 1 account?")
        self.answer("Really remove 1 account?", "alt+r", "Accounts")
        self.tern.wait_label("No account found")
        self.close("Check sign-in")
        self.wait_sidebar("b@example.net")

    def test_groups_and_tags_are_given_and_found(self):
        self.import_accounts(*(f"{name}@example.net----secret----127.0.0.1----{NOWHERE}"
                               for name in "ab"), group="Shop")
        self.wait_sidebar("Shop", "a@example.net", "b@example.net")
        self.open_accounts()
        self.select("b@")
        self.tern.click("push button", "Tag…")
        self.tern.focus("Tag")
        self.tern.type("later")
        self.answer("Tag", "Return", "Accounts")
        self.wait_accounts("b@example.net, Shop · later")
        self.tern.click("push button", "Group…")
        self.tern.focus("Group")
        self.tern.type("Club")
        self.answer("Group", "Return", "Accounts")
        self.wait_accounts("b@example.net, Club · later")
        self.close("Check sign-in")
        self.wait_sidebar("Club", "b@example.net", "Shop", "a@example.net")
        self.open_accounts()
        self.select("later")
        self.wait_accounts("b@example.net, Club · later")

    def test_mail_of_an_imported_account_stays_readable_when_its_sign_in_ended(self):
        self.import_accounts(f"{window.EMAIL}----secret----tern-test----"
                             f"{self.provider.tell('grant')}")
        self.tern.wait_label("No account is open")
        # Found and opened as one of thousands would be.
        self.tern.press("ctrl+k")
        self.tern.type("mira")
        self.tern.press("Return")
        self.tern.wait_row(SUBJECT)
        self.tern.trace.wait("fetch.done")

        self.provider.tell("revoke")
        self.server.kick()
        self.open_accounts()
        self.tern.click("push button", "Check sign-in")
        self.wait_accounts(f"{window.EMAIL}, 127.0.0.1 did not accept the sign-in.")
        self.close("Check sign-in")
        self.tern.wait_label("127.0.0.1 did not accept the sign-in. You see what was kept here.")
        self.assertTrue(self.tern.wait_row(SUBJECT))
        events = len(self.tern.trace.events())
        self.tern.click("push button", "Sign in…")
        self.tern.trace.wait("imap.auth", after=events)


class Providers(window.WindowCase):
    def test_a_bad_list_of_providers_is_told_and_the_window_goes_on_without_it(self):
        path = os.path.join(self.profile, "providers.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"providers": [{"id": "own", "channels": ["pop"]}]}')
        tern = self.start_tern()
        tern.wait_label("Providers of mail")
        self.assertTrue(any(f"{path}: provider “own”: “pop” is neither graph nor imap" in text
                            for text in tern.names("label")))
        tern.focus("Providers of mail")
        tern.press("Escape")
        tern.wait_end("Providers of mail")
        tern.focus("Tern")
        tern.click("push button", "Add account…")
        tern.find("text", "Mail address")
        tern.focus("Add account")
        tern.type("ana@outlook.com")
        tern.find("push button", "Sign in with the browser")


if __name__ == "__main__":
    window.main()
