# SPDX-License-Identifier: GPL-3.0-or-later
"""A mailbox in the shape of one that has been in use for years: the same arguments give the same
letters. Half of the letters are smaller than 8 kB, the mean is some 30 kB, for one in eight brings
attachments and most have a text and the same in HTML."""
import random
import time

import compose
import sample

WORDS = ("tide count north hide ledger island boat water morning table line draft ring nest wind "
         "west evening report shed logger sand bar storm glass figure page number week lamp rope "
         "answer question minute paper window weather harbour notice visit bird season").split()


def prose(chance, length):
    """Some LENGTH characters of sentences, in lines as a mail program wraps them."""
    lines, line, written = [], [], 0
    while written < length:
        word = chance.choice(WORDS)
        line.append(word)
        written += len(word) + 1
        if sum(len(w) + 1 for w in line) > 68:
            lines.append(" ".join(line) + ("." if chance.random() < 0.5 else ""))
            line = []
    lines.append(" ".join(line) + ".")
    return "\n".join(lines) + "\n"


def html(text):
    rows = "".join(f"<p style=\"margin:0 0 12px 0\">{compose.html_escape(line)}</p>\n"
                   for line in text.split("\n") if line)
    return f"<html><body style=\"font-family:sans-serif\">\n<div>{rows}</div>\n</body></html>\n"


def letter(chance, number, when, people):
    size = int(min(60000, chance.lognormvariate(7.6, 1.0)))
    text = prose(chance, size)
    part = compose.text_part(text)
    if chance.random() < 0.7:
        part = compose.multipart("alternative", [part, compose.text_part(html(text), subtype="html")],
                                 f"a{number}")
    if chance.random() < 0.125:
        files = [compose.file_part("application/pdf", f"report-{number}-{k}.pdf",
                                   chance.randbytes(int(min(4e6, chance.lognormvariate(11.2, 1.0)))))
                 for k in range(chance.choice((1, 1, 1, 2, 3)))]
        part = compose.multipart("mixed", [part, *files], f"m{number}")
    headers = [("Date", compose.date(when)), ("From", chance.choice(people)),
               ("To", "Mira Lindqvist <mira@example.org>"),
               ("Message-ID", compose.message_id(f"year{number}")),
               ("Subject", " ".join(chance.choices(WORDS, k=chance.randrange(2, 9))))]
    # What servers add on the way, and nobody looks at.
    headers[:0] = [("Received", f"from mx{k}.example.org by mail.example.org with ESMTPS id "
                                f"{chance.randrange(1 << 60):x}; {compose.date(when)}")
                   for k in range(3)]
    return compose.message(headers, part)


def years(count, now=None):
    """COUNT letters over five years, oldest first: (folder, flags, when, content)."""
    now = time.time() if now is None else now
    chance = random.Random(count)
    people = [compose.mailbox(*person) for key, person in sample.PEOPLE.items()
              if key != sample.OWNER]
    for number in range(count):
        when = now - (count - number) * (5 * 365.25 * 86400 / count)
        yield None, "" if chance.random() < 0.1 else "S", when, letter(chance, number, when, people)
