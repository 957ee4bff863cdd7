"""Writes a large number of small text messages: what queries are timed on (run.py --bulk). Made in minutes, not hours."""
import math
import multiprocessing
import os
import random

import dkim_signer
import mail_plan
from generate import KEY_FOLDER, KEYS_FIRST_SEEN, KEYS_LAST_SEEN
from mail_builder import encoded_words, mailbox, rfc5322_date
from mail_text import Text, wrapped

SEED = "waxseal bulk mail 1"
SENDERS = 20_000
PARTS = 16             # mail boxes; each depends on the seed, its number and the size of the whole
WORDS = (3.6, 0.8)     # of the log-normal number of words of a body
SIGNED_SHARE = 0.1     # RSA is what takes long here
FILE_SHARE = 0.02      # has a small attached text
EVERYWHERE = "réunion"  # stands in half of all messages
RARE_SHARE = 0.2       # has a word that hardly any other message has: names, numbers and slips of real mail
RARE_SYLLABLES = 5
NAMES = ["From", "Subject", "Date", "To", "Message-ID"]


class Bulk:
    """What all parts have in common."""

    def __init__(self, n_messages):
        self.n_messages = n_messages
        self.world = mail_plan.World(random.Random(SEED + "/world"), KEY_FOLDER, SENDERS)
        self.texts = [Text("en", SEED), Text("fr", SEED)]
        senders = self.world.own_senders + self.world.other_senders
        random.Random(SEED + "/order").shuffle(senders)
        self.senders = senders
        self.signing = set(self.world.signing)

    def person(self, rng):
        """Returns a sender; the first ones of the list write most."""
        return self.senders[min(int(math.exp(rng.random() * math.log(len(self.senders)))) - 1, len(self.senders) - 1)]

    def body(self, rng, text):
        """Returns a body in CRLF form."""
        words = text.take(rng, 8 + int(rng.lognormvariate(*WORDS)))
        if rng.random() < 0.5:
            words.insert(len(words) // 2, EVERYWHERE)
        if rng.random() < RARE_SHARE:
            words.append("".join(rng.choices(mail_plan.SYLLABLES, k=RARE_SYLLABLES)))
        body = wrapped(" ".join(words) + ".")
        if rng.random() < FILE_SHARE:
            name = f"{text.take(rng, 1)[0]}-{int(rng.random() * 900)}.{rng.choice(('txt', 'csv', 'pdf'))}"
            kind = "application/pdf" if name.endswith("pdf") else "text/plain"
            return (f"--=b\nContent-Type: text/plain; charset=utf-8\n\n{body}\n--=b\nContent-Type: {kind}\nContent-Disposition: "
                    f'attachment; filename="{mail_plan.ascii_of(name)}"\n\n{int(rng.random() * 5000)}\n--=b--\n').replace("\n", "\r\n").encode()
        return (body + "\n").replace("\n", "\r\n").encode()

    def message(self, rng, number, date):
        """Returns the bytes with LF line ends."""
        text = self.texts[rng.random() < 0.5]
        sender = self.person(rng)
        body = self.body(rng, text)
        kind = 'multipart/mixed; boundary="=b"' if body.startswith(b"--=b") else "text/plain; charset=utf-8"
        to = [self.person(rng) for _ in range(1 + int(rng.random() ** 4 * 5))]
        fields = [f"From: {mailbox(sender.name, sender.address)}",
                  "To: " + ",\r\n\t".join(mailbox(person.name, person.address) for person in to),
                  f"Subject: {encoded_words(text.title(rng))}", f"Date: {rfc5322_date(date, 0)}",
                  f"Message-ID: <{number}@{sender.domain}>", "MIME-Version: 1.0", f"Content-Type: {kind}",
                  "Content-Transfer-Encoding: 8bit"]
        fields = [field.encode() + b"\r\n" for field in fields]
        if sender.signing_domain in self.signing and rng.random() < SIGNED_SHARE * 2:
            key = self.world.keys[sender.signing_domain][0]
            fields.insert(0, dkim_signer.sign(fields, body, key.key, key.domain, key.selector, NAMES, time=date + 1))
        return (b"".join(fields) + b"\r\n" + body).replace(b"\r\n", b"\n")

    def write_part(self, folder, part):
        """Writes one mail box, a stretch of time. Returns its bytes."""
        rng = random.Random(f"{SEED}/{self.n_messages}/{part}")
        first, end = part * self.n_messages // PARTS, (part + 1) * self.n_messages // PARTS
        step = (mail_plan.LAST - mail_plan.FIRST) / self.n_messages
        with open(os.path.join(folder, f"{part:02}.mbox"), "wb", buffering=1 << 20) as file:
            for number in range(first, end):
                date = mail_plan.FIRST + int((number + rng.random()) * step)
                file.write(b"From - Thu Jan  1 00:00:00 1970\n")
                file.write(self.message(rng, number, date))
                file.write(b"\n")
            return file.tell()

    def write_keys(self, path):
        """Writes keys.tsv, as the reference dump has it."""
        with open(path, "w", encoding="utf-8") as file:
            for key in self.world.published:
                file.write(f"{key.selector}\t{key.domain}\t{key.key.record}\t{KEYS_FIRST_SEEN}\t{KEYS_LAST_SEEN}\n")


def set_bulk(bulk):
    """Gives a process of the pool what it works on."""
    global the_bulk
    the_bulk = bulk


def write_part(task):
    """Bulk.write_part in a process of the pool."""
    return the_bulk.write_part(*task)


def generate(folder, n_messages, jobs):
    """Writes folder/dump and folder/keys.tsv. Returns the bytes of the mail."""
    dump = os.path.join(folder, "dump")
    if os.path.exists(dump):
        raise SystemExit(f"{dump} exists already")
    os.makedirs(dump)
    bulk = Bulk(n_messages)
    bulk.write_keys(os.path.join(folder, "keys.tsv"))
    with multiprocessing.get_context("fork").Pool(jobs, initializer=set_bulk, initargs=(bulk,)) as pool:
        return sum(pool.map(write_part, [(dump, part) for part in range(PARTS)], chunksize=1))
