"""Makes small, valid files to attach: PDF, PNG, CSV, docx and iCalendar, always with the same bytes."""
import hashlib
import io
import random
import struct
import textwrap
import zipfile
import zlib
from xml.sax.saxutils import escape

DOCX_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
DOCX_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
DOCX_DOCUMENT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>"""

# Part of a file name -> lines of the table. Amounts that the mails quote are here, too.
TABLES = {
    "halle-cout-final": """Poste;Voté en 2012;Payé
Maçonnerie et pierre de taille;412300;550900
Charpente et couverture;398000;398000
Cave voûtée, fouilles comprises;0;41000
Désamiantage de l'appentis sud;0;66600
Autres lots, études et honoraires;429700;429700
Total;1240000;1486200""",
    "ouverture-plis": """Lot;Entreprise;Prix HT
1;Batival;412300
1;Pierres du Haut-Val;442500
1;Lombard frères;467900
1;Société nouvelle de taille;512000
2;Charpentes Auriol;398000
2;Bois et Comble;421300""",
    "idees-habitants": """Rang;Idée;Voix
1;Réparer la fontaine de la place;412
2;Bancs le long du canal;388
3;Boîtes à livres;301
4;Verger partagé;255
5;Tables de pique-nique au lavoir;210
6;Jeux pour les petits;198
7;Piste cyclable de la gare;177
8;Four à pain;120
9;Mur d'expression;64
10;Statue du chat Préfet;41""",
    "stalls": """Stall;Metres;Rent 2011;Rent option 2
Oysters;4;320;410
Cheese;4;320;410
Bread;6;450;560
Flowers;5;380;440""",
    "interviews": """Stallholder;Would pay more for a closed stall;Remark
1;yes;needs water
2;yes;needs a drain
3;no;likes the rain
4;yes;further from the cheese
5;yes;further from the oysters""",
    "visitors": """Name;Instrument;Diet
Peel;trombone;none
Dunmore;none;none
Hart;cornet;vegetarian
Whitlock;none;vegetarian""",
    "twinning-budget": """Item;2012;2013
Concert;2400;2400
Coach;2300;2300
Programme;900;0
Gifts;2400;1700
Total;8000;6400""",
}
MIME_TYPES = {
    "pdf": "application/pdf", "png": "image/png", "csv": "text/csv", "ics": "text/calendar",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def pdf_text(line):
    """Returns a line as a string object of PDF in WinAnsiEncoding."""
    data = line.encode("cp1252", "replace")
    return b"(" + data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*"


def make_pdf(lines):
    """Returns one page with `lines`."""
    content = b"BT /F1 11 Tf 14 TL 72 770 Td\n" + b"\n".join(pdf_text(line) for line in lines) + b"\nET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    data = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return data + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
                   % (count, table, count, len(data)))


def make_png(rng):
    """Returns a grey picture of a beam in the dark. Stored, not deflated: zlib's versions differ."""
    width, height = 64, 40
    rows = []
    for y in range(height):
        beam = [90 if abs(y - x // 2) < 5 else 0 for x in range(width)]
        rows.append(b"\0" + bytes(60 + y * 2 + int(rng.random() * 24) + light for light in beam))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 0))
            + chunk(b"IEND", b""))


def make_docx(lines):
    """Returns a document of Word with a paragraph a line."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in (("[Content_Types].xml", DOCX_TYPES), ("_rels/.rels", DOCX_RELATIONS),
                           ("word/document.xml", DOCX_DOCUMENT.format(paragraphs))):
            archive.writestr(zipfile.ZipInfo(name, (2017, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def make_csv(name, rng):
    """Returns the table of that name, or one of accounts."""
    text = next((table for part, table in TABLES.items() if part in name), None)
    if text is None:
        accounts = ("Charges de personnel", "Énergie", "Voirie", "Écoles", "Piscine", "Halle aux grains", "Intérêts")
        text = "Compte;Dépenses;Recettes\n" + "\n".join(
            f"{account};{rng.randrange(2000, 90000)};{rng.randrange(0, 40000)}" for account in accounts)
    return (text + "\n").encode()


def make_ics(message):
    """Returns the invitation to the inauguration."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mairie de Valmont//Agenda//FR", "METHOD:REQUEST",
             "BEGIN:VEVENT", f"UID:{message.message_id}", f"DTSTAMP:{message.local:%Y%m%dT%H%M%SZ}",
             "DTSTART:20170422T090000Z", "DTEND:20170422T110000Z", f"SUMMARY:{message.subject}",
             "LOCATION:Halle aux grains\\, Valmont", f"ORGANIZER:mailto:{message.address}", "END:VEVENT",
             "END:VCALENDAR"]
    return "".join(line + "\r\n" for line in lines).encode()


def make_file(name, message):
    """Returns (MIME type, bytes) of the file `name` that belongs to `message`."""
    suffix = name.rpartition(".")[2]
    rng = random.Random(hashlib.sha256((name + message.message_id).encode()).digest())
    lines = [message.subject, "", f"{message.sender.name}, {message.local:%d/%m/%Y}", ""]
    for paragraph in message.text.split("\n\n"):
        lines += textwrap.wrap(paragraph, 84) + [""]
    makers = {
        "pdf": lambda: make_pdf(lines), "png": lambda: make_png(rng), "csv": lambda: make_csv(name, rng),
        "docx": lambda: make_docx(lines), "ics": lambda: make_ics(message),
    }
    return MIME_TYPES[suffix], makers[suffix]()
