# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files for the sample letters, drawn and written here so that none has to be kept."""
import functools
import io
import math
import random
import struct
import zipfile
import zlib


def png(width, height, pixel):
    """A PNG of which pixel(x, y) gives the (red, green, blue) of each point, 0 to 255."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(max(0, min(255, int(v))) for v in pixel(x, y))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
            chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


def blend(a, b, share):
    return tuple(p + (q - p) * share for p, q in zip(a, b))


PALETTES = {
    # sky above, sky at the horizon, sun, water near, water far
    "harbour": ((44, 62, 112), (250, 176, 120), (255, 236, 190), (24, 44, 72), (220, 150, 116)),
    "storm": ((70, 80, 92), (150, 160, 166), (176, 184, 188), (46, 62, 68), (120, 136, 140)),
    "noon": ((60, 130, 200), (196, 224, 240), (255, 255, 236), (20, 84, 120), (120, 176, 200)),
    "dusk": ((30, 30, 66), (196, 96, 104), (255, 196, 140), (22, 22, 50), (150, 84, 104)),
}


@functools.lru_cache(maxsize=None)
def seascape(name, width=420, height=240):
    """Sky, a sun above the horizon, its way on the water, and a hill on the left."""
    sky, haze, sun, near, far = PALETTES[name]
    horizon = int(height * 0.58)
    sun_x, sun_y, radius = width * 0.64, height * 0.42, height * 0.075

    def pixel(x, y):
        if y < horizon:
            colour = blend(sky, haze, (y / horizon) ** 1.7)
            distance = math.hypot(x - sun_x, y - sun_y)
            glow = max(0.0, 1 - distance / (height * 0.55)) ** 2
            colour = blend(colour, sun, 0.6 * glow)
            if distance < radius:
                colour = blend(sun, (255, 255, 255), 0.35)
            hill = horizon - 46 * math.exp(-((x - width * 0.16) / (width * 0.13)) ** 2)
            if y > hill:
                colour = blend(near, haze, 0.22)
            return colour
        depth = (y - horizon) / (height - horizon)
        colour = blend(far, near, depth ** 0.6)
        wave = math.sin(x / (5 + 22 * depth) + 9 * math.sin(y / 3.1) + y * 1.3)
        colour = blend(colour, haze, 0.10 * max(0, wave))
        spread = 8 + 70 * depth
        path = math.exp(-((x - sun_x + 6 * math.sin(y * 0.9)) / spread) ** 2)
        return blend(colour, sun, 0.55 * path * (0.35 + 0.65 * (wave > 0.1)))

    return png(width, height, pixel)


@functools.lru_cache(maxsize=None)
def emblem(size, colour):
    """A round mark with a wing in it, for the head of a newsletter."""
    half = size / 2

    def pixel(x, y):
        dx, dy = (x - half + .5) / half, (y - half + .5) / half
        if dx * dx + dy * dy > 1:
            return 255, 255, 255
        wing = abs(dy + 0.15 - 0.5 * abs(dx)) < 0.13 * (1 - abs(dx)) + 0.02 and abs(dx) < 0.8
        return (255, 255, 255) if wing else colour

    return png(size, size, pixel)


def pdf(title, lines):
    """One A4 page with a headline and lines of plain text."""
    def escape(text):
        text = text.encode("cp1252", "replace").decode("cp1252")
        return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")

    content = [f"BT /F2 18 Tf 60 770 Td ({escape(title)}) Tj ET"]
    for number, line in enumerate(lines):
        content.append(f"BT /F1 11 Tf 60 {735 - 17 * number} Td ({escape(line)}) Tj ET")
    stream = "\n".join(content).encode("cp1252")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += (b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(objects) + 1, start))
    return bytes(out)


def archive(files):
    """A zip file of (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files:
            file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def spreadsheet(rows):
    """An OpenDocument spreadsheet with one sheet."""
    def cell(value):
        if isinstance(value, (int, float)):
            return (f'<table:table-cell office:value-type="float" office:value="{value}">'
                    f"<text:p>{value}</text:p></table:table-cell>")
        return (f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
                "</table:table-cell>")

    names = "urn:oasis:names:tc:opendocument:xmlns:"
    body = "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>"
                   for row in rows)
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content '
               f'xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0" '
               f'xmlns:text="{names}text:1.0" office:version="1.2"><office:body>'
               f'<office:spreadsheet><table:table table:name="Counts">{body}</table:table>'
               "</office:spreadsheet></office:body></office:document-content>")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
                f'xmlns:manifest="{names}manifest:1.0" manifest:version="1.2">'
                f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" '
                'manifest:media-type="text/xml"/></manifest:manifest>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        day = (2026, 1, 1, 0, 0, 0)
        file.writestr(zipfile.ZipInfo("mimetype", day), kind)
        for name, text in (("content.xml", content), ("META-INF/manifest.xml", manifest)):
            file.writestr(zipfile.ZipInfo(name, day), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def calendar(summary, start):
    """One appointment of an hour, START a struct_time in UTC."""
    begin = "%04d%02d%02dT%02d0000Z" % start[:4]
    end = "%04d%02d%02dT%02d0000Z" % (*start[:3], (start[3] + 1) % 24)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tern//Sample mailbox//EN",
             "BEGIN:VEVENT", f"UID:{zlib.crc32(summary.encode()):08x}@example.org",
             f"DTSTAMP:{begin}", f"DTSTART:{begin}", f"DTEND:{end}", f"SUMMARY:{summary}",
             "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def attachment(kind, name, subject, start):
    """(media type, content) of a sample file; START is a struct_time for appointments."""
    shuffle = random.Random(name)
    if kind == "pdf":
        lines = [subject, "", "This page belongs to the sample mailbox of Tern.", ""]
        lines += [f"{shuffle.randrange(1, 29)}.{shuffle.randrange(1, 12)}.   position {n}   "
                  f"{shuffle.randrange(100, 90000) / 100:.2f}" for n in range(1, 9)]
        return "application/pdf", pdf(name.rsplit(".", 1)[0], lines)
    if kind == "ods":
        rows = [["Place", "Mon", "Tue", "Wed", "Thu", "Fri"]]
        rows += [[place] + [shuffle.randrange(120, 900) for _ in range(5)]
                 for place in ("North hide", "Sandbar", "Pier", "Salt marsh", "Lagoon")]
        return "application/vnd.oasis.opendocument.spreadsheet", spreadsheet(rows)
    if kind == "zip":
        return "application/zip", archive([("README.txt", b"Copy logger.uf2 onto the drive.\n"),
                                           ("logger.uf2", shuffle.randbytes(24000))])
    if kind == "ics":
        return "text/calendar", calendar(subject, start)
    if kind == "png":
        return "image/png", seascape("noon")
    raise ValueError(f"no sample attachment of the kind {kind}")
