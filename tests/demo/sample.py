#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample mailbox: the letters of letters/*.txt and of newsletters.py, dated back from now.

A letter in letters/*.txt is a head (From, To, Date, Subject, Flags, Folder, Charset, Raw, Id, Re,
Attach, Inline), an empty line and its text; a line of equals signs ends it. Date is an age: 12m,
3h, 2d, 1.4y. Flags are Maildir's letters, "-" for none. Re names the Id of the letter that is
answered and quoted. Raw leaves the subject's bytes unencoded in that charset, as some programs did.
"""
import glob
import os
import random
import time

import compose
import newsletters
from attachments import attachment, seascape

OWNER = "mira"
PEOPLE = {
    "mira": ("Mira Lindqvist", "mira@example.org"),
    "aoife": ("Aoife Byrne", "aoife@station.example"),
    "sam": ("Sam Carter", "sam@station.example"),
    "ravi": ("Ravi Menon", "ravi@station.example"),
    "jonas": ("Jonas Weber", "jonas.weber@wattenmeer.example"),
    "claire": ("Claire Fontaine", "claire.fontaine@rade.example"),
    "lucia": ("Lucía Moreno", "lucia@bahia.example"),
    "kenji": ("北村 健", "kitamura@suimon.example"),
    "xiaomei": ("林晓梅", "lin.xiaomei@dongtan.example"),
    "olga": ("Ольга Смирнова", "olga@severnaya.example"),
    "salma": ("سلمى حداد", "salma@manzala.example"),
    "yael": ("יעל לוי", "yael@brechot.example"),
    "minjun": ("김민준", "minjun@nakdong.example"),
    "nikos": ("Νίκος Παπαδάκης", "nikos@evros.example"),
    "priya": ("Priya Nair", "priya.nair@students.example"),
    "tomas": ("Tomás Oliveira", "tomas@salinas.example"),
    "ayse": ("Ayşe Yıldız", "ayse@gediz.example"),
    "zofia": ("Zofia Wójcik", "zofia@wisla.example"),
    "ngoc": ("Nguyễn Thị Ngọc", "ngoc@songhong.example"),
    "somchai": ("สมชาย ใจดี", "somchai@banlaem.example"),
    "erik": ("Erik Lindqvist", "erik@lindqvist.example"),
    "mum": ("Ingrid Lindqvist", "ingrid@lindqvist.example"),
    "dad": ("Göran Lindqvist", "goran@lindqvist.example"),
    "hanna": ("Hanna Sjöberg", "hanna@example.net"),
    "olof": ("Olof Nyman", "olof@example.net"),
    "ulrike": ("Harms Schuhe & Stiefel", "bestellung@harms-schuhe.example"),
    "office": ("Coastal Reserves Office", "permits@coast.example"),
    "dentist": ("Harbour Street Dental Practice", "desk@harbourdental.example"),
    "library": ("City Library", "loans@library.example"),
    "landlord": ("House management", "house@norra-hamngatan.example"),
    "bank": ("Copperleaf Savings", "statements@copperleaf.example"),
    "rail": ("Nordline Rail", "tickets@nordline.example"),
    "records": ("Coastal Bird Records", "no-reply@records.example"),
    "dongtan": ("东滩数据平台", "service@data.dongtan.example"),
    "skua": ("Skua Outdoor", "news@skua-outdoor.example"),
    "phish": ("Mailbox Administrator", "admin@mailbox-quota-verify.example"),
}
UNITS = {"m": 60, "h": 3600, "d": 86400, "y": 365.25 * 86400}
HERE = os.path.dirname(os.path.abspath(__file__))


def parse(path):
    """The letters of one file, as dictionaries of their heads with the text under 'text'."""
    with open(path, encoding="utf-8") as file:
        blocks = file.read().split("\n====\n")
    for block in blocks:
        head, _, text = block.strip("\n").partition("\n\n")
        fields = {}
        for line in head.split("\n"):
            name, _, value = line.partition(":")
            fields[name.strip()] = value.strip()
        fields["text"] = text.rstrip("\n") + "\n"
        yield fields


def age(text):
    """Seconds; letters that are days old were written at some hour of the day."""
    seconds = float(text[:-1]) * UNITS[text[-1]]
    if text[-1] in "dy":
        seconds += random.Random(text).randrange(-30000, 30000)
    return seconds


def quote(parent):
    written = time.strftime("%-d %B %Y, %H:%M", time.gmtime(parent["when"]))
    lines = parent["full"].rstrip("\n").split("\n")
    return (f"\nOn {written}, {PEOPLE[parent['From']][0]} wrote:\n" +
            "".join((">" + line if line.startswith(">") else f"> {line}".rstrip()) + "\n"
                    for line in lines))


def paragraphs(text):
    """Plain text as the HTML that other programs send along: paragraphs and quotes."""
    out, depth = [], 0
    for block in text.strip("\n").split("\n"):
        level = len(block) - len(block.lstrip(">"))
        while depth < level:
            out.append('<blockquote style="margin:0 0 0 .8ex;border-left:2px solid #ccc;'
                       'padding-left:1ex">')
            depth += 1
        while depth > level:
            out.append("</blockquote>")
            depth -= 1
        line = compose.html_escape(block[level:].strip())
        out.append(line + "<br>\n" if line else "<br>\n")
    return "<html><body>" + "".join(out) + "</blockquote>" * depth + "</body></html>\n"


def write(fields, known, now):
    """(folder, flags, time, bytes) of one letter; KNOWN is filled with what may be answered."""
    sender = PEOPLE[fields["From"]]
    receivers = [PEOPLE[name] for name in fields.get("To", OWNER).split(",")]
    charset = fields.get("Charset", "utf-8")
    parent = known[fields["Re"]] if "Re" in fields else None
    when = now - age(fields["Date"])
    if parent and when <= parent["when"]:
        when = min(now, parent["when"] + 1500)
    fields["when"] = when
    subject = fields.get("Subject")
    if subject is None:
        root = parent["Subject"]
        subject = root if root.startswith("Re: ") else "Re: " + root
    fields["Subject"] = subject
    text = fields["text"]
    fields["full"] = text + (quote(parent) if parent else "")
    key = f"{fields['From']}{subject}{fields['Date']}"
    fields["message-id"] = identifier = compose.message_id(key)
    if "Id" in fields:
        known[fields["Id"]] = fields

    # What is quoted may not fit into the charset of the answer.
    mime_charset = "utf-8" if parent else charset
    headers = [("Date", compose.date(when)), ("From", compose.mailbox(*sender)),
               ("To", ", ".join(compose.mailbox(*who) for who in receivers)),
               ("Message-ID", identifier)]
    if "Raw" in fields:
        headers.append(("Subject", subject.encode(fields["Raw"])))
    else:
        headers.append(("Subject", compose.encoded_words(subject, charset)))
    fields["references"] = []
    if parent:
        fields["references"] = parent["references"] + [parent["message-id"]]
        headers += [("In-Reply-To", parent["message-id"]),
                    ("References", "\n ".join(fields["references"]))]

    part = body_part(fields, mime_charset, key)
    for item in filter(None, fields.get("Attach", "").split(",")):
        kind, name = item.split(":")
        media, content = attachment(kind, name, subject, time.gmtime(now + 5 * 86400))
        part = compose.multipart("mixed", [part, compose.file_part(media, name, content)], key)
    flags = fields.get("Flags", "S").replace("-", "")
    folder = fields.get("Folder")
    return folder if folder != "Inbox" else None, flags, when, compose.message(headers, part)


def body_part(fields, charset, key):
    text = fields["full"]
    if "Raw" in fields:
        return "", text.encode(fields["Raw"])
    if "Inline" in fields:
        html = paragraphs(text).replace(
            "[picture]", '<img src="cid:photo" width="420" height="240" alt="A photograph">')
        related = compose.multipart("related", [
            compose.text_part(html, charset, "html"),
            compose.file_part("image/png", "photo.png", seascape(fields["Inline"]), "photo")], key)
        plain = compose.text_part(text.replace("[picture]", "(picture)"), charset)
        return compose.multipart("alternative", [plain, related], key)
    plain = compose.text_part(text, charset)
    if random.Random(key).random() < 0.4:
        return compose.multipart("alternative", [
            plain, compose.text_part(paragraphs(text), charset, "html")], key)
    return plain


def sample(now=None):
    """All letters of the sample mailbox as (folder or None for the inbox, flags, time, bytes)."""
    now = time.time() if now is None else now
    known = {}
    for path in sorted(glob.glob(os.path.join(HERE, "letters", "*.txt"))):
        for fields in parse(path):
            yield write(fields, known, now)
    yield from newsletters.all_letters(now)


def many(count, now=None):
    """COUNT short letters over five years, for a big inbox; about 20,000 a second."""
    now = time.time() if now is None else now
    chance = random.Random(count)
    people = [compose.mailbox(*person) for key, person in PEOPLE.items() if key != OWNER]
    topics = ["Counts from the north hide", "Rota for next week", "Sandbar at low water",
              "Ring read this morning", "The blue shed", "Boat times", "Logger in box %d",
              "Weather until Sunday", "Draft, page %d", "Lunch on the pier?"]
    body = compose.text_part("All is well here.\n\nThe wind has turned to the west and the boat "
                             "comes at four. Tell me if the table still lacks a line.\n")
    for number in range(count):
        when = now - 3600 - number * (5 * 365.25 * 86400 / count) - chance.randrange(600)
        subject = chance.choice(topics)
        subject = subject % chance.randrange(1, 40) if "%d" in subject else subject
        headers = [("Date", compose.date(when)), ("From", chance.choice(people)),
                   ("To", "Mira Lindqvist <mira@example.org>"),
                   ("Message-ID", compose.message_id(f"many{number}")), ("Subject", subject)]
        flags = ("" if chance.random() < 0.1 else "S") + ("F" if chance.random() < 0.03 else "")
        yield None, flags, when, compose.message(headers, body)


def fill(server, user=OWNER, messages=0):
    """Files the sample mailbox, and MESSAGES further letters, into a server that is not running."""
    letters = list(sample())
    if messages > len(letters):
        letters += list(many(messages - len(letters)))
    # Dovecot numbers them in the order of their times, as they would have arrived.
    letters.sort(key=lambda letter: letter[2])
    for folder, flags, when, content in letters:
        server.add_letter(user, folder, content, flags, when)
    return len(letters)
