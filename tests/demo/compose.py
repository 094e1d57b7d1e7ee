# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes letters as bytes. Kept apart from Python's email package where a letter must be wrong on
purpose (raw eight-bit headers), and so that the same arguments always give the same bytes."""
import base64
import binascii
import hashlib
import time
from email.header import Header

EIGHT_BIT = {"koi8-r"}
BASE64 = {"gb18030", "euc-kr", "windows-1256", "iso-8859-7", "windows-1251"}


def encoded_words(text, charset):
    """A header's text after RFC 2047, folded; plain where it is ASCII."""
    if text.isascii():
        return text
    return Header(text, charset, maxlinelen=72).encode()


def mailbox(name, address, charset="utf-8"):
    if not name:
        return address
    if name.isascii():
        return f'"{name}" <{address}>' if "," in name or "." in name else f"{name} <{address}>"
    return f"{encoded_words(name, charset)} <{address}>"


def date(when):
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))


def message_id(key):
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:20]}@mail.example.org>"


def text_part(text, charset="utf-8", subtype="plain"):
    """(headers, body) of a text part in the transfer encoding usual for its charset."""
    data = text.encode(charset)
    kind = f"Content-Type: text/{subtype}; charset={charset}\n"
    long_line = max((len(line) for line in data.split(b"\n")), default=0) > 900
    if charset == "iso-2022-jp" or (data.isascii() and not long_line):
        return kind + "Content-Transfer-Encoding: 7bit\n", data
    if charset in EIGHT_BIT:
        return kind + "Content-Transfer-Encoding: 8bit\n", data
    ascii_share = sum(byte < 128 for byte in data) / max(1, len(data))
    if charset in BASE64 or ascii_share < 0.6:
        return kind + "Content-Transfer-Encoding: base64\n", base64.encodebytes(data)
    return (kind + "Content-Transfer-Encoding: quoted-printable\n",
            binascii.b2a_qp(data, istext=True))


def file_part(kind, name, content, cid=None):
    """(headers, body) of a file; with CID it is a picture that an HTML part shows."""
    if name.isascii():
        parameter = f'filename="{name}"'
    else:
        quoted = "".join(f"%{b:02X}" for b in name.encode("utf-8"))
        parameter = f"filename*=UTF-8''{quoted}"
    headers = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
    if cid:
        headers += f"Content-ID: <{cid}>\nContent-Disposition: inline; {parameter}\n"
    else:
        headers += f"Content-Disposition: attachment; {parameter}\n"
    return headers, base64.encodebytes(content)


def multipart(subtype, parts, key, extra=""):
    """(headers, body) of a multipart; KEY makes its boundary."""
    boundary = "=_" + hashlib.sha256((subtype + key).encode()).hexdigest()[:24]
    body = b"".join(b"--%s\n%s\n%s\n" % (boundary.encode(), headers.encode(), content)
                    for headers, content in parts)
    return (f'Content-Type: multipart/{subtype}; boundary="{boundary}"{extra}\n',
            body + b"--%s--\n" % boundary.encode())


def message(headers, part):
    """The whole letter: HEADERS is a list of (name, value), PART what the functions above give."""
    lines = []
    for name, value in headers:
        raw = value if isinstance(value, bytes) else value.encode("utf-8")
        lines.append(name.encode() + b": " + raw + b"\n")
    return b"".join(lines) + b"MIME-Version: 1.0\n" + part[0].encode() + b"\n" + part[1]


def html_escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
