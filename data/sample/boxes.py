"""Writes mail boxes in many dialects: mboxo, mboxrd, mboxcl, mboxcl2, gzip'd mbox, Maildir, MH, single files."""
import gzip
import os
import re
import time
import unicodedata

FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
PLAIN_FROM_LINE = re.compile(rb"^(From )", re.MULTILINE)


def from_line(message):
    """Returns the separator before a message of an mbox."""
    return f"From {message.address} {time.asctime(message.date.utctimetuple())}\n".encode()


class Mbox:
    """An mbox; add() gives back the exact bytes of the message, without quoting."""

    def __init__(self, name, dialect):
        self.name = name
        self.dialect = dialect
        self.pieces = []

    def with_length(self, data):
        """Returns a message with the Content-Length that mboxcl and mboxcl2 have."""
        header, body = data.split(b"\n\n", 1)
        length = len(self.quoted(body))
        return header + f"\nContent-Length: {length}\n\n".encode() + body

    def quoted(self, data):
        """Returns a message as its dialect stores it."""
        if self.dialect == "mboxcl2":
            return data
        return (PLAIN_FROM_LINE if self.dialect == "mboxo" else FROM_LINE).sub(rb">\1", data)

    def add(self, message, data):
        """Stores a message with LF line ends. Returns its exact bytes."""
        if self.dialect.startswith("mboxcl"):
            data = self.with_length(data)
        self.pieces += [from_line(message), self.quoted(data), b"\n"]
        return data

    def write(self, folder):
        """Writes the box below `folder`."""
        data = b"".join(self.pieces)
        if self.name.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        write_file(os.path.join(folder, self.name), data)


class Files:
    """A box with a file a message; `name_of(message, number)` names it."""

    def __init__(self, name, name_of):
        self.name = name
        self.name_of = name_of
        self.files = {}

    def add(self, message, data):
        """Stores a message. Returns its exact bytes."""
        eol = message.options.get("eol", "lf")
        if eol != "lf":
            lines = data.split(b"\n")
            data = b"\r\n".join(lines)
            if eol == "mixed":  # every fifth line lost its CR
                data = b"".join(line + (b"\n" if number % 5 == 4 else b"\r\n")
                                for number, line in enumerate(lines[:-1])) + lines[-1]
        self.files[self.name_of(message, len(self.files) + 1)] = data
        return data

    def write(self, folder):
        """Writes the box below `folder`."""
        for name, data in self.files.items():
            write_file(os.path.join(folder, self.name, name), data)


def write_file(path, data):
    """Writes a file and the folders above it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def maildir_name(message, number):
    """Returns a name in cur with flags; in new for the first, since Git keeps no empty folder, and the last weeks."""
    stem = f"{int(message.date.timestamp())}.M{number}P214.valmont"
    if f"{message.local:%Y-%m}" >= "2017-09" or number == 1:
        return f"new/{stem}"
    flags = "S" + ("F" if "files" in message.options else "") + ("R" if number % 3 == 0 else "")
    return f"cur/{stem}:2,{''.join(sorted(flags))}"


def eml_name(message, number):
    """Returns a name for a single file."""
    plain = unicodedata.normalize("NFKD", message.subject.replace("œ", "oe")).encode("ascii", "ignore").decode()
    words = re.findall("[A-Za-z0-9]+", plain)
    return f"{message.local:%Y-%m-%d}-{'-'.join(words[:4]).lower()}-{number}.eml"


def make_boxes():
    """Returns key -> box."""
    return {
        "recus": Mbox("Boite-de-reception-2009-2013.mbox", "mboxrd"),
        "envoyes": Mbox("Envoyes-2009-2013.mbox", "mboxo"),
        "jumelage": Mbox("Jumelage.mbox", "mboxcl"),
        "hartwell": Mbox("Hartwell.mbox", "mboxcl2"),
        "listes": Mbox("Listes-patrimoine.mbox.gz", "mboxrd"),
        "maildir": Files("Maildir", maildir_name),
        "sent": Files("Maildir/.Envoyes", maildir_name),
        "halle": Files("Maildir/.Projets.Halle", maildir_name),
        "conseil": Files("Maildir/.Conseil", maildir_name),
        "compta": Files("mh/Comptabilite", lambda message, number: str(number)),
        "eml": Files("exports", eml_name),
    }
