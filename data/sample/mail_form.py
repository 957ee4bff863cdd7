"""Gives a message of the story its form: header fields, text parts, attachments.

Nothing is signed or damaged here; signing.py and damage.py do that.
"""
import base64
import datetime
import email.utils
import hashlib
import html
import quopri
import string
import textwrap
import urllib.parse

import attachments

# Mail program -> (X-Mailer, charset, transfer encoding, is there an HTML part).
PROGRAMS = {
    "flowed": ("Pigeon 24.2", "utf-8", "8bit", False),
    "plain": ("Pigeon 24.2", "utf-8", "8bit", False),
    "outlook": ("Vantail Office 12.0", "windows-1252", "quoted-printable", True),
    "quoted": ("Courrier Facile 3.1", "utf-8", "quoted-printable", False),
    "apple": ("Verger Mail (2.1084)", "utf-8", "quoted-printable", True),
    "webmail": ("", "utf-8", "base64", False),
    "latin": ("Messager 6.00", "iso-8859-1", "8bit", False),
    "raw8": ("Messager 4.5", "iso-8859-1", "8bit", False),
    "html": ("Publipostage 5", "utf-8", "quoted-printable", None),  # nothing but HTML
}
ENGLISH = ("hartwell-partners.example", "kingsmere-council.example")
WIDTH = 72
ALPHANUMERIC = (string.ascii_letters + string.digits).encode()


def encoded_words(text, charset="utf-8"):
    """Returns `text` with encoded words of RFC 2047 where it is not ASCII: Q for one-byte charsets, else B."""
    if text.isascii():
        return text
    words = []
    for start in range(0, len(text), 20):
        data = text[start:start + 20].encode(charset)
        if charset == "utf-8":
            words.append(f"=?utf-8?B?{base64.b64encode(data).decode()}?=")
        else:
            safe = "".join(chr(byte) if byte in ALPHANUMERIC else f"={byte:02X}" for byte in data)
            words.append(f"=?{charset}?Q?{safe}?=".replace("=20", "_"))
    return "\n ".join(words)


def charset_of(message):
    """Returns the charset of the sender's program, or UTF-8 where that lacks a character."""
    _, charset, _, _ = PROGRAMS[program_of(message)]
    try:
        (message.text + message.subject + message.sender.signature).encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return charset


def program_of(message):
    """Returns the key of the mail program."""
    return message.options.get("style", message.sender.program)


# --- text ---

def paragraphs_of(text):
    """Yields (is verbatim, text) for each paragraph."""
    for paragraph in text.split("\n\n"):
        lines = paragraph.split("\n")
        if lines[0].startswith("| "):
            yield True, "\n".join(line[2:] for line in lines)
        else:
            yield False, " ".join(lines)


def filled(text, flowed):
    """Returns the text in lines of WIDTH; with `flowed` a line that goes on ends with a space (RFC 3676)."""
    paragraphs = []
    for verbatim, paragraph in paragraphs_of(text):
        if not verbatim:
            lines = textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
            paragraph = (" \n" if flowed else "\n").join(lines)
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)


def quoted_answer(message):
    """Returns what a reply shows of the message that it answers."""
    parent = message.parent
    if message.domain in ENGLISH:
        line = f"On {parent.local.day} {parent.local:%b %Y} at {parent.local:%H:%M}, {parent.sender.name} wrote:"
    else:
        line = f"Le {parent.local:%d/%m/%Y} à {parent.local:%H:%M}, {parent.sender.name} a écrit :"
    quoted = "\n".join(("> " + text_line).rstrip() for text_line in filled(parent.text, False).split("\n"))
    return f"{line}\n{quoted}"


def visible_text(message, flowed):
    """Returns text, signature and quotation."""
    pieces = [filled(message.text, flowed)]
    if message.sender.signature:
        pieces.append("-- \n" + message.sender.signature.replace(" / ", "\n"))
    if message.parent is not None and "noquote" not in message.options:
        pieces.insert(1, quoted_answer(message))
    return "\n\n".join(pieces) + "\n"


def html_text(message):
    """Returns the text as a small HTML page."""
    inner = "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for _, paragraph in paragraphs_of(message.text))
    signature = html.escape(message.sender.signature, quote=False).replace(" / ", "<br>")
    return (f"<html><head><title>{html.escape(message.subject)}</title>\n"
            "<style>p { margin: 0 0 1em }</style></head>\n"
            f"<body>\n{inner}\n<p class=\"sig\">{signature}</p>\n</body></html>\n")


# --- parts ---

def base64_lines(data):
    """Returns base64 in lines of 76."""
    encoded = base64.b64encode(data)
    return b"".join(encoded[start:start + 76] + b"\n" for start in range(0, len(encoded), 76))


def text_part(text, subtype, charset, encoding, parameters=""):
    """Returns (Content fields, bytes)."""
    if text.isascii() and encoding == "8bit":
        charset, encoding = "us-ascii", "7bit"
    data = text.encode(charset)
    if encoding == "quoted-printable":
        data = quopri.encodestring(data)
    elif encoding == "base64":
        data = base64_lines(data)
    return [f"Content-Type: text/{subtype}; charset={charset}{parameters}",
            f"Content-Transfer-Encoding: {encoding}"], data


def file_name_parameter(name, program):
    """Returns filename= as different programs write it: RFC 2231, whole or in pieces, or an encoded word."""
    if name.isascii():
        return f'filename="{name}"'
    if program in ("latin", "outlook"):
        charset = "iso-8859-1" if program == "latin" else "utf-8"
        return f'filename="{encoded_words(name, charset)}"'
    encoded = urllib.parse.quote(name, safe="")
    if program == "quoted":
        middle = len(encoded) - 14
        return f"\n\tfilename*0*=utf-8''{encoded[:middle]};\n\tfilename*1={encoded[middle:]}".replace("*1=", "*1*=")
    return f"filename*=utf-8''{encoded}"


def file_part(name, message):
    """Returns (Content fields, bytes) of an attached file."""
    kind, data = attachments.make_file(name, message)
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return [f"Content-Type: {kind}{charset}",
            f"Content-Disposition: attachment; {file_name_parameter(name, program_of(message))}",
            "Content-Transfer-Encoding: base64"], base64_lines(data)


def multipart(message, subtype, parts):
    """Returns (Content fields, bytes) that hold `parts`."""
    boundary = f"----=_{subtype}_" + hashlib.sha256(message.message_id.encode()).hexdigest()[:16]
    pieces = []
    for fields, data in parts:
        pieces.append(f"--{boundary}\n".encode() + "\n".join(fields).encode() + b"\n\n" + data)
    body = b"\n".join(pieces) + f"\n--{boundary}--\n".encode()
    return [f'Content-Type: multipart/{subtype};\n\tboundary="{boundary}"'], body


def content(message):
    """Returns (Content fields, body with LF line ends)."""
    program = program_of(message)
    _, _, encoding, with_html = PROGRAMS[program]
    charset = charset_of(message)
    flowed = "; format=flowed" if program == "flowed" else ""
    if with_html is None:
        fields, body = text_part(html_text(message), "html", charset, encoding)
    else:
        fields, body = text_part(visible_text(message, bool(flowed)), "plain", charset, encoding, flowed)
    if with_html:
        html_part = text_part(html_text(message), "html", charset, encoding)
        fields, body = multipart(message, "alternative", [(fields, body), html_part])
    names = [name for name in message.options.get("files", "").split(",") if name]
    if names:
        files = [file_part(name, message) for name in names]
        fields, body = multipart(message, "mixed", [(fields, body), *files])
    return fields, body


# --- header ---

def header(message):
    """Returns the fields but for Content fields, folded with LF."""
    program = program_of(message)
    charset = charset_of(message)
    if program == "raw8":
        charset = "raw"

    def coded(name):
        return name if charset == "raw" else encoded_words(name, charset)

    author = f"{coded(message.sender.name)} <{message.address}>"
    if message.options.get("kind") == "multiple-from":
        author += ", Service communication <communication@mairie-valmont.example>"
    fields = [f"From: {author}"]
    for label, people in (("To", message.to), ("Cc", message.cc)):
        if people:
            mailboxes = (f"{coded(person.name)} <{person.address}>" for person in people)
            fields.append(f"{label}: " + ",\n\t".join(mailboxes))
    fields += [f"Subject: {coded(message.subject)}", f"Date: {email.utils.format_datetime(message.date)}",
               f"Message-ID: <{message.message_id}>"]
    fields += thread_fields(message)
    mailer = PROGRAMS[program][0]
    return fields + (["MIME-Version: 1.0"] + ([f"X-Mailer: {mailer}"] if mailer else []))


def thread_fields(message):
    """Returns In-Reply-To and References."""
    ancestors = []
    parent = message.parent
    while parent is not None:
        ancestors.insert(0, f"<{parent.message_id}>")
        parent = parent.parent
    return [f"In-Reply-To: {ancestors[-1]}", "References: " + "\n ".join(ancestors)] if ancestors else []


def received(message, host, seconds):
    """Returns a Received field: `host` has it from the sender's server, `seconds` after it was sent."""
    digest = hashlib.sha256((message.message_id + host).encode()).hexdigest()
    moment = email.utils.format_datetime(message.date + datetime.timedelta(seconds=seconds))
    sender = f"mail.{message.domain}"
    return field_bytes([f"Received: from {sender} ({sender} [192.0.2.{int(digest[:2], 16)}])\n\tby {host} with ESMTP"
                        f" id {digest[:12]};\n\t{moment}"])[0]


def field_bytes(fields, charset="utf-8"):
    """Returns fields that are folded with LF as bytes, all their lines with CRLF."""
    return [field.replace("\n", "\r\n").encode(charset) + b"\r\n" for field in fields]


def form(message):
    """Returns (header fields as bytes that end with CRLF, body with LF line ends)."""
    content_fields, body = content(message)
    charset = "iso-8859-1" if program_of(message) == "raw8" else "utf-8"
    return field_bytes(header(message) + content_fields, charset), body
