#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account whose mail comes by Microsoft Graph, in the window: it is added by the browser, read,
starred and deleted; its sign-in ends, and another one lets what was done meanwhile go."""
import window

from dovecot import TokenDovecot  # found by way of window
from provider import Graph, Provider, install_browser

# The newest letter is the last one.
LETTERS = 4


class Outlook(window.WindowCase):
    def make_server(self, folder):
        """IMAP is there as well, and has another mailbox: who reads it is seen to."""
        self.provider = Provider(window.build_path("tests", "mock", "tern-mock-oauth"),
                                 window.EMAIL)
        self.addCleanup(self.provider.stop)
        self.graph = Graph(window.build_path("tests", "mock", "tern-mock-graph"), self.provider,
                           LETTERS)
        self.addCleanup(self.graph.stop)
        return TokenDovecot(folder, "xoauth2", self.provider.base)

    def wait_truth(self, letter, *words):
        """Waits until Graph itself says all of that of a letter."""
        def is_true():
            return set(words) <= set(self.graph.tell(f"describe message-{letter}").split())

        window.wait_for(f"letter {letter} that is {words}", is_true)

    def select(self, tern, subject):
        """Goes down the list by key until that letter is the one that is open."""
        for _step in range(2 * LETTERS):
            if subject in tern.selected_row():
                return
            before = tern.selected_row()
            tern.press("j")
            window.wait_for("another selected row",
                            lambda: tern.selected_row() not in ("", before))
        self.fail(f"{subject} cannot be reached")

    def add_account_by_browser(self):
        self.provider.write(self.profile, self.server.port, self.graph.base)
        install_browser(self.desktop.env["XDG_DATA_HOME"])
        tern = self.start_tern()
        tern.click("push button", "Add account…")
        tern.find("text", "Mail address")
        tern.focus("Add account")
        tern.type(window.EMAIL)
        tern.click("push button", "Sign in with the browser")
        tern.trace.wait("channel.use", lambda event: event["channel"] == "graph")
        tern.focus("Tern")
        tern.wait_row("Letter 1")
        return tern

    def test_mail_is_read_starred_and_deleted_and_a_sign_in_that_ended_loses_nothing(self):
        tern = self.add_account_by_browser()
        self.select(tern, "Letter 4")
        tern.trace.wait("ui.message")
        self.wait_truth(4, "id-inbox", "read")
        tern.press("s")
        window.wait_for("a star", lambda: "Starred" in tern.wait_row("Letter 4"))
        self.wait_truth(4, "id-inbox", "read", "flagged")
        self.select(tern, "Letter 3")
        self.wait_truth(3, "read")
        tern.press("Delete")
        tern.wait_no_row("Letter 3")
        self.wait_truth(3, "id-deleteditems")

        # The provider ends the sign-in.
        self.provider.tell("revoke")
        tern.press("F5")
        tern.find("push button", "Sign in…")
        self.graph.tell("forget")
        events = len(tern.trace.events())
        tern.press("Home")
        self.select(tern, "Letter 4")
        tern.trace.wait("ui.message", lambda event: event["shown"], after=events)
        self.assertEqual(self.graph.count(), 0, "what is kept needs no server")
        self.select(tern, "Letter 2")
        tern.press("s")
        tern.trace.wait("op.log", lambda event: event["kind"] == "flags", after=events)
        window.wait_for("a star", lambda: "Starred" in tern.wait_row("Letter 2"))
        self.assertNotIn("flagged", self.graph.tell("describe message-2"))

        # One button, one page: then all goes on, and what waited is done.
        tern.click("push button", "Sign in…")
        self.wait_truth(2, "id-inbox", "flagged")
        for letter in (1, 2, 4):
            tern.wait_row(f"Letter {letter}")
        self.assertEqual({event["channel"] for event in tern.trace.all("channel.use")}, {"graph"})


if __name__ == "__main__":
    window.main()
