#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random changes by Tern, on and off line, and by a second client: in the end both sides are equal.

The ordinary run is always the same one. TERN_TEST_SEED chooses another, TERN_TEST_STEPS makes it
longer; TERN_TEST_FULL does both.
"""
import imaplib
import os
import random
import re
import sqlite3
import time

import harness
import mirror

FULL = "TERN_TEST_FULL" in os.environ
STEPS = int(os.environ.get("TERN_TEST_STEPS", 1000 if FULL else 30))
SEED = int(os.environ.get("TERN_TEST_SEED", random.randrange(10 ** 6) if FULL else 1))
KEYWORDS = ("blue", "green")
FOLDERS = ("INBOX", "Alpha", "Beta", "Archive", "Trash", "Junk")


class Model(harness.ServerCase):
    """What is known of each letter: whether anybody removed one, and how many copies were made."""

    def prepare(self, name, masked):
        self.random = random.Random(f"{SEED} {name}")
        self.user = "model" + str(list(harness.MASKS).index(name))
        self.email = self.user + "@example.org"
        self.number = 0
        self.removed, self.copies = set(), {}
        self.online = True
        self.story = []
        self.client = imaplib.IMAP4("127.0.0.1", self.server.port)
        self.addCleanup(self.log_out, self.client)
        self.client.login(self.user, self.server.password)
        for folder in FOLDERS[1:]:
            self.client.create(self.mailbox(folder))
            self.client.subscribe(self.mailbox(folder))
        for _ in range(12):
            self.append()
        self.line = harness.MaskingLine(self.server.port, masked)
        self.addCleanup(self.line.__exit__)
        self.cli("account", "add", "--email", self.email, "--user", self.user, "--imap",
                 f"127.0.0.1:{self.line.port}", "--security", "none", "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")
        self.sync_all()

    def tell(self, *words):
        self.story.append(" ".join(str(word) for word in words))

    # --- the second client ---------------------------------------------------------------------

    def subjects(self, numbers):
        """Of messages in the selected folder, by their UID."""
        if not numbers:
            return {}
        data = self.client.uid("FETCH", ",".join(map(str, numbers)),
                               "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        found = {}
        for item in data:
            if isinstance(item, tuple):
                uid = int(re.search(rb"UID (\d+)", item[0]).group(1))
                found[uid] = (item[1].decode().partition(":")[2].strip(),
                              set(imaplib.ParseFlags(item[0])))
        return found

    def select(self, folder, **how):
        """UIDs of the folder; none where it is not there."""
        if self.client.select(self.mailbox(folder), **how)[0] != "OK":
            return []
        return [int(n) for n in self.client.uid("SEARCH", None, "ALL")[1][0].split()]

    def some(self, numbers):
        return self.random.sample(numbers, min(len(numbers), self.random.randint(1, 3)))

    def append(self):
        self.number += 1
        subject = f"Letter {self.number:04}"
        folder = self.random.choice(FOLDERS)
        flags = " ".join(self.random.sample([r"\Seen", r"\Flagged", *KEYWORDS], 2))
        self.tell("append", subject, folder, flags)
        if self.client.append(self.mailbox(folder), f"({flags})", None,
                              harness.letter(subject, f"Text of {subject}.\n")
                              .replace(b"\n", b"\r\n"))[0] == "OK":
            self.copies[subject] = 1

    def store(self):
        folder = self.random.choice(FOLDERS)
        numbers = self.some(self.select(folder))
        if numbers:
            how = self.random.choice(("+FLAGS", "-FLAGS"))
            flag = self.random.choice([r"\Seen", r"\Flagged", r"\Answered", *KEYWORDS])
            self.tell("store", folder, numbers, how, flag)
            self.client.uid("STORE", ",".join(map(str, numbers)), how, f"({flag})")

    def copy(self, move=False):
        folder, target = self.random.sample(FOLDERS, 2)
        numbers = self.some(self.select(folder))
        if not numbers:
            return
        found = self.subjects(numbers)
        self.tell("move" if move else "copy", folder, numbers, target, found)
        wanted = ",".join(map(str, numbers))
        if self.client.uid("COPY", wanted, self.mailbox(target))[0] != "OK":
            return
        for subject, _ in found.values():
            self.copies[subject] += 1
        if move:
            self.remove(folder, numbers, moved=True)

    def remove(self, folder, numbers, moved=False):
        self.client.uid("STORE", ",".join(map(str, numbers)), "+FLAGS", r"(\Deleted)")
        struck = {n: found for n, found in self.subjects(self.select(folder)).items()
                  if rb"\Deleted" in found[1]}
        for n, (subject, _) in struck.items():
            if moved and n in numbers:
                self.copies[subject] -= 1
            else:
                self.removed.add(subject)
        self.client.expunge()

    def expunge(self):
        folder = self.random.choice(FOLDERS)
        numbers = self.some(self.select(folder))
        if numbers:
            self.tell("expunge", folder, numbers, self.subjects(numbers))
            self.remove(folder, numbers)

    def drop(self):
        """Removes a folder and makes it again, empty or with a new letter."""
        folder = self.random.choice(("Alpha", "Beta"))
        self.tell("drop", folder)
        self.removed |= {subject for subject, _ in
                         self.subjects(self.select(folder)).values()}
        self.client.select("INBOX")
        self.client.delete(self.mailbox(folder))
        if self.server.name != "Cyrus":
            time.sleep(1.1)  # UIDVALIDITY is the time in seconds
        self.client.create(self.mailbox(folder))
        self.client.subscribe(self.mailbox(folder))

    def other_folder(self):
        """Makes, renames or removes a folder that no letter goes to."""
        names = [f"Gamma {n}" for n in range(3)]
        kind = self.random.choice(("create", "rename", "delete"))
        name, other = self.random.sample(names, 2)
        self.tell(kind, name, other)
        self.client.select("INBOX")
        if kind == "create":
            self.client.create(self.mailbox(name))
        elif kind == "rename":
            self.client.rename(self.mailbox(name), self.mailbox(other))
        else:
            self.client.delete(self.mailbox(name))

    # --- Tern ----------------------------------------------------------------------------------

    def tern(self, *words):
        """Whatever becomes of it: a letter or a folder may have gone."""
        self.tell("tern", *words)
        command = [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile, "--json"]
        done = harness.subprocess.run(command + [str(word) for word in words], env=self.env,
                                      capture_output=True, timeout=harness.DEADLINE, check=False)
        self.assertIn(done.returncode, (harness.DONE, harness.FAILED, harness.OFFLINE),
                      done.stderr.decode())
        self.tell("  ->", done.returncode, done.stderr.decode().strip())
        return done

    def cached(self):
        """Folder, id and subject of some messages of one folder, as Tern shows them."""
        folder = self.random.choice(FOLDERS)
        done = self.tern("list", self.email, folder, "--limit", 1000)
        if done.returncode:
            return folder, []
        return folder, self.some(harness.json.loads(done.stdout))

    def flag(self):
        _, messages = self.cached()
        if messages:
            self.tern(self.random.choice(("flag", "unflag")), *[m["id"] for m in messages],
                      self.random.choice(("seen", "flagged", "answered")))

    def move(self):
        folder, messages = self.cached()
        target = self.random.choice([name for name in FOLDERS if name != folder])
        if messages:
            self.tell([m["subject"] for m in messages])
            self.tern("move", *[m["id"] for m in messages], target)

    def tern_copy(self):
        folder, messages = self.cached()
        target = self.random.choice([name for name in FOLDERS if name != folder])
        for message in messages:
            self.copies[message["subject"]] += 1
        if messages:
            self.tell([m["subject"] for m in messages])
            self.tern("copy", *[m["id"] for m in messages], target)

    def file_away(self):
        _, messages = self.cached()
        if messages:
            self.tell([m["subject"] for m in messages])
            self.tern(self.random.choice(("archive", "junk")), *[m["id"] for m in messages])

    def mark_read(self):
        self.tern("mark-read", self.email, self.random.choice(FOLDERS))

    def empty_trash(self):
        done = self.tern("list", self.email, "Trash", "--limit", 1000)
        if done.returncode == 0:
            self.removed |= {m["subject"] for m in harness.json.loads(done.stdout)}
            self.tern("empty", self.email, "Trash")

    def tern_append(self):
        self.number += 1
        subject = f"Letter {self.number:04}"
        path = os.path.join(self.profile, "letter.eml")
        with open(path, "wb") as file:
            file.write(harness.letter(subject, f"Text of {subject}.\n"))
        folder = self.random.choice(FOLDERS)
        self.tell("append here", subject, folder)
        # Whether it was kept to be sent later or not, it is there at most once.
        self.copies[subject] = 1
        if self.tern("append", self.email, folder, path).returncode == harness.FAILED:
            self.removed.add(subject)

    def tern_folder(self):
        """Makes, renames or removes one of the folders that no letter goes to."""
        name, other = self.random.sample([f"Gamma {n}" for n in range(3)], 2)
        kind = self.random.choice(("create", "rename", "delete"))
        self.tern("folder", kind, self.email, name, *([other] if kind == "rename" else []))

    def delete(self):
        folder, messages = self.cached()
        if messages:
            self.tell([m["subject"] for m in messages])
            if folder == "Trash":
                self.removed |= {m["subject"] for m in messages}
            self.tern("delete", *[m["id"] for m in messages])

    def sync_some(self):
        words = ["--force"] if self.random.random() < 0.5 else []
        if self.random.random() < 0.5:
            words += ["--folder", self.random.choice(FOLDERS)]
        self.tern("sync", self.email, *words)

    def switch_line(self):
        self.online = not self.online
        self.tell("online" if self.online else "offline")
        self.line.limit = None if self.online else 0
        self.line.cut()

    def sync_all(self):
        self.line.limit = None
        self.cli("sync", self.email, "--force")

    # --- the end -------------------------------------------------------------------------------

    def on_server(self, folder):
        return {uid: (subject, {flag.decode() for flag in flags if flag != rb"\Recent"})
                for uid, (subject, flags) in
                self.subjects(self.select(folder, readonly=True)).items()}

    def in_cache(self, database, folder):
        rows = database.execute(
            "SELECT placement.remote_id, subject, flags, keywords FROM placement "
            "JOIN folder ON folder.id = placement.folder JOIN message ON message.id = message "
            "WHERE folder.remote_id = ? AND state = 0", (self.server.folder(folder),))
        found = {}
        for remote_id, subject, flags, keywords in rows:
            names = {name for bit, name in mirror.FLAGS.items() if flags & bit}
            names |= set((keywords or "").split())
            self.assertIsNotNone(remote_id, subject)
            found[int(remote_id.split(".")[1])] = (subject, names)
        return found

    def compare(self):
        path = os.path.join(self.profile, "tern.db")
        self.assertEqual(self.cli("operations").json(), [])
        everything = []
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            for folder in FOLDERS:
                there = self.on_server(folder)
                self.assertEqual(self.in_cache(database, folder), there, folder)
                counts = database.execute("SELECT total, unread FROM folder WHERE remote_id = ?",
                                          (self.server.folder(folder),)).fetchone()
                self.assertEqual(counts, (len(there), sum(r"\Seen" not in flags
                                                          for _, flags in there.values())), folder)
                everything += [subject for subject, flags in there.values()
                               if r"\Deleted" not in flags]
            kept = {name for (name,) in database.execute("SELECT remote_id FROM folder")}
        names = {re.sub(rb'^\(.*?\) "." "?(.+?)"?$', rb"\1", line).decode()
                 for line in self.client.list()[1]}
        self.assertEqual({n for n in kept if "Gamma" in n}, {n for n in names if "Gamma" in n})
        for subject, made in self.copies.items():
            self.assertLessEqual(everything.count(subject), made, f"{subject} is there twice")
            if subject not in self.removed:
                self.assertGreater(everything.count(subject), 0, f"{subject} is lost")
        for folder in FOLDERS:
            for message in self.cli("list", self.email, folder, "--limit", 3).json():
                text = self.cli("show", message["id"], as_json=False).text
                self.assertIn(f"Text of {message['subject']}.", text)

    def play(self, name):
        if name != "as_it_is" and harness.server_name() == "courier":
            self.skipTest("Courier has none of what would be hidden")
        self.prepare(name, harness.MASKS[name])
        there = [self.append, self.store, self.store, self.copy, lambda: self.copy(True),
                 self.expunge, self.drop, self.other_folder]
        here = [self.flag, self.flag, self.move, self.move, self.delete, self.tern_copy,
                self.file_away, self.mark_read, self.empty_trash, self.tern_append,
                self.tern_folder, self.sync_some]
        try:
            for _ in range(STEPS):
                step = self.random.random()
                if step < 0.1:
                    self.switch_line()
                self.random.choice(there if step < 0.5 else here)()
            # A change that cannot be made any more is told by the first.
            self.line.limit = None
            self.tern("sync", self.email, "--force")
            self.sync_all()
            self.compare()
        except BaseException:
            print(f"\nTERN_TEST_SEED={SEED} TERN_TEST_STEPS={STEPS}", *self.story, sep="\n")
            raise


def make_test(name):
    return lambda self: self.play(name)


for mask in harness.MASKS:
    setattr(Model, "test_in_the_end_both_sides_are_equal_" + mask, make_test(mask))


if __name__ == "__main__":
    harness.main()
