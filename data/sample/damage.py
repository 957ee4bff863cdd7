"""Breaks mail as years, bad programs and bad lines do. `DAMAGES` is what broken= in the story may name."""
import attachments
import mail_form

PICTURE_FIELDS = ["Content-Type: image/png; name=affiche.png", "Content-Transfer-Encoding: base64"]


def picture(message):
    """Returns the lines of an attached picture in base64."""
    return mail_form.base64_lines(attachments.make_file("affiche.png", message)[1])


def without_content(fields):
    """Returns the fields but for Content fields."""
    return [field for field in fields if not field.lower().startswith(b"content-")]


def content_of(fields):
    """Returns the Content fields as text, without line ends."""
    return [field.decode().strip() for field in fields if field.lower().startswith(b"content-")]


def without_boundary(message, fields, body):
    """A multipart whose Content-Type does not say what parts it."""
    parts = [(content_of(fields), body), (PICTURE_FIELDS, picture(message))]
    _, data = mail_form.multipart(message, "mixed", parts)
    return [*without_content(fields), b"Content-Type: multipart/mixed\r\n"], data


def truncated(_, fields, body):
    """The line went dead."""
    return fields, body[:len(body) * 3 // 5]


def bad_base64(message, fields, body):
    """An attachment with a line lost and another in its place; its end is missing, too."""
    lines = picture(message)
    damaged = lines[:500] + b"!!!*** ligne perdue ***\n" + lines[560:1203]
    extra, data = mail_form.multipart(message, "mixed", [(content_of(fields), body), (PICTURE_FIELDS, damaged)])
    return without_content(fields) + mail_form.field_bytes(extra), data[:data.rindex(b"\n--")] + b"\n"


def header_line(_, fields, body):
    """A line among the header fields that is none."""
    return [*fields[:2], b"ceci n'est pas un champ\r\n", *fields[2:]], body


def unknown_charset(message, fields, _):
    """A charset that nobody knows."""
    text = mail_form.visible_text(message, False).encode("iso-8859-1")
    return [*without_content(fields), b"Content-Type: text/plain; charset=x-catalogue\r\n"], text


def nested(message, fields, body):
    """A message in the message."""
    inner = (f"From: {mail_form.encoded_words('Comité du marché')} <programme@valnet.example>\n"
             f"Subject: {mail_form.encoded_words('Programme du marché de Noël')}\nMIME-Version: 1.0\n"
             "Content-Type: text/plain; charset=utf-8\n\nSamedi : chorale. Dimanche : huîtres.\n").encode()
    parts = [(content_of(fields), body), (["Content-Type: message/rfc822"], inner)]
    extra, data = mail_form.multipart(message, "mixed", parts)
    return without_content(fields) + mail_form.field_bytes(extra), data


def lacking(name):
    """Returns what takes a field away."""
    return lambda _, fields, body: ([field for field in fields if not field.startswith(name)], body)


DAMAGES = {
    "no-boundary": without_boundary, "truncated": truncated, "bad-base64": bad_base64,
    "header-line": header_line, "charset": unknown_charset, "nested": nested,
    "no-date": lacking(b"Date:"), "no-message-id": lacking(b"Message-ID:"),
}


def form(message):
    """Returns what mail_form.form does, damaged as the story says."""
    fields, body = mail_form.form(message)
    damage = DAMAGES.get(message.options.get("broken"))
    return damage(message, fields, body) if damage else (fields, body)
