#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tern-cli is killed between any two steps of what it does; then server and cache agree, nothing is
lost, and what was asked for is done once.

What a step is tests/tools/killed-program.c says. The ordinary run takes one of each operation,
always the same; TERN_TEST_SEED chooses others. TERN_TEST_FULL takes all, with all that a server may
lack, and kills what comes after it too.
"""
import copy
import os
import random
import signal
import subprocess

import harness
from mirror import Cache, Client

FULL = "TERN_TEST_FULL" in os.environ
SEED = int(os.environ.get("TERN_TEST_SEED", 1))
# Among how many steps an ordinary run takes one of each operation; what comes after has some more.
STEPS, MORE_STEPS = 14, 32
MASKS = ("as_it_is", "without_MOVE", "without_UIDPLUS")
NONE = frozenset()


class State:
    """What there is: letters by folder, as (subject, flags), and which folders are subscribed."""

    def __init__(self, letters, subscribed):
        self.letters = letters
        self.subscribed = subscribed

    def add(self, folder, subject, flags=NONE):
        self.letters[folder] = sorted([*self.letters[folder], (subject, flags)], key=str)

    def take(self, folder, subject):
        """Takes a letter out and gives its flags."""
        found, = [entry for entry in self.letters[folder] if entry[0] == subject]
        self.letters[folder].remove(found)
        return found[1]

    def __eq__(self, other):
        return self.letters == other.letters and self.subscribed == other.subscribed

    def __repr__(self):
        return f"{self.letters} {sorted(self.subscribed)}"


class Operation:
    """Something that the user asks for, made ready under a number of its own.

    The server has then what prepare() puts there, the cache knows it, and the operation makes of it
    what change() makes of the state.
    """

    folders = ()

    def __init__(self, case, number):
        self.case, self.number = case, number
        self.subjects = [f"Letter {number:03} {which}" for which in "ab"]

    def prepare(self):
        for subject in self.subjects:
            self.case.append("INBOX", subject)

    def words(self):
        raise NotImplementedError

    def change(self, state):
        raise NotImplementedError

    def ids(self, folder="INBOX"):
        with self.case.cache() as cache:
            return [cache.placement(subject, folder) for subject in self.subjects]

    def remove(self, state, folder, subject):
        """Gives the flags that the letter had. It is gone, or struck out where that cannot be."""
        flags = state.take(folder, subject)
        if not self.case.can_expunge:
            state.add(folder, subject, flags | {r"\Deleted"})
        return flags

    def move(self, state, source, target, added=NONE):
        for subject in self.subjects:
            if self.case.can_move:
                state.add(target, subject, state.take(source, subject) | added)
                continue
            state.add(source, subject, state.take(source, subject) | added)
            state.add(target, subject, self.remove(state, source, subject))


class Flag(Operation):
    def words(self):
        return ["flag", *self.ids(), "flagged"]

    def change(self, state):
        for subject in self.subjects:
            state.add("INBOX", subject, state.take("INBOX", subject) | {r"\Flagged"})


class Move(Operation):
    def words(self):
        return ["move", *self.ids(), "Sent"]

    def change(self, state):
        self.move(state, "INBOX", "Sent")


class Copy(Operation):
    def words(self):
        return ["copy", *self.ids(), "Sent"]

    def change(self, state):
        for subject in self.subjects:
            state.add("Sent", subject)


class Archive(Operation):
    def words(self):
        return ["archive", *self.ids()]

    def change(self, state):
        self.move(state, "INBOX", "Archive")


class Junk(Operation):
    def words(self):
        return ["junk", *self.ids()]

    def change(self, state):
        self.move(state, "INBOX", "Junk", {"$Junk"})


class Delete(Operation):
    def words(self):
        return ["delete", *self.ids()]

    def change(self, state):
        self.move(state, "INBOX", "Trash")


class DeleteForGood(Operation):
    def prepare(self):
        for subject in self.subjects:
            self.case.append("Trash", subject)

    def words(self):
        return ["delete", *self.ids("Trash")]

    def change(self, state):
        for subject in self.subjects:
            self.remove(state, "Trash", subject)


class Empty(DeleteForGood):
    def words(self):
        return ["empty", self.case.email, "Trash"]

    def change(self, state):
        for subject in [subject for subject, _ in state.letters["Trash"]]:
            self.remove(state, "Trash", subject)


class MarkRead(Operation):
    def prepare(self):
        for subject in self.subjects:
            self.case.append("Drafts", subject)

    def words(self):
        return ["mark-read", self.case.email, "Drafts"]

    def change(self, state):
        state.letters["Drafts"] = [(subject, flags | {r"\Seen"})
                                   for subject, flags in state.letters["Drafts"]]


class Compact(Operation):
    def prepare(self):
        self.case.append("Drafts", self.subjects[0], r"(\Deleted)")
        self.case.append("Drafts", self.subjects[1])

    def words(self):
        return ["compact", self.case.email, "Drafts"]

    def change(self, state):
        if self.case.can_expunge:
            state.letters["Drafts"] = [entry for entry in state.letters["Drafts"]
                                       if r"\Deleted" not in entry[1]]


class Append(Operation):
    def prepare(self):
        self.path = os.path.join(self.case.profile, "letter.eml")
        with open(self.path, "wb") as file:
            file.write(harness.letter(self.subjects[0], f"Text {self.number}.\n"))

    def words(self):
        return ["append", self.case.email, "Drafts", self.path]

    def change(self, state):
        state.add("Drafts", self.subjects[0], frozenset({r"\Seen"}))


class FolderOperation(Operation):
    """With a folder that holds a letter and a folder below it."""

    def __init__(self, case, number):
        super().__init__(case, number)
        self.name = f"Desk {number}"
        self.below = self.name + "/Drawer"
        self.other = f"Bench {number}"

    def make(self, *names):
        for name in names:
            self.case.client.imap.create(self.case.client.mailbox(name))
            self.case.client.imap.subscribe(self.case.client.mailbox(name))

    def prepare(self):
        self.make(self.name)
        self.case.append(self.name, self.subjects[0])


class CreateFolder(FolderOperation):
    def prepare(self):
        pass

    def words(self):
        return ["folder", "create", self.case.email, self.name]

    def change(self, state):
        state.letters[self.name] = []
        state.subscribed.add(self.name)


class RenameFolder(FolderOperation):
    def prepare(self):
        super().prepare()
        self.make(self.below)
        self.case.append(self.below, self.subjects[1])

    def words(self):
        return ["folder", "rename", self.case.email, self.name, self.other]

    def change(self, state):
        for old in (self.name, self.below):
            new = self.other + old.removeprefix(self.name)
            state.letters[new] = state.letters.pop(old)
            state.subscribed.remove(old)
            state.subscribed.add(new)


class DeleteFolder(FolderOperation):
    def words(self):
        return ["folder", "delete", self.case.email, self.name]

    def change(self, state):
        del state.letters[self.name]
        state.subscribed.remove(self.name)


class Subscribe(FolderOperation):
    def prepare(self):
        super().prepare()
        self.case.client.imap.unsubscribe(self.case.client.mailbox(self.name))

    def words(self):
        return ["folder", "subscribe", self.case.email, self.name]

    def change(self, state):
        state.subscribed.add(self.name)


class Unsubscribe(FolderOperation):
    def words(self):
        return ["folder", "unsubscribe", self.case.email, self.name]

    def change(self, state):
        state.subscribed.remove(self.name)


class UndoMove(Operation):
    """Of what the server was never asked for."""

    def words(self):
        words = ["move", *self.ids(), "Sent"]
        self.case.line.limit = 0
        self.case.cli(*words, expect=harness.OFFLINE)
        self.case.line.limit = None
        return ["undo", *self.case.operations()]

    def change(self, state):
        """It is as before."""

    def change_back(self, state):
        """Killed before it was off the log: then it is done."""
        self.move(state, "INBOX", "Sent")


OPERATIONS = {
    "a_flag": Flag,
    "a_move": Move,
    "a_copy": Copy,
    "an_archiving": Archive,
    "a_mark_as_junk": Junk,
    "a_deletion": Delete,
    "a_deletion_for_good": DeleteForGood,
    "an_emptying_of_Trash": Empty,
    "a_marking_of_a_folder": MarkRead,
    "a_compacting": Compact,
    "a_new_letter": Append,
    "a_new_folder": CreateFolder,
    "a_renaming_of_a_folder": RenameFolder,
    "a_removal_of_a_folder": DeleteFolder,
    "a_subscription": Subscribe,
    "an_end_of_a_subscription": Unsubscribe,
    "an_undoing": UndoMove,
}


class Kills(harness.ServerCase):
    def begin(self, mask):
        self.user = f"user{type(self).count}"
        self.email = self.user + "@example.org"
        type(self).count += 1
        self.client = Client(self.server, self.user)
        self.addCleanup(self.client.close)
        offered = self.client.imap.capability()[1][0].decode().split()
        hidden = harness.MASKS[mask]
        self.can_move = "MOVE" in offered and "MOVE" not in hidden
        self.can_expunge = "UIDPLUS" in offered and "UIDPLUS" not in hidden
        for folder in ("Drafts", "Sent", "Archive", "Trash", "Junk"):
            self.client.imap.create(self.client.mailbox(folder))
            self.client.imap.subscribe(self.client.mailbox(folder))
        self.line = harness.MaskingLine(self.server.port, hidden)
        self.addCleanup(self.line.__exit__)
        self.cli("account", "add", "--email", self.email, "--user", self.user, "--imap",
                 f"127.0.0.1:{self.line.port}", "--security", "none", "--password-stdin",
                 stdin=self.server.password.encode() + b"\n")

    count = 0

    # --- both sides ------------------------------------------------------------------------------

    def append(self, folder, subject, flags="()"):
        self.client.select(folder)  # Courier takes no letter for one that is open read-only
        done = self.client.imap.append(
            self.client.mailbox(folder), flags, None,
            harness.letter(subject, f"Text of {subject}.\n").replace(b"\n", b"\r\n"))
        self.assertEqual(done[0], "OK", done)

    def cache(self):
        return Cache(self.profile, self.server)

    def operations(self):
        with self.cache() as cache:
            return cache.operations()

    def state(self):
        """What the server has; fails where the cache has something else."""
        names = self.client.names() | {"INBOX"}
        subscribed = self.client.names("LSUB")
        letters = {}
        with self.cache() as cache:
            self.assertEqual(cache.names() | {"INBOX"}, names)
            self.assertEqual(cache.names(subscribed=True), subscribed)
            for name in names:
                there = self.client.letters(name)
                self.assertEqual(cache.letters(name), there, name)
                self.assertEqual(cache.counts(name),
                                 (len(there), sum(r"\Seen" not in flags
                                                  for _, flags in there.values())), name)
                letters[name] = sorted(((subject, frozenset(flags))
                                        for subject, flags in there.values()), key=str)
            self.assertEqual(cache.operations(), [])
        return State(letters, subscribed)

    # --- killing ---------------------------------------------------------------------------------

    def run_until(self, step, *words):
        """Runs tern-cli until that step; gives what that was, None where it was not reached."""
        trace, note = os.path.join(self.profile, "trace"), os.path.join(self.profile, "note")
        for path in (trace, note):
            open(path, "w", encoding="ascii").close()
        command = [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile,
                   *[str(word) for word in words]]
        # A sanitizer wants to be loaded first, and what is preloaded comes before it.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        preloaded = harness.build_path("tests", "tools", "libtern-killed-program.so")
        done = subprocess.run(command, capture_output=True, timeout=harness.DEADLINE, check=False,
                              env=dict(self.env, TERN_TRACE=trace, TERN_KILL_STEP=str(step),
                                       TERN_KILL_NOTE=note, LD_PRELOAD=preloaded,
                                       ASAN_OPTIONS=sanitizer.lstrip(":")))
        with open(trace, encoding="utf-8") as file:
            self.is_logged = '"op.log"' in file.read()
        if done.returncode == -signal.SIGKILL:
            with open(note, encoding="ascii") as file:
                return file.read()
        self.assertIn(done.returncode, (harness.DONE, harness.FAILED), done.stderr.decode())
        return None

    def kill_at(self, operation, step, second, before):
        """Makes OPERATION, killed at STEP and what follows at SECOND; gives the states that may
        come of it, and what it was killed at."""
        allowed = [copy.deepcopy(before)]
        operation.change(allowed[0])
        killed = self.run_until(step, *operation.words())
        if hasattr(operation, "change_back") and killed:
            allowed.append(copy.deepcopy(before))
            operation.change_back(allowed[1])
        elif not self.is_logged:
            allowed.append(before)
        again = second and self.run_until(second, "sync", self.email, "--force")
        print(f"{type(operation).__name__}: step {step} was {killed}, then {second} was {again}")
        return allowed, killed

    def recover(self):
        done = subprocess.run(
            [harness.build_path("src", "cli", "tern-cli"), "--profile", self.profile, "sync",
             self.email, "--force"], env=self.env, capture_output=True, check=False,
            timeout=harness.DEADLINE)
        self.assertIn(done.returncode, (harness.DONE, harness.FAILED), done.stderr.decode())

    def play_once(self, kind, number, step, second):
        """Says whether the program came to be killed at STEP."""
        operation = kind(self, number)
        operation.prepare()
        self.recover()
        allowed, killed = self.kill_at(operation, step, second, self.state())
        self.recover()
        self.assertIn(self.state(), allowed)
        return killed

    def play(self, name, mask):
        kind = OPERATIONS[name]
        chooser = random.Random(f"{SEED} {name} {mask}")
        self.begin(mask)
        if not FULL:
            self.play_once(kind, 0, chooser.randint(1, STEPS), None)
            return
        number = 0
        for round_number in range(2):
            step = 1
            while self.play_once(kind, number, step,
                                 chooser.randint(1, MORE_STEPS) if round_number else None):
                step += 1
                number += 1
            number += 1


def make_test(name, mask):
    return lambda self: self.play(name, mask)


for the_number, the_name in enumerate(OPERATIONS):
    for the_mask in MASKS if FULL else (MASKS[the_number % len(MASKS)],):
        setattr(Kills, f"test_{the_name}_is_done_once_{the_mask}", make_test(the_name, the_mask))


if __name__ == "__main__":
    harness.main()
