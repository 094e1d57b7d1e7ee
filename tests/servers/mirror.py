# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server holds as a second client sees it, and what Tern's cache holds, in one form."""
import imaplib
import os
import re
import sqlite3

from server import encode_mailbox

# A bit of the cache's flags, and what the server calls it.
FLAGS = {1 << 0: r"\Seen", 1 << 1: r"\Flagged", 1 << 2: r"\Answered", 1 << 3: r"\Draft",
         1 << 4: r"\Deleted", 1 << 5: "$Forwarded", 1 << 6: "$Junk"}
LIST_LINE = re.compile(rb'^\((?P<flags>.*?)\) (?:NIL|"(?:.)") (?P<name>.+)$')


class Client:
    """A second client of USER, which asks anew each time."""

    def __init__(self, server, user):
        self.server = server
        self.imap = imaplib.IMAP4("127.0.0.1", server.port)
        self.imap.login(user, server.password)

    def mailbox(self, name):
        return f'"{encode_mailbox(self.server.folder(name))}"'

    def close(self):
        try:
            self.imap.logout()
        except (OSError, imaplib.IMAP4.error):
            pass

    def subjects(self, numbers):
        """Subject and flags of messages in the selected folder, by their UID."""
        if not numbers:
            return {}
        data = self.imap.uid("FETCH", ",".join(map(str, numbers)),
                             "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        found = {}
        for item in data:
            if isinstance(item, tuple):
                uid = int(re.search(rb"UID (\d+)", item[0]).group(1))
                found[uid] = (item[1].decode().partition(":")[2].strip(),
                              {flag.decode() for flag in imaplib.ParseFlags(item[0])
                               if flag != rb"\Recent"})
        return found

    def select(self, folder, **how):
        """UIDs of the folder; none where it is not there."""
        if self.imap.select(self.mailbox(folder), **how)[0] != "OK":
            return []
        return [int(n) for n in self.imap.uid("SEARCH", None, "ALL")[1][0].split()]

    def letters(self, folder):
        """Subject and flags of all that is in the folder, by UID."""
        return self.subjects(self.select(folder, readonly=True))

    def names(self, command="LIST"):
        """The folders that there are, or with LSUB those that are subscribed, as Tern shows them."""
        found = set()
        for line in getattr(self.imap, command.lower())()[1]:
            match = line and LIST_LINE.match(line)
            if match and rb"\Noselect" not in match["flags"]:
                name = match["name"].strip(b'"').decode()
                if name.upper() != "INBOX":
                    name = name.removeprefix(self.server.prefix)
                    found.add(name.replace(self.server.separator, "/"))
        return found


class Cache:
    """Reads the cache of a profile. It is its own context."""

    def __init__(self, profile, server):
        path = os.path.join(profile, "tern.db")
        self.server = server
        self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.database.close()

    def rows(self, query, *values):
        return self.database.execute(query, values).fetchall()

    def letters(self, folder):
        """Subject and flags of all that is listed in the folder, by UID."""
        found = {}
        for remote_id, subject, flags, keywords in self.rows(
                "SELECT placement.remote_id, subject, flags, keywords FROM placement "
                "JOIN folder ON folder.id = placement.folder JOIN message ON message.id = message "
                "WHERE folder.remote_id = ? AND state = 0", encode_mailbox(self.server.folder(folder))):
            names = {name for bit, name in FLAGS.items() if flags & bit}
            names |= set((keywords or "").split())
            uid = int(remote_id.split(".")[1]) if remote_id else f"{subject} has no name"
            found[uid] = (subject, names)
        return found

    def counts(self, folder):
        """How many letters the folder shows, and how many of them are unread."""
        return self.rows("SELECT total, unread FROM folder WHERE remote_id = ?",
                         encode_mailbox(self.server.folder(folder)))[0]

    def names(self, subscribed=False):
        return {path for path, is_subscribed in
                self.rows("SELECT path, subscribed FROM folder WHERE selectable")
                if path.upper() != "INBOX" and (is_subscribed or not subscribed)}

    def operations(self):
        return [number for (number,) in self.rows("SELECT id FROM operation ORDER BY id")]

    def placement(self, subject, folder):
        """The id by which tern-cli knows the letter."""
        return self.rows(
            "SELECT placement.id FROM placement JOIN message ON message.id = message "
            "JOIN folder ON folder.id = placement.folder "
            "WHERE subject = ? AND folder.remote_id = ? AND state = 0",
            subject, encode_mailbox(self.server.folder(folder)))[0][0]
