#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts that sign in by tokens of a provider, at a server that asks the provider about them."""
import os

import harness
from dovecot import TokenDovecot
from provider import Provider, install_browser


class Tokens(harness.ServerCase):
    mechanism = os.environ["TERN_TEST_MECHANISM"]

    @classmethod
    def make_server(cls, folder):
        cls.provider = Provider(harness.build_path("tests", "mock", "tern-mock-oauth"),
                                harness.USER)
        cls.addClassCleanup(cls.provider.stop)
        return TokenDovecot(folder, cls.mechanism, cls.provider.base)

    @classmethod
    def fill(cls, server):
        server.add_letter(harness.USER, None, harness.letter("Hello"))

    def setUp(self):
        super().setUp()
        self.provider.tell("allow")
        self.provider.write(self.profile, self.server.port)
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.env.pop(name, None)

    def add(self, *words, **how):
        # Where to go on is told beside the error.
        return self.cli("account", "add", "--email", harness.EMAIL, "--user", harness.USER,
                        "--oauth", "mock", *words, **how)

    def use_browser(self):
        """Has the desktop open web pages with a browser that needs no screen."""
        install_browser(os.path.join(self.profile, "data"))
        self.env.update(XDG_DATA_HOME=os.path.join(self.profile, "data"),
                        XDG_CONFIG_HOME=os.path.join(self.profile, "config"), DISPLAY=":none")

    def test_a_code_typed_in_elsewhere_signs_in_and_the_mail_comes(self):
        self.add()
        account, = self.cli("account", "list").json()
        self.assertEqual(account["provider"], "mock")
        self.sync()
        self.one("Hello")

    def test_a_browser_signs_in(self):
        self.use_browser()
        before = self.provider.count("/authorize")
        self.add()
        self.assertEqual(self.provider.count("/authorize"), before + 1)
        self.sync()
        self.one("Hello")

    def test_a_probe_tells_what_is_allowed(self):
        self.add()
        route = self.cli("probe", harness.EMAIL).json()
        self.assertEqual(route["scopes"], "IMAP.AccessAsUser.All")

    def test_a_refused_token_is_replaced_once_and_then_the_user_is_asked(self):
        self.add()
        self.sync()
        self.provider.tell("revoke")
        before = self.provider.count("/token")
        result = self.cli("sync", harness.EMAIL, "--force", expect=harness.SIGN_IN)
        self.assertEqual(self.provider.count("/token"), before + 1)
        self.assertIn(f"tern-cli account sign-in {harness.EMAIL}", result.error)
        self.assertNotIn("password", result.error)
        self.one("Hello")
        self.cli("account", "sign-in", harness.EMAIL)
        self.sync()

    def test_a_person_who_says_no_adds_no_account(self):
        self.use_browser()
        self.provider.tell("deny")
        result = self.cli("account", "add", "--email", harness.EMAIL, "--oauth", "mock",
                          expect=harness.SIGN_IN, one_line=False)
        self.assertIn("The user said no", result.error)
        self.assertEqual(self.cli("account", "list").json(), [])

    def test_an_unknown_provider_is_one_clear_error(self):
        self.cli("account", "add", "--email", harness.EMAIL, "--oauth", "nobody",
                 expect=harness.FAILED)

    def test_a_bad_list_of_providers_is_one_clear_sentence(self):
        path = os.path.join(self.profile, "providers.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"providers": [{"id": "mock", "channels": ["pop"]}]}')
        for words in (("add", "--email", harness.EMAIL, "--oauth", "mock"), ("import", "-")):
            result = self.cli("account", *words, expect=harness.FAILED)
            self.assertIn(f"Correct your list of providers: {path}: provider “mock”: “pop”",
                          result.error)
        self.assertEqual(self.cli("account", "list").json(), [])

    def test_no_token_and_no_secret_is_in_the_profile(self):
        self.add()
        self.sync()
        for folder, _, files in os.walk(self.profile):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                self.assertNotIn(b"refresh-", content, name)
                self.assertNotIn(b"access-", content, name)


if __name__ == "__main__":
    harness.main()
