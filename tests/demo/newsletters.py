# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters of the kind that machines send: newsletters, notices, a mailing list. The texts were
written for this project; which of them stand in which issue is drawn from a fixed seed."""
import random

import compose
from attachments import emblem, seascape

HARBOUR_STORIES = [
    ("The last ferry captain",
     "For thirty-one winters she has found the channel without looking at the screen. Next "
     "week she shows her successor where the stones are."),
    ("Why gulls stamp on lawns",
     "It is not a dance. The worms believe that it is raining, and come up to see. A field "
     "guide to the oldest trick on the green."),
    ("A kitchen on the pier",
     "Two sisters, four tables and whatever the boat brought. We went for lunch and stayed "
     "until the lamps were lit."),
    ("How to read a tide table",
     "Four columns, one moon, and a correction for the wind that nobody prints. A short course"
     " for people who like dry feet."),
    ("The lighthouse is for sale",
     "Price on request, view included. The seller asks for one thing: that somebody answers "
     "the telephone when ships call."),
    ("Fog signals, rated",
     "From the polite cough of Skarholm to the cow of Point Alder. Listeners voted, and there "
     "was a recount."),
    ("An island counts itself",
     "Forty-four people, nineteen bicycles, one teacher. What the census found, and what it "
     "could not ask."),
    ("Rope, and how to trust it",
     "A rigger explains why she smells every line before she climbs, and which three knots are"
     " enough for a lifetime."),
    ("Winter swimmers", "They say the first minute is the worst. We timed it. It is the second."),
    ("The map in the attic",
     "Drawn in 1823 with a pen that leaked. Where the ink ran there is now, of all things, a "
     "lake."),
    ("Who paints the buoys?",
     "Red to port, green to starboard, and a crew of six that is never in the photograph. A "
     "day on the tender."),
    ("Bread for a long crossing",
     "Rye, patience and a tin with a lid. The recipe that the pilots keep in the chart room."),
    ("What the eels are waiting for",
     "A warm night without a moon. Then ten thousand of them leave in an hour, and nobody "
     "hears a thing."),
    ("Letters to the harbour master",
     "On parking, herring, the bells, and whether a houseboat may keep hens."),
]
HARBOUR_TITLES = [
    "The fog comes in, and we go out", "Small boats, big weather", "Everything that floats",
    "Lamps on at four", "A good week for herring", "The quiet month", "New paint, old names",
    "Somebody found an anchor", "What the wind left behind", "Ice at the edges",
    "The swing bridge is stuck again", "Swifts over the fish market", "Salt in the sugar",
    "The regatta that nobody won", "High water on Sunday", "All hands, no hurry",
]
JOURNAL_PAPERS = [
    ("Site fidelity of Sterna hirundo on a moving sandbank", "M. Aalto, J. Brandt"),
    ("Cheap scales: weighing a bird that does not know it", "S. Carter, A. Byrne"),
    ("Sand eels arrive earlier; who notices first?", "L. Moreno et al."),
    ("Reading rings at 400 metres: a comparison of nine telescopes", "C. Fontaine"),
    ("Night noise at colonies near shipping lanes", "R. Menon, P. Haugen"),
    ("Four decades of pencil: digitising count sheets", "J. Weber"),
    ("Drones and disturbance, once more", "K. Kitamura, Y. Levi"),
    ("Shells as ballast: nest lining under wind", "T. Oliveira, N. Papadakis"),
]
SHOP_ITEMS = [
    ("Gannet rain jacket", "189"),
    ("Boots for deep mud", "94"),
    ("Wool cap, undyed", "28"),
    ("Headlamp, red light", "46"),
    ("Dry bag, 35 litres", "39"),
    ("Flask that forgives a fall", "31"),
    ("Folding stool for hides", "42"),
    ("Notebook, writes in rain", "12"),
]
YARD_TITLES = [
    ("logger", "Sleep between readings",
     "The watchdog no longer wakes the radio. Measured on two boards over night: 41 microamps,"
     " was 302."),
    ("logger", "Red blink after flashing with a long cable",
     "Happens with the three-metre cable only. A capacitor of 10 microfarads at the port makes"
     " it go away, so this is power, not data."),
    ("counts", "Import of the old sheets fails on 29 February 1976",
     "The parser thinks 1976 was no leap year. It was; there is a photograph."),
    ("counts", "Median per hour instead of mean",
     "Reviewed and tried on the data of 2025. The two days with the excursion boat do not "
     "shout any more."),
    ("maps", "Contours below mean low water",
     "They are drawn from the interpolation and look more certain than they are. Dashed lines?"),
    ("maps", "Use the tide station's own datum",
     "Eleven centimetres of difference, which is a whole nest."),
    ("website", "Alternative texts for all pictures of birds",
     "Forty-two pictures described. The one with the thumb says so."),
    ("website", "The opening hours contradict each other",
     "Page one says ten, page two says half past nine, the door says ring the bell."),
]
YARD_EVENTS = ["Sam Carter opened an issue", "Jonas Weber commented", "Ravi Menon approved",
               "Sam Carter merged", "The checks have passed", "Jonas Weber asked for a review"]
LIST_TOPICS = [
    ("White ring with three letters: whose?",
     "Seen yesterday on the beach north of the pier, adult, left leg, white with black "
     "letters, read as AJX or AIX. The register knows neither.",
     "AJX is one of ours from 2019, the register is a year behind. Thank you for looking so "
     "closely!"),
    ("Best month for roof nests",
     "The city wants to mend the roof of the market hall and asks when it disturbs the fewest "
     "birds. I said October. Would anybody say something else?",
     "October, and before the frost. But tell them to look first: we had a late brood in "
     "September."),
    ("Tripod legs in salt water",
     "Mine have seized for the third time. Is there a grease that survives a tide, or do I "
     "have to learn to rinse?",
     "Rinse. I am sorry. There is no grease that forgives laziness, I have tried them all."),
    ("Count of 15 November: please send your sheets",
     "Nineteen of twenty-six sites have answered. The missing ones know who they are.",
     "Ours went out by post, because the bridge to the internet was under water. It should be "
     "there tomorrow."),
    ("Tern eating bread",
     "I would not have believed it. Two adults, one roll, the harbour of Vik. Is that known?",
     "Known from two other harbours, and in both there was a school close by."),
    ("Binoculars for small faces",
     "Our youngest counter is nine and the eyecups are too wide apart. Which pair closes below"
     " 52 mm?",
     "Ours closes to 50 and has survived three children."),
]


def page(colour, title, inner, footer, preheader):
    """The tables within tables that newsletters are made of."""
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>
body {{ margin: 0; background: #eef1f3; font-family: Helvetica, Arial, sans-serif; color: #22303a }}
a {{ color: {colour} }} h1, h2, p {{ margin: 0 }}
@media (max-width: 520px) {{ .column {{ width: 100% !important }} }}
</style></head>
<body bgcolor="#eef1f3">
<div style="display:none;max-height:0;overflow:hidden">{preheader}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td align="center" style="padding:24px 8px">
<table class="column" role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"
 style="background:#ffffff;border-radius:8px">
<tr><td style="padding:28px 36px 20px;border-bottom:3px solid {colour}">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td><img src="cid:emblem" width="44" height="44" alt=""></td>
<td style="padding-left:14px;font-size:22px;font-weight:bold;color:{colour}">{title}</td>
</tr></table></td></tr>
{inner}
<tr><td style="padding:22px 36px 28px;font-size:12px;line-height:18px;color:#7a8790;
border-top:1px solid #e3e8eb">{footer}</td></tr>
</table></td></tr></table>
<img src="https://open.letters.example/o.gif?r=mira%40example.org" width="1" height="1" alt="">
</body></html>
"""


def story(title, text, colour, link):
    return f"""<tr><td style="padding:22px 36px 0">
<h2 style="font-size:18px;line-height:24px"><a href="{link}"
 style="color:#22303a;text-decoration:none">{title}</a></h2>
<p style="padding-top:8px;font-size:15px;line-height:23px">{text}</p>
<p style="padding:10px 0 4px;font-size:14px"><a href="{link}" style="color:{colour};
text-decoration:none;font-weight:bold">Read on &rarr;</a></p></td></tr>"""


def harbour(number, title, stories):
    """The Harbour Letter: a wide picture and three stories."""
    colour = "#1f5f7a"
    items = "".join(story(name, text, colour, f"https://harbour-letter.example/{number}/{index}")
                    for index, (name, text) in enumerate(stories))
    lead = f"""<tr><td style="padding:24px 36px 0;font-size:13px;color:#7a8790">
No. {number}</td></tr>
<tr><td style="padding:4px 36px 16px">
<h1 style="font-size:26px;line-height:32px">{title}</h1></td></tr>
<tr><td><img src="cid:picture" width="600" style="width:100%;display:block"
 alt="The sea in the morning"></td></tr>
"""
    footer = f"""You receive this because you asked for it on our website, on a Sunday.
<a href="https://harbour-letter.example/leave/{number}">Leave the list</a>.
The Harbour Letter, Pier 3, Gothenburg."""
    html = page(colour, "The Harbour Letter", lead + items, footer, stories[0][0])
    plain = f"THE HARBOUR LETTER, No. {number}\n\n{title}\n\n" + "\n\n".join(
        f"{name}\n{text}" for name, text in stories) + "\n"
    return plain, html, [("emblem", emblem(44, (31, 95, 122)))]


def journal(number, papers):
    """Fieldnotes: a table of contents."""
    rows = "".join(f"""<tr>
<td style="padding:12px 0;border-bottom:1px solid #e3e8eb;font-size:15px">
<a href="https://fieldnotes.example/{number}/{index}" style="color:#22303a">{title}</a><br>
<span style="color:#7a8790;font-size:13px">{authors}</span></td></tr>
""" for index, (title, authors) in enumerate(papers))
    inner = f"""<tr><td style="padding:24px 36px 8px;font-size:15px;line-height:23px">
Issue {number} is online. Members read all of it, everybody else the first page of each.</td></tr>
<tr><td style="padding:0 36px 24px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">{rows}</table></td></tr>
"""
    footer = """Fieldnotes, a journal for people who count.
<a href="https://fieldnotes.example/leave">Unsubscribe</a>"""
    html = page("#5b6b2f", "Fieldnotes", inner, footer, papers[0][0])
    plain = f"FIELDNOTES {number}\n\n" + "\n".join(f"- {t} ({a})" for t, a in papers) + "\n"
    return plain, html, [("emblem", emblem(44, (91, 107, 47)))]


def shop(headline, items):
    """Skua Outdoor: goods in two columns, their pictures elsewhere."""
    colour = "#b4452c"
    cells = [f"""<td width="50%" valign="top" style="padding:10px">
<img src="https://img.skua-outdoor.example/{index}.jpg" width="244" height="150" alt=""
 style="background:#e3e8eb"><p style="padding-top:8px;font-size:15px">{name}</p>
<p style="font-size:15px;font-weight:bold;color:{colour}">&euro; {price}</p></td>
""" for index, (name, price) in enumerate(items)]
    rows = "".join("<tr>" + "".join(cells[i:i + 2]) + "</tr>" for i in range(0, len(cells), 2))
    inner = f"""<tr><td style="padding:26px 36px 6px">
<h1 style="font-size:24px">{headline}</h1></td></tr>
<tr><td style="padding:6px 26px 10px">
<table role="presentation" width="100%">{rows}</table></td></tr>
<tr><td align="center" style="padding:8px 36px 28px"><a href="https://skua-outdoor.example/new"
 style="background:{colour};color:#ffffff;padding:12px 28px;border-radius:5px;
text-decoration:none;font-weight:bold">See everything</a></td></tr>
"""
    footer = """Prices include tax and exclude regret.
<a href="https://skua-outdoor.example/leave">No more letters</a>"""
    html = page(colour, "Skua Outdoor", inner, footer, headline)
    plain = headline + "\n\n" + "\n".join(f"{n:<32} {p} EUR" for n, p in items) + "\n"
    return plain, html, [("emblem", emblem(44, (180, 69, 44)))]


def yard(repository, title, text, event, number):
    """Codeyard: a short notice with a button."""
    colour = "#4a4e9c"
    inner = f"""<tr><td style="padding:24px 36px 4px;font-size:14px;color:#7a8790">
station/{repository} &middot; #{number}</td></tr>
<tr><td style="padding:0 36px">
<h1 style="font-size:20px;line-height:26px">{title}</h1></td></tr>
<tr><td style="padding:14px 36px;font-size:15px;line-height:23px"><b>{event}</b></td></tr>
<tr><td style="padding:0 36px 22px;font-size:15px;line-height:23px">{text}</td></tr>
<tr><td style="padding:0 36px 28px"><a
 href="https://codeyard.example/station/{repository}/{number}" style="background:{colour};
color:#ffffff;padding:9px 18px;border-radius:5px;text-decoration:none">Open</a></td></tr>
"""
    footer = """You are watching this repository.
<a href="https://codeyard.example/settings">Change that</a>"""
    html = page(colour, "Codeyard", inner, footer, event)
    plain = f"{event}\n\nstation/{repository} #{number}: {title}\n\n{text}\n"
    return plain, html, [("emblem", emblem(44, (74, 78, 156)))]


def letter(sender, address, subject, when, content, picture, extra=()):
    """A newsletter as bytes: text and HTML, its pictures inside."""
    plain, html, pictures = content
    key = f"{address}{subject}{when}"
    parts = [compose.text_part(html, "utf-8", "html")]
    for cid, data in pictures + ([("picture", picture)] if picture else []):
        parts.append(compose.file_part("image/png", f"{cid}.png", data, cid))
    related = compose.multipart("related", parts, key)
    body = compose.multipart("alternative", [compose.text_part(plain), related], key)
    headers = [("Date", compose.date(when)), ("From", compose.mailbox(sender, address)),
               ("To", "Mira Lindqvist <mira@example.org>"), ("Message-ID", compose.message_id(key)),
               ("Subject", compose.encoded_words(subject, "utf-8")), *extra]
    return compose.message(headers, body)


def all_letters(now):
    """Yields (folder, flags, time, bytes) of everything in here, the same for every call."""
    chance = random.Random(2026)
    day = 86400
    scenes = {name: seascape(name, 420, 170) for name in ("noon", "dusk", "harbour")}
    unsubscribe = ("List-Unsubscribe", "<https://letters.example/leave>")

    for week in range(36):
        when = now - week * 7 * day - 100
        number = 214 - week
        title = HARBOUR_TITLES[week % len(HARBOUR_TITLES)]
        start = week * 3 % len(HARBOUR_STORIES)
        stories = (HARBOUR_STORIES + HARBOUR_STORIES)[start:start + 3]
        flags = "" if week == 0 or chance.random() < 0.15 else "S"
        scene = scenes[("noon", "dusk", "harbour")[week % 3]]
        yield (None if week < 26 else "Archive", flags, when,
               letter("The Harbour Letter", "hello@harbour-letter.example", title, when,
                      harbour(number, title, stories), scene, [unsubscribe]))

    for month in range(14):
        when = now - month * 30 * day - 26 * 3600
        papers = chance.sample(JOURNAL_PAPERS, 5)
        yield (None, "S" if month else "", when,
               letter("Fieldnotes", "contents@fieldnotes.example", f"Fieldnotes {64 - month}: "
                      f"{papers[0][0]}", when, journal(64 - month, papers), None, [unsubscribe]))

    headlines = ["New, and made for horizontal rain", "Everything warm, a fifth off",
                 "Socks. We have to talk about socks", "The winter list is here",
                 "Mended for free until Friday", "Three things that float"]
    for number in range(18):
        when = now - number * 13 * day - 5 * 3600 - 600
        headline = headlines[number % len(headlines)]
        yield (None if number % 4 else "Junk", "" if chance.random() < 0.4 else "S", when,
               letter("Skua Outdoor", "news@skua-outdoor.example", headline, when,
                      shop(headline, chance.sample(SHOP_ITEMS, 4)), None, [unsubscribe]))

    for number in range(64):
        when = now - int((number ** 1.35) * 0.4 * day) - 4000 - chance.randrange(7000)
        repository, title, text = YARD_TITLES[number * 5 % len(YARD_TITLES)]
        event = YARD_EVENTS[number * 7 % len(YARD_EVENTS)]
        yield (None, "S" if number > 2 and chance.random() < 0.85 else "", when,
               letter("Codeyard", "notices@codeyard.example",
                      f"[station/{repository}] {title} (#{140 - number * 5 % len(YARD_TITLES)})",
                      when, yard(repository, title, text, event, 140 - number * 5 % 8), None))

    people = [("Birgit Aas", "birgit@birders.example"), ("Pieter de Wit", "pieter@birders.example"),
              ("Maeve Doyle", "maeve@birders.example"), ("Anselm Roth", "anselm@birders.example")]
    for number in range(22):
        subject, question, answer = LIST_TOPICS[number % len(LIST_TOPICS)]
        round_ = number // len(LIST_TOPICS)
        first, second = people[number % 4], people[(number + 1 + round_) % 4]
        when = now - int((3 + number * 8.5) * day) - chance.randrange(20000)
        root = compose.message_id(f"waders{number}")
        common = [("To", "Waders and Terns <waders@lists.example>"),
                  ("List-Id", "Waders and Terns <waders.lists.example>")]
        footer = "\n-- \nWaders and Terns, a list for people in hides\n"
        for index, (who, text) in enumerate(((first, question), (second, answer))):
            sent = when + index * (3600 + 900 * number)
            body = text + "\n\n" + who[0].split()[0] + "\n"
            if index:
                body += f"\n{first[0]} wrote:\n" + "".join(
                    f"> {line}\n" for line in wrap(question))
            headers = [("Date", compose.date(sent)), ("From", compose.mailbox(*who)), *common,
                       ("Message-ID", root if not index else compose.message_id(f"re{number}")),
                       ("Subject", ("Re: " if index else "") + f"[waders] {subject}")]
            if index:
                headers += [("In-Reply-To", root), ("References", root)]
            yield (None if number < 14 else "Archive", "S" if number > 1 else "", sent,
                   compose.message(headers, compose.text_part("\n".join(wrap(body)) + footer)))


def wrap(text, width=76):
    """TEXT in lines of at most WIDTH; lines that are quotes or short stay as they are."""
    lines = []
    for line in text.split("\n"):
        while len(line) > width and not line.startswith(">"):
            cut = line.rfind(" ", 0, width)
            if cut <= 0:
                break
            lines.append(line[:cut])
            line = line[cut + 1:]
        lines.append(line)
    return lines
