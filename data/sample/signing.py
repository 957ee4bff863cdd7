"""Who signs mail, from when and how; and what became of the mail afterwards.

The signer is the benchmark's (tests/bench/dkim_signer.py). `KINDS` is the truth about each kind of message.
"""
import base64
import collections
import email.utils
import functools
import os
import sys

import damage
import mail_form

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "bench"))
import dkim_signer  # noqa: E402  (found through the line above)

# Kind of message -> (result, level) that a correct index gives it.
KINDS = {
    "verified": ("pass", "verified"),
    "verified-sha1": ("pass", "verified"),
    "verified-ed25519": ("pass", "verified"),
    "whole-length": ("pass", "verified"),        # l= is there and covers the whole body
    "expired": ("pass", "verified"),             # x= had passed when the mail arrived
    "twin-resent": ("pass", "verified"),         # a second copy, by another way
    "limited-length": ("pass", "limited"),       # text was appended beyond l=
    "limited-weak-key": ("pass", "limited"),
    "limited-test-key": ("pass", "limited"),
    "limited-subject": ("pass", "limited"),      # h= without Subject
    "limited-date": ("pass", "limited"),         # h= without Date
    "limited-shared-key": ("pass", "limited"),   # the key is known under another name
    "limited-leaked-key": ("pass", "limited"),
    "added-header": ("pass", "limited"),         # a second Subject above the signed one
    "multiple-from": ("pass", "limited"),
    "third-party": ("pass", "none"),             # a list or a mailer signs
    "third-party-over-broken": ("pass", "none"),  # and had broken the author's signature
    "recovered-key": ("pass", "none"),           # the key was computed from signatures
    "lost-key": ("nokey", "none"),
    "lost-key-altered": ("fail", "none"),        # no key, but the body is not the one that was signed
    "tampered-body": ("fail", "none"),
    "tampered-header": ("fail", "none"),
    "twin-tampered": ("fail", "none"),
    "footer-broken": ("fail", "none"),           # a list's footer
    "forged-signature": ("fail", "none"),        # copied from another mail
    "revoked-key": ("error", "none"),
    "malformed": ("error", "none"),
    "unsigned": ("none", "none"),
    "forged": ("none", "none"),                  # a domain that looks like another
}

NAMES = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]

# `known` is what keys.tsv has of the key: "" nothing, "record", or a note for its last column.
Signer = collections.namedtuple("Signer", "domain since until selector key kind hash_name canon known flags",
                                defaults=("sha256", "relaxed/relaxed", "record", ""))
SIGNERS = [
    Signer("mairie-valmont.example", "2011-06-01", "2014-01-05", "mail2011", "mairie-2011", "verified-sha1", "sha1"),
    Signer("mairie-valmont.example", "2014-01-06", "2018-12-31", "val2014", "mairie-2014", "verified"),
    Signer("hartwell-partners.example", "2009-11-01", "2012-07-31", "hp", "hartwell-2009", "verified",
           canon="simple/simple"),
    Signer("hartwell-partners.example", "2012-08-01", "2017-06-18", "hp2012", "hartwell-2012", "verified",
           canon="relaxed/simple"),
    Signer("hartwell-partners.example", "2017-06-19", "2018-12-31", "hp2017", "hartwell-2017", "verified-ed25519"),
    Signer("kingsmere-council.example", "2010-03-01", "2018-12-31", "council", "kingsmere", "verified",
           canon="simple/relaxed"),
    Signer("batival.example", "2012-01-01", "2018-12-31", "bat", "batival-lost", "lost-key", known=""),
    Signer("region-hautval.example", "2010-01-01", "2018-12-31", "rhv", "region-weak", "limited-weak-key"),
    Signer("banque-du-val.example", "2010-01-01", "2018-12-31", "bdv", "banque", "limited-length"),
    Signer("lavoixdevalmont.example", "2011-01-01", "2014-12-31", "test", "voix-test", "limited-test-key",
           flags="t=y; "),
    Signer("lavoixdevalmont.example", "2015-01-01", "2018-12-31", "voix", "voix-test", "verified"),
    Signer("courriel-libre.example", "2010-01-01", "2014-04-30", "cl", "libre-2010", "verified"),
    Signer("courriel-libre.example", "2014-05-01", "2018-12-31", "cl", "libre-2014", "verified"),
    Signer("messagerie-libre.example", "2010-01-01", "2014-04-30", "cl", "libre-2010", "limited-shared-key", known=""),
    Signer("messagerie-libre.example", "2014-05-01", "2018-12-31", "cl", "libre-2014", "limited-shared-key", known=""),
    Signer("etude-delmas.example", "2012-01-01", "2018-12-31", "delmas", "delmas-revoked", "revoked-key",
           known="revoked"),
    Signer("hautval-eau.example", "2010-01-01", "2018-12-31", "eau", "eau", "malformed"),
    Signer("roy-avocats.example", "2014-01-01", "2018-12-31", "roy", "roy", "limited-subject"),
    Signer("fetes-valmont.example", "2011-01-01", "2018-12-31", "fetes", "fetes-recovered", "recovered-key",
           known="gcd"),
    Signer("imprimerie-colas.example", "2011-01-01", "2018-12-31", "colas", "colas-leaked", "limited-leaked-key",
           known="private key published"),
    Signer("listes.valmont-assos.example", "2009-01-01", "2013-12-31", "listes", "listes", "third-party"),
    Signer("envoi-news.example", "2013-01-01", "2018-12-31", "en1", "envoi", "third-party"),
]
THIRD_PARTIES = {"liste": "listes.valmont-assos.example", "envoi": "envoi-news.example"}
FOOTER = ("_______________________________________________\nListe patrimoine\n"
          "http://listes.valmont-assos.example/patrimoine\n").encode()
SCANNED = b"--\nMessage analyse par la passerelle de la mairie de Valmont.\n"
MALFORMED = [(b" v=1;", b" v=2;"), (b"bh=", b"hb="), (b"a=rsa-sha256", b"a=rsa-md5"),
             (b"d=hautval-eau.example;", b"d=;")]

Signed = collections.namedtuple("Signed", "kind fields body")  # fields end with CRLF, the body has LF


@functools.lru_cache(maxsize=None)
def load_key(signer):
    """Returns the Key of a Signer."""
    return dkim_signer.Key(os.path.join(HERE, "keys", signer.key + ".pem"), signer.flags)


def signer_of(domain, day):
    """Returns who signs for a domain on a day (an ISO date), or None."""
    return next((signer for signer in SIGNERS if signer.domain == domain and signer.since <= day <= signer.until), None)


def keys_tsv():
    """Returns the lines of keys.tsv."""
    lines = ["# Keys of the sample dump, invented as it is. Columns: see data/keys.tsv.",
             "# selector\tdomain\trecord\tfirst seen\tlast seen\tbits\tsource\tchannel\tnotes"]
    for signer in SIGNERS:
        if not signer.known:
            continue
        key = load_key(signer)
        record = "v=DKIM1; k=rsa; p=" if signer.known == "revoked" else key.record
        bits = 256 if key.is_ed25519 else 0 if signer.known == "revoked" else key.private.key_size
        channel = "gcd" if signer.known == "gcd" else "suite"
        notes = {"record": "", "revoked": "revoked", "gcd": "recovered from signatures"}.get(signer.known, signer.known)
        lines.append("\t".join([signer.selector, signer.domain, record, signer.since, signer.until, str(bits),
                                "data/sample/make_sample.py", channel, notes]))
    return "".join(line + "\n" for line in lines)


def kind_of(message, is_sent_copy):
    """Returns the kind of a message, from the story or from who signs for its domain."""
    if "kind" in message.options:
        return message.options["kind"]
    signer = signer_of(message.domain, f"{message.local:%Y-%m-%d}")
    return signer.kind if signer and not is_sent_copy else "unsigned"


def sign(message, fields, body, signer, names=None, **options):
    """Returns the DKIM-Signature of fields and body by `signer`."""
    header_canon, body_canon = signer.canon.split("/")
    time = int(message.date.timestamp()) + 2
    return dkim_signer.sign(fields, body.replace(b"\n", b"\r\n"), load_key(signer), signer.domain, signer.selector,
                            names or NAMES, hash_name=signer.hash_name, header_canon=header_canon,
                            body_canon=body_canon, time=time, **options)


def author_signature(message, fields, body, kind):
    """Returns the signature of the author's domain."""
    signer = signer_of(message.domain, f"{message.local:%Y-%m-%d}")
    options = {}
    if kind in ("limited-length", "whole-length"):
        options["length"] = len(body.replace(b"\n", b"\r\n"))
    elif kind == "expired":
        options["expires"] = int(message.date.timestamp()) + 3600
    missing = {"limited-subject": "Subject", "limited-date": "Date"}.get(kind)
    names = [name for name in NAMES if name != missing]
    if signer.key == "kingsmere":
        names = [name.lower() for name in names + ["From", "Subject"]]  # oversigned: none may be added
    return sign(message, fields, body, signer, names, **options)


def with_subject(message, fields, subject):
    """Returns the fields with another Subject."""
    changed = f"Subject: {mail_form.encoded_words(subject)}"
    return [mail_form.field_bytes([changed])[0] if field.startswith(b"Subject:") else field for field in fields]


def through_list(message, fields, body, kind):
    """Returns a message as the list or the mailer sent it on."""
    third_party = THIRD_PARTIES[message.options["via"]]
    own = []
    if kind != "third-party":
        plain = with_subject(message, fields, message.subject.replace("[patrimoine] ", ""))
        own = [author_signature(message, plain, body, kind)]
    if message.options["via"] == "liste":
        body = added_text(fields, body, FOOTER)
        fields = [f"List-Id: <patrimoine.{third_party}>\r\n".encode(), *fields]
    signer = signer_of(third_party, f"{message.local:%Y-%m-%d}")
    outer = [] if kind == "footer-broken" else [sign(message, fields, body, signer)]
    return Signed(kind, [*outer, *own, *fields], body)


def added_text(fields, body, text):
    """Returns the body with a text below; in base64 when the body is."""
    if any(field.startswith(b"Content-Transfer-Encoding: base64") for field in fields):
        decoded = base64.b64decode(body)
        return mail_form.base64_lines(decoded + text)
    return body + text


def replaced(data, change):
    """Returns `data` with the change OLD=>NEW made once."""
    old, new = change.encode().split(b"=>")
    if old not in data:
        raise SystemExit(f"nothing to tamper with: {change}")
    return data.replace(old, new, 1)


def tampered_header(message, fields):
    """Returns the fields as somebody changed them later."""
    if "tamper-date" in message.options:
        late = message.date.replace(day=message.date.day + 7)
        date = f"Date: {email.utils.format_datetime(late)}\r\n".encode()
        return [date if field.startswith(b"Date:") else field for field in fields]
    return with_subject(message, fields, message.options["tamper-subject"])


def seal(message, is_sent_copy, copied):
    """Returns the Signed form of a message; `copied` is a signature that a forger has at hand."""
    kind = kind_of(message, is_sent_copy)
    fields, body = damage.form(message)
    if kind in ("unsigned", "forged"):
        return Signed(kind, fields, body)
    if kind == "forged-signature":
        return Signed(kind, [copied, *fields], body)
    if "via" in message.options:
        return through_list(message, fields, body, kind)
    signature = author_signature(message, fields, body, kind)
    if kind == "malformed":
        old, new = MALFORMED[(message.local.year + message.local.month) % len(MALFORMED)]
        signature = signature.replace(old, new, 1)
    elif kind in ("tampered-body", "lost-key-altered"):
        body = replaced(body, message.options["tamper"])
    elif kind == "tampered-header":
        fields = tampered_header(message, fields)
    elif kind == "added-header":
        fields = mail_form.field_bytes([f"Subject: {mail_form.encoded_words(message.options['added'][9:])}"]) + fields
    elif kind == "limited-length":
        body += SCANNED
    return Signed(kind, [signature, *fields], body)


def twin(message, signed):
    """Returns another message with the same Message-ID: altered, or the same by another way."""
    kind = message.options["twin"]
    body = replaced(signed.body, message.options["tamper"]) if kind == "twin-tampered" else signed.body
    return Signed(kind, signed.fields, body)
