#!/usr/bin/python3
"""Makes the sample dump again: dump/, keys.tsv and truth.tsv, always with the same bytes.

    make_sample.py [FOLDER]     FOLDER is where they go; without, beside this script

Needs python3-cryptography for the signatures.
"""
import hashlib
import os
import shutil
import sys

import boxes
import mail_form
import signing
import story

HERE = os.path.dirname(os.path.abspath(__file__))
OWNER = "aubry"  # whose mail it is


def box_of(message):
    """Returns the key of the box where a message lies."""
    if "box" in message.options:
        return message.options["box"]
    is_old = message.local.year <= 2013
    if message.sender.key == OWNER:
        return "envoyes" if is_old else "sent"
    return "recus" if is_old else "maildir"


def trace(message, kind, is_sent):
    """Returns the fields that servers put on top."""
    if is_sent:
        return []
    seconds = 172_800 if kind == "expired" else 3 + len(message.subject) % 50
    host = "mx1.mairie-valmont.example"
    relays = []
    if "via" in message.options:
        relay = f"relais.{signing.THIRD_PARTIES[message.options['via']]}"
        relays = [mail_form.received(message, relay, seconds - 2)]
    return [f"Return-Path: <{message.address}>\r\n".encode(), mail_form.received(message, host, seconds), *relays]


def whole(top, signed):
    """Returns the bytes of a message with LF line ends."""
    return b"".join(top + signed.fields).replace(b"\r\n", b"\n") + b"\n" + signed.body


class Sample:
    """The dump while it is made."""

    def __init__(self):
        self.boxes = boxes.make_boxes()
        self.rows = []
        self.copied = None  # a signature that a forger could have

    def add(self, message, box, signed, top):
        """Stores a message and the truth about it."""
        data = self.boxes[box].add(message, whole(top, signed))
        result, level = signing.KINDS[signed.kind]
        message_id = "" if message.options.get("broken") == "no-message-id" else message.message_id
        self.rows.append("\t".join([hashlib.sha256(data).hexdigest(), message_id, signed.kind, result, level]))

    def add_all(self, message):
        """Stores a message, its twin and its copy."""
        is_sent = message.sender.key == OWNER
        box = box_of(message)
        signed = signing.seal(message, is_sent, self.copied)
        top = trace(message, signed.kind, is_sent)
        self.add(message, box, signed, top)
        if "twin" in message.options:
            again = [mail_form.received(message, "export.mairie-valmont.example", 7200), *top]
            self.add(message, message.options["twinbox"], signing.twin(message, signed), again)
        if "dup" in message.options:
            self.boxes[message.options["dup"]].add(message, whole(top, signed))
        if message.sender.key == "mercier" and signed.kind == "verified":
            self.copied = signed.fields[0]

    def write(self, folder):
        """Writes everything below `folder`."""
        dump = os.path.join(folder, "dump")
        shutil.rmtree(dump, ignore_errors=True)
        for box in self.boxes.values():
            box.write(dump)
        boxes.write_file(os.path.join(folder, "keys.tsv"), signing.keys_tsv().encode())
        head = "# sha256\tMessage-ID\tkind\tdkim\tlevel\n"
        boxes.write_file(os.path.join(folder, "truth.tsv"), (head + "".join(row + "\n" for row in self.rows)).encode())


def main(arguments):
    """Runs the program."""
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        raise SystemExit(__doc__)
    sample = Sample()
    messages, _ = story.read_story(os.path.join(HERE, "story"))
    for message in messages:
        sample.add_all(message)
    sample.write(arguments[0] if arguments else HERE)


if __name__ == "__main__":
    main(sys.argv[1:])
