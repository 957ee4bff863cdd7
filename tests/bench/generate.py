"""Writes the reference dump: mail boxes, the keys that verify it, and the truth about it."""
import hashlib
import json
import multiprocessing
import os
import random
import re
import time

import mail_plan
from mail_builder import AttachmentBlock, Builder
from mail_text import Text

SEED = "waxseal reference dump 1"
KEY_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keys")
KEYS_FIRST_SEEN, KEYS_LAST_SEEN = "2009-01-01", "2018-01-01"
FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
QUOTE_STEP = 1 << 16


def mboxrd_quoted(data):
    """Returns a message with one `>` more before each line that begins with From_ or a quoted one."""
    if b"From " not in data:
        return data
    pieces = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + QUOTE_STEP) + 1 or len(data)
        piece = data[start:end]
        pieces.append(FROM_LINE.sub(rb">\1", piece) if b"From " in piece else piece)
        start = end
    return b"".join(pieces)


class MboxWriter:
    """An mbox in the mboxrd dialect."""

    def __init__(self, path, crlf):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.file = open(path, "wb", buffering=1 << 20)
        self.crlf = crlf

    def add(self, slot, data):
        """Writes a message with LF line ends. Returns it as stored."""
        separator = f"From {slot.sender.address} {time.asctime(time.gmtime(slot.date))}\n".encode()
        quoted = mboxrd_quoted(data)
        if self.crlf:
            stored = data.replace(b"\n", b"\r\n")
            quoted = stored if quoted is data else quoted.replace(b"\n", b"\r\n")
            separator = separator.replace(b"\n", b"\r\n")
            self.file.write(separator + quoted + b"\r\n")
            return stored
        self.file.write(separator)
        self.file.write(quoted)
        self.file.write(b"\n")
        return data

    def close(self):
        self.file.close()


class MaildirWriter:
    """A Maildir: what came last is still in new."""

    def __init__(self, path):
        self.path = path
        for folder in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(path, folder), exist_ok=True)

    def add(self, slot, data):
        """Writes a message. Returns it as stored."""
        name = f"{slot.date}.M{slot.number}P1.recipient.example"
        name = f"cur/{name}:2,S" if slot.number % 10 else f"new/{name}"
        with open(os.path.join(self.path, name), "wb") as file:
            file.write(data)
        return data

    def close(self):
        pass


class Dump:
    """All that the mail boxes have in common. Each box depends on the seed and its name alone."""

    def __init__(self, folder, scale):
        self.folder = folder
        n_senders = mail_plan.scaled(mail_plan.SENDERS, scale)
        self.world = mail_plan.World(random.Random(SEED + "/world"), KEY_FOLDER, n_senders)
        self.plan = mail_plan.make_plan(random.Random(SEED + "/plan"), scale, self.world)
        self.texts = [Text("en", SEED), Text("fr", SEED)]
        self.block = AttachmentBlock(random.Random(SEED + "/block"))

    def write_box(self, name):
        """Writes one box. Returns its rows of truth.tsv and its bytes."""
        path = os.path.join(self.folder, "dump", name)
        crlf = mail_plan.BOXES[name][1]
        writer = MboxWriter(path, crlf) if name.endswith(".mbox") else MaildirWriter(path)
        builder = Builder(random.Random(f"{SEED}/box/{name}"), self.world, self.texts, self.block)
        rows = []
        size = 0
        for slot in self.plan[name]:
            data, message_id = builder.message(slot)
            stored = writer.add(slot, data)
            size += len(stored)
            _, dkim, level = mail_plan.KINDS[slot.kind]
            rows.append("\t".join([hashlib.sha256(stored).hexdigest(), message_id, slot.kind, dkim, level]))
        writer.close()
        return rows, size

    def write_keys(self):
        """Writes keys.tsv: selector, domain, TXT record, first and last seen."""
        with open(os.path.join(self.folder, "keys.tsv"), "w", encoding="utf-8") as file:
            for key in self.world.published:
                file.write(f"{key.selector}\t{key.domain}\t{key.key.record}\t{KEYS_FIRST_SEEN}\t{KEYS_LAST_SEEN}\n")

    def truth(self, size):
        """Returns what a correct index of the dump says."""
        slots = [slot for box in self.plan.values() for slot in box]
        dkim = dict.fromkeys(("pass", "nokey", "fail", "error", "none"), 0)
        levels = dict.fromkeys(("verified", "limited", "none"), 0)
        for slot in slots:
            _, result, level = mail_plan.KINDS[slot.kind]
            dkim[result] += 1
            levels[level] += 1
        return {
            "messages": len(slots), "occurrences": len(slots), "attachments": sum(len(slot.attachments) for slot in slots),
            "senders": len({slot.sender.address for slot in slots}), "dkim": dkim, "verified": levels["verified"],
            "limited": levels["limited"], "first_date": iso_date(min(slot.date for slot in slots)),
            "last_date": iso_date(max(slot.date for slot in slots)), "bytes": size,
        }


def iso_date(seconds):
    """Returns a time as 2009-03-20T00:00:00Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def generate(folder, scale=1.0, jobs=2):
    """Writes folder/dump, keys.tsv, truth.json and truth.tsv. Returns the truth."""
    dump_folder = os.path.join(folder, "dump")
    if os.path.exists(dump_folder):
        raise SystemExit(f"{dump_folder} exists already")
    os.makedirs(dump_folder)
    dump = Dump(folder, scale)
    dump.write_keys()
    with multiprocessing.get_context("fork").Pool(jobs, initializer=set_dump, initargs=(dump,)) as pool:
        results = pool.map(write_box, mail_plan.BOXES, chunksize=1)
    with open(os.path.join(folder, "truth.tsv"), "w", encoding="utf-8") as file:
        file.writelines(row + "\n" for rows, _ in results for row in rows)
    truth = dump.truth(sum(size for _, size in results))
    with open(os.path.join(folder, "truth.json"), "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=2)
        file.write("\n")
    return truth


def set_dump(dump):
    """Gives a process of the pool what it works on."""
    global the_dump
    the_dump = dump


def write_box(name):
    """Dump.write_box in a process of the pool."""
    return the_dump.write_box(name)
