"""Makes the bytes of one message from its place in the plan."""
import base64
import binascii
import datetime
import html
import quopri

import dkim_signer
from mail_text import wrapped

# Attachments are cut from one block of random bytes that is encoded once: 57 bytes are a line of base64.
LINE = 57
ENCODED_LINE = 77
BLOCK_LINES = 36_000_000 // LINE

# Suffix -> (declared type, first bytes).
FILE_TYPES = {
    ".pdf": ("application/pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04\x14\x00\x06\x00"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"),
    ".zip": ("application/zip", b"PK\x03\x04\x14\x00\x00\x00"),
}
FILE_WEIGHTS = (45, 20, 25, 10)

# Charset, transfer encoding, weight.
ENCODINGS = [("utf-8", "8bit", 35), ("utf-8", "quoted-printable", 28), ("iso-8859-15", "quoted-printable", 17),
             ("utf-8", "base64", 12), ("windows-1252", "8bit", 8)]
CANONS = [("relaxed", "relaxed", 55), ("relaxed", "simple", 20), ("simple", "simple", 15), ("simple", "relaxed", 10)]

SIGNED_NAMES = ["From", "Subject", "Date", "To", "Message-ID", "MIME-Version", "Content-Type"]
WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
FOOTER = b"\n_______________________________________________\nDiscussion mailing list\nhttp://lists.example/discussion\n"
RECENT = 300         # messages that a reply may answer
REFERENCES_MAX = 12


def rfc5322_date(seconds, zone):
    """Returns a Date; `zone` is in hours east of UTC."""
    t = datetime.datetime.fromtimestamp(seconds + zone * 3600, datetime.timezone.utc)
    sign = "-" if zone < 0 else "+"
    return (f"{WEEKDAYS[t.weekday()]}, {t.day} {MONTHS[t.month - 1]} {t.year} {t:%H:%M:%S} {sign}{abs(zone):02}00")


def encoded_words(text):
    """Returns a header text, in encoded words of RFC 2047 where it is not ASCII."""
    if text.isascii():
        return text
    words = []
    start = 0
    while start < len(text):
        piece = text[start:start + 22]
        words.append(f"=?utf-8?B?{base64.b64encode(piece.encode()).decode()}?=")
        start += 22
    return "\r\n ".join(words)


def mailbox(name, address):
    """Returns a name and an address as one mailbox."""
    if name.isascii():
        return f'"{name}" <{address}>' if "." in name or "," in name else f"{name} <{address}>"
    return f"{encoded_words(name)} <{address}>"


class AttachmentBlock:
    """Random bytes in base64, to be cut anywhere at a line's start."""

    def __init__(self, rng):
        raw = rng.randbytes(BLOCK_LINES * LINE)
        encoded = binascii.b2a_base64(raw, newline=False)
        width = ENCODED_LINE - 1
        self.encoded = b"\n".join([encoded[i:i + width] for i in range(0, len(encoded), width)]) + b"\n"

    def cut(self, rng, size, first_bytes):
        """Returns base64 lines of `size` bytes that begin with `first_bytes`; no two are the same."""
        head = (first_bytes + rng.randbytes(LINE))[:min(LINE, size)]
        lines, rest = divmod(size - len(head), LINE)
        start = int(rng.random() * (BLOCK_LINES - lines)) * ENCODED_LINE
        pieces = [binascii.b2a_base64(head), self.encoded[start:start + lines * ENCODED_LINE]]
        if rest:
            pieces.append(binascii.b2a_base64(rng.randbytes(rest)))
        return b"".join(pieces)


class Body:
    """A body with LF line ends; `text_start` is where the visible text begins, `encoding` its transfer encoding."""

    def __init__(self, fields, data, text_start, encoding):
        self.fields = fields
        self.data = data
        self.text_start = text_start
        self.encoding = encoding


class Builder:
    """Makes the messages of one mail box, in the order of time."""

    def __init__(self, rng, world, texts, block):
        self.rng = rng
        self.world = world
        self.texts = texts
        self.block = block
        self.recent = []
        self.twin = None  # header fields and body that the next message repeats

    def weighted(self, rows):
        """Returns one of `rows`, whose last column is a weight, without it."""
        return self.rng.choices(rows, weights=[row[-1] for row in rows])[0][:-1]

    # --- body ---

    def text_part(self, text, subtype="plain"):
        """Returns (Content fields, bytes, transfer encoding) of a text part."""
        charset, encoding = self.weighted(ENCODINGS)
        if text.isascii() and self.rng.random() < 0.5:
            charset, encoding = "us-ascii", "7bit"
        data = text.encode(charset)
        if encoding == "quoted-printable":
            data = quopri.encodestring(data)
        elif encoding == "base64":
            encoded = base64.b64encode(data)
            data = b"".join(encoded[i:i + 76] + b"\n" for i in range(0, len(encoded), 76))
        fields = [f"Content-Type: text/{subtype}; charset={charset}", f"Content-Transfer-Encoding: {encoding}"]
        return fields, data, encoding

    def plain_text(self, text):
        """Returns (visible text with LF, its paragraphs)."""
        rng = self.rng
        paragraphs = text.paragraphs(rng, int(rng.lognormvariate(5.0, 0.9)))
        lines = [wrapped(paragraph) for paragraph in paragraphs]
        draw = rng.random()
        if draw < 0.04:
            lines.append(wrapped("From " + paragraphs[0]))
        elif draw < 0.06:
            lines.append(">From " + paragraphs[0][:50] + "\n>>From " + paragraphs[0][:40])
        elif draw < 0.3:
            lines.append("> " + wrapped(text.sentence(rng)).replace("\n", "\n> "))
        if rng.random() < 0.4:
            lines.append("-- \n" + text.title(rng))
        return "\n\n".join(lines) + "\n" * rng.choices((1, 2, 3), weights=(80, 15, 5))[0], paragraphs

    def html_text(self, paragraphs, title):
        """Returns the same text as HTML."""
        inner = "\n".join(f'<p class="MsoNormal">{wrapped(html.escape(paragraph, quote=False))}</p>' for paragraph in paragraphs)
        return (f"<html>\n<head><title>{html.escape(title)}</title>\n<style>p.MsoNormal {{ margin: 0; }}</style></head>\n"
                f"<body>\n{inner}\n</body>\n</html>\n")

    def attachment_part(self, text, size):
        """Returns (Content fields, bytes) of a file."""
        rng = self.rng
        suffix = rng.choices(list(FILE_TYPES), weights=FILE_WEIGHTS)[0]
        declared, first_bytes = FILE_TYPES[suffix]
        name = "-".join(text.take(rng, 1 + int(rng.random() * 3))).replace("'", "") + f" {rng.randint(1, 9999)}{suffix}"
        name = name if rng.random() < 0.3 else name.replace(" ", "_")
        if name.isascii():
            parameter = f'filename="{name}"'
            type_name = f'; name="{name}"'
        elif rng.random() < 0.6:
            encoded = "".join(c if c.isascii() and c.isalnum() or c in "-._" else "".join(f"%{b:02X}" for b in c.encode()) for c in name)
            parameter, type_name = f"filename*=utf-8''{encoded}", ""
        else:
            word = f"=?utf-8?B?{base64.b64encode(name.encode()).decode()}?="
            parameter, type_name = f'filename="{word}"', f'; name="{word}"'
        disposition = "inline" if suffix == ".jpg" and rng.random() < 0.2 else "attachment"
        fields = [f"Content-Type: {declared}{type_name}", f"Content-Disposition: {disposition}; {parameter}",
                  "Content-Transfer-Encoding: base64"]
        return fields, self.block.cut(rng, size, first_bytes)

    def multipart(self, subtype, parts):
        """Returns (Content fields, bytes) that hold `parts`."""
        boundary = f"=_{self.rng.getrandbits(80):020x}"
        pieces = []
        for fields, data in parts:
            pieces += [f"--{boundary}\n".encode(), "\n".join(fields).encode(), b"\n\n", data, b"\n"]
        pieces.append(f"--{boundary}--\n".encode())
        return [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], b"".join(pieces)

    def body(self, slot, text, title):
        """Returns the Body of a message."""
        if slot.kind == "unsigned" and not slot.attachments and self.rng.random() < 0.002:
            return Body(["Content-Type: text/plain"], b"", 0, "7bit")
        plain, paragraphs = self.plain_text(text)
        fields, data, encoding = self.text_part(plain)
        first = data
        if self.rng.random() < 0.45:
            html_part = self.text_part(self.html_text(paragraphs, title), "html")[:2]
            fields, data = self.multipart("alternative", [(fields, data), html_part])
        if slot.attachments:
            files = [self.attachment_part(text, size) for size in slot.attachments]
            fields, data = self.multipart("mixed", [(fields, data), *files])
        return Body(fields, data, data.find(first), encoding)

    # --- header ---

    def thread(self, text, message_id):
        """Returns (subject, fields) and remembers the message for later replies."""
        rng = self.rng
        if self.recent and rng.random() < 0.45:
            parent, references, subject = rng.choice(self.recent)
            references = (references + [parent])[-REFERENCES_MAX:]
            subject = subject if subject.startswith("Re: ") else "Re: " + subject
            fields = [f"In-Reply-To: {parent}", "References: " + "\r\n ".join(references)]
        else:
            subject, references, fields = text.title(rng), [], []
        self.recent.append((message_id, references, subject))
        if len(self.recent) > RECENT:
            del self.recent[:RECENT // 2]
        return subject, fields

    def recipients(self):
        """Returns To and perhaps Cc."""
        rng = self.rng
        people = self.world.own_senders if rng.random() < 0.6 else self.world.other_senders
        to = [rng.choice(people) for _ in range(1 + int(rng.random() ** 4 * 5))]
        fields = ["To: " + ",\r\n\t".join(mailbox(person.name, person.address) for person in to)]
        if rng.random() < 0.2:
            fields.append("Cc: " + ", ".join(rng.choice(people).address for _ in range(1 + int(rng.random() * 3))))
        return fields

    def received(self, slot, domain):
        """Returns a Received field."""
        host = f"mx{int(self.rng.random() * 9)}.{domain}"
        return (f"Received: from {host} ({host} [192.0.2.{int(self.rng.random() * 256)}])\r\n\tby mail.recipient.example with "
                f"ESMTP id {self.rng.getrandbits(48):012x};\r\n\t{rfc5322_date(slot.date + 2, 0)}").encode() + b"\r\n"

    def header(self, slot, text):
        """Returns (fields without Content fields, subject)."""
        rng = self.rng
        host = slot.sender.domain
        message_id = f"<{slot.date:x}.{slot.number}.{rng.getrandbits(32):08x}@{host}>"
        subject, thread_fields = self.thread(text, message_id)
        zone = rng.choices((0, 1, 2, -5, -8, 9), weights=(15, 40, 30, 8, 4, 3))[0]
        fields = [f"From: {mailbox(slot.sender.name, slot.sender.address)}", *self.recipients(),
                  f"Subject: {encoded_words(subject)}", f"Date: {rfc5322_date(slot.date, zone)}",
                  f"Message-ID: {message_id}", *thread_fields, "MIME-Version: 1.0"]
        if rng.random() < 0.5:
            fields.append(f"X-Mailer:  Courrier {rng.randint(1, 12)}.{rng.randint(0, 9)}")
        return fields, subject

    # --- signatures ---

    def signature(self, slot, fields, body, signing_key, names=None, length=None):
        """Returns a DKIM-Signature of the whole."""
        rng = self.rng
        key = signing_key.key
        header_canon, body_canon = self.weighted(CANONS)
        hash_name = "sha1" if key.kind == "rsa" and rng.random() < 0.18 else "sha256"
        names = list(names or SIGNED_NAMES)
        if rng.random() < 0.15:
            names += ["From"]  # oversigned: no second From may be added
        if rng.random() < 0.4:
            names = [name.lower() for name in names]
        time = slot.date + 1 if rng.random() < 0.7 else None
        expires = slot.date + 7 * 86_400 if time and rng.random() < 0.2 else None
        identity = "@" + signing_key.domain if rng.random() < 0.2 else None
        return dkim_signer.sign(fields, body, key, signing_key.domain, signing_key.selector, names, hash_name=hash_name,
                                header_canon=header_canon, body_canon=body_canon, length=length, time=time,
                                expires=expires, identity=identity)

    def malformed(self, good):
        """Returns a signature that cannot be used, from one that can."""
        rng = self.rng
        return rng.choice([
            lambda: good.replace(b" v=1;", b" v=2;", 1),
            lambda: good.replace(b" d=", b" dd=", 1),
            lambda: good.replace(b"bh=", b"hb=", 1),
            lambda: good.replace(b"From:", b"X-From:").replace(b":From;", b";").replace(b"from:", b"x-from:").replace(b":from;", b";"),
            lambda: good.replace(b" a=rsa-sha", b" a=rsa-md", 1).replace(b" a=ed25519-sha", b" a=dsa-sha", 1),
        ])()

    def third_party_key(self):
        """Returns the key of a mailing list or a mailer."""
        return self.rng.choice(self.world.keys[self.rng.choice(self.world.third_party)])

    def tamper_header(self, fields):
        """Returns the fields with a changed Subject or To."""
        name = self.rng.choice([b"Subject:", b"To:"])
        changed = b" (URGENT)\r\n" if name == b"Subject:" else b", eve@intruder.example\r\n"
        return [field[:-2] + changed if field.startswith(name) else field for field in fields]

    def tamper_body(self, body):
        """Returns the data of a Body with a word more."""
        if self.rng.random() < 0.4:
            return body.data + FOOTER
        word = b"TkIg" if body.encoding == "base64" else b"NB "
        return body.data[:body.text_start] + word + body.data[body.text_start:]

    def signed(self, slot, fields, body):
        """Returns (header fields with signatures, body data with LF), tampered with as the kind says."""
        domain = slot.sender.signing_domain
        data = body.data
        crlf = data.replace(b"\n", b"\r\n") if slot.kind != "unsigned" else b""
        sign = self.signature
        rng = self.rng
        if slot.kind == "unsigned":
            return fields, data
        if slot.kind.startswith("third-party"):
            return self.third_party(slot, fields, crlf), data
        if slot.kind == "lost-key":
            place = int(rng.random() * 2)
            key = type(self.world.published[0])(("lost1", "lost2")[place], domain, self.world.lost[place])
            return [sign(slot, fields, crlf, key), *fields], data
        if slot.kind == "limited-length":
            key = rng.choice(self.world.keys[domain])
            return [sign(slot, fields, crlf, key, length=len(crlf)), *fields], data + FOOTER
        if slot.kind == "limited-subject":
            names = [name for name in SIGNED_NAMES if name != "Subject"]
            return [sign(slot, fields, crlf, rng.choice(self.world.keys[domain]), names), *fields], data
        if slot.kind == "limited-weak-key":
            return [sign(slot, fields, crlf, self.world.weak_keys[domain]), *fields], data
        if slot.kind == "limited-test-key":
            return [sign(slot, fields, crlf, self.world.test_keys[domain]), *fields], data
        signature = sign(slot, fields, crlf, rng.choice(self.world.keys[domain]))
        if slot.kind == "malformed":
            return [self.malformed(signature), *fields], data
        if slot.kind == "tampered-header":
            return [signature, *self.tamper_header(fields)], data
        if slot.kind == "tampered-body":
            return [signature, *fields], self.tamper_body(body)
        if rng.random() < 0.12:  # verified, and a mailer signed too
            signature = sign(slot, fields, crlf, self.third_party_key()) + signature
        return [signature, *fields], data

    def third_party(self, slot, fields, crlf):
        """Returns the fields signed by a list, over an author's signature that the list broke in some of them."""
        broken = []
        if slot.kind == "third-party-over-broken":
            broken = [self.signature(slot, fields, crlf, self.rng.choice(self.world.keys[slot.sender.signing_domain]))]
            fields = [field[:-2] + b" [list]\r\n" if field.startswith(b"Subject:") else field for field in fields]
        list_id = b"List-Id: <discussion.lists.example>\r\n"
        return [self.signature(slot, fields, crlf, self.third_party_key()), list_id, *broken, *fields]

    # --- the whole ---

    def message(self, slot):
        """Returns (bytes with LF line ends, Message-ID)."""
        rng = self.rng
        text = self.texts[0 if rng.random() < 0.5 else 1]
        if slot.is_twin:
            fields, body, message_id, result = self.twin
        else:
            lines, subject = self.header(slot, text)
            body = self.body(slot, text, subject)
            message_id = next(line for line in lines if line.startswith("Message-ID: "))[13:-1]
            fields = [line.replace("\n ", "\n\t").encode() + b"\r\n" for line in lines + body.fields]
            result = None
        if slot.is_twin and slot.kind == "tampered-body":
            signed, data = result[0], body.data + FOOTER
        elif slot.is_twin:
            signed, data = result
        else:
            result = signed, data = self.signed(slot, fields, body)
        trace = [self.received(slot, slot.sender.domain) for _ in range(1 + int(rng.random() * 2) + slot.is_twin)]
        self.twin = (fields, body, message_id, result) if slot.has_twin else None
        header = b"".join(trace + signed).replace(b"\r\n", b"\n")
        return header + b"\n" + data, message_id
