#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in with a provider: the dialog, the browser, a sign-in that ends, and another one."""
import json
import os

import window

from dovecot import TokenDovecot  # found by way of window
from provider import Provider, install_browser

SUBJECT = "From the provider"


class SignIn(window.WindowCase):
    def make_server(self, folder):
        self.provider = Provider(window.build_path("tests", "mock", "tern-mock-oauth"),
                                 window.EMAIL)
        self.addCleanup(self.provider.stop)
        return TokenDovecot(folder, "xoauth2", self.provider.base)

    def fill(self, server):
        letter = (f"From: Ana <ana@example.org>\r\nTo: {window.EMAIL}\r\nSubject: {SUBJECT}\r\n"
                  "Message-ID: <provider@example.org>\r\n\r\nhello\r\n").encode()
        server.add_letter(window.EMAIL, None, letter)

    def test_an_account_is_added_revoked_and_signed_in_again_by_the_browser(self):
        self.provider.write(self.profile, self.server.port)
        install_browser(self.desktop.env["XDG_DATA_HOME"])
        tern = self.start_tern()
        self.begin(tern)
        tern.trace.wait("imap.auth")
        tern.focus("Tern")
        tern.wait_row(SUBJECT)
        tern.trace.wait("fetch.done")

        # The provider ends the sign-in, and the server lets go of whom it had let in.
        self.provider.tell("revoke")
        self.server.kick()
        tern.press("F5")
        tern.find("push button", "Sign in…")
        self.assertTrue(tern.wait_row(SUBJECT), "what is kept stays readable")
        events = len(tern.trace.events())
        tern.press("j", "s")
        tern.trace.wait("op.log", after=events)
        window.wait_for("a star", lambda: "Starred" in tern.wait_row(SUBJECT))

        # One button, one page: then all goes on, and what waited is done.
        tern.click("push button", "Sign in…")
        tern.trace.wait("op.confirm", after=events)

    def test_a_client_id_of_the_preferences_is_what_new_accounts_sign_in_as(self):
        self.provider.write(self.profile, self.server.port)
        path = os.path.join(self.profile, "providers.json")
        with open(path, encoding="utf-8") as file:
            providers = json.load(file)
        del providers["providers"][0]["oauth"]["client_id"]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(providers, file)
        install_browser(self.desktop.env["XDG_DATA_HOME"])
        tern = self.start_tern()
        self.begin(tern)
        tern.find("alert", "This copy of Tern has no client id for the provider; enter one in the "
                  "preferences, the manual tells how to get it.")
        tern.press("Escape")
        tern.wait_end("Mail address")

        tern.quit()
        with open(os.path.join(self.profile, "settings.ini"), "w", encoding="utf-8") as file:
            file.write("[tern]\nclient-ids={'mock': 'my-own'}\n")
        tern = self.start_tern()
        self.begin(tern)
        tern.trace.wait("imap.auth")
        tern.wait_end("Mail address")
        tern.focus("Tern")
        tern.press("ctrl+comma")
        tern.wait_text("Mock", "my-own")

    def begin(self, tern):
        """Adds the account up to the provider's page."""
        tern.click("push button", "Add account…")
        tern.find("text", "Mail address")
        tern.focus("Add account")
        tern.type(window.EMAIL)
        tern.click("push button", "Sign in with the browser")


if __name__ == "__main__":
    window.main()
