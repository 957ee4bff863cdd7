#!/usr/bin/env python3
"""Mails made to be slow to read, each of 10 MB, against ordinary mail: MB/s of waxseal-index --verify-only and its memory.

    adversarial.py --program build/release/indexer/waxseal-index [--megabytes 10] [--limit 20]

Time per message must be linear in its size: no mail may be slower than --limit times ordinary mail. Ordinary mail is one
mbox of generated messages of 5 KB each, of the same size in total. One worker, the best of three runs, start-up taken
off. Exit code 1 when a mail is beyond the limit, or a worker died on it.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

HEADER = b"From: Ann <ann@valmont.example>\nTo: Bob <bob@valmont.example>\nDate: Thu, 2 Mar 2017 10:00:00 +0100\n"
SIGNATURE = (b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=valmont.example; s=val2014; h=from:to:date;\n"
             b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=%s\n" % (b"A" * 340))


def repeat(piece, size):
    """`piece` again and again, to about `size` bytes."""
    return piece * (size // len(piece))


def numbered(form, size):
    """`form` with numbers in it, to about `size` bytes."""
    pieces, length, number = [], 0, 0
    while length < size:
        pieces.append(form % {b"n": number})
        length += len(pieces[-1])
        number += 1
    return b"".join(pieces)


def nested_multiparts(size):
    """Each multipart inside the one before it."""
    return numbered(b"Content-Type: multipart/mixed; boundary=b%(n)d\n\n--b%(n)d\n", size)


def nested_messages(size):
    """Each message inside the one before it."""
    return repeat(b"Content-Type: message/rfc822\n\n", size)


def nested_html(size):
    """Elements that are never closed."""
    return HEADER + b"Content-Type: text/html\n\n" + repeat(b"<div><table><b>", size)


def mbox(size):
    """Ordinary mail."""
    body = b"Some words of a mail about the budget of the town and its market hall, as they are written.\n" * 50
    return numbered(b"From ann@valmont.example Thu Mar  2 10:00:00 2017\n" + HEADER
                    + b"Message-ID: <%(n)d@valmont.example>\nSubject: number %(n)d\n\n" + body + b"\n", size)


MIXED = HEADER + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
HTML = HEADER + b"Content-Type: text/html\n\n"

# What a mail is called, and how it is made for a size.
MAILS = {
    "a million header fields": lambda size: HEADER + repeat(b"X-A: b\nX: \n", size) + b"\nbody\n",
    "one header field": lambda size: HEADER + b"Subject: " + repeat(b"word ", size) + b"\n\nbody\n",
    "one folded header field": lambda size: HEADER + b"Subject: a" + repeat(b"\n b", size) + b"\n\nbody\n",
    "header without end": lambda size: HEADER + repeat(b"X", size),
    "nested multiparts": nested_multiparts,
    "nested messages": nested_messages,
    "empty parts": lambda size: MIXED + repeat(b"--b\n\n", size),
    "parts that are never ended": lambda size: MIXED + repeat(b"--b\nContent-Type: text/plain\n\nx\n", size),
    "boundary-like lines": lambda size: MIXED + b"--b\n\n" + repeat(b"--c\n", size),
    "boundary in one line": lambda size: MIXED + repeat(b"--b", size),
    "one address list": lambda size: HEADER + b"Cc: " + repeat(b"a@b.example, ", size) + b"\n\nbody\n",
    "many address fields": lambda size: HEADER + repeat(b"Cc: a@b.example\n", size) + b"\nbody\n",
    "nested groups": lambda size: HEADER + b"Cc: " + repeat(b"g:", size) + b"\n\nbody\n",
    "nested comments": lambda size: HEADER + b"Cc: " + repeat(b"(", size) + b"\n\nbody\n",
    "quotes without end": lambda size: HEADER + b"Cc: " + repeat(b'"\\', size) + b"\n\nbody\n",
    "encoded-words": lambda size: HEADER + b"Subject: " + repeat(b"=?utf-8?q?a?= ", size) + b"\n\nbody\n",
    "encoded-words without end": lambda size: HEADER + b"Subject: " + repeat(b"=?utf-8?q?", size) + b"\n\nbody\n",
    "references": lambda size: HEADER + b"References: " + numbered(b"<%(n)d@b.example> ", size) + b"\n\nbody\n",
    "references without end": lambda size: HEADER + b"References: " + repeat(b"<", size) + b"\n\nbody\n",
    "parameters": lambda size: HEADER + b"Content-Type: text/plain" + numbered(b"; a%(n)d=b", size) + b"\n\nbody\n",
    "pieces of a parameter": lambda size: HEADER + b"Content-Disposition: attachment"
                                          + numbered(b"; filename*%(n)d=b", size) + b"\n\nbody\n",
    "received fields": lambda size: repeat(b"Received: from a by b; Thu, 2 Mar 2017 10:00:00 +0100\n", size) + HEADER
                                    + b"\nbody\n",
    "one line": lambda size: HEADER + b"\n" + repeat(b"word ", size),
    "one word": lambda size: HEADER + b"\n" + repeat(b"x", size),
    "empty lines": lambda size: HEADER + b"\n" + repeat(b"\n", size),
    "bare CRs": lambda size: HEADER + b"\n" + repeat(b"\r", size),
    "NULs": lambda size: HEADER + b"\n" + repeat(b"\0", size),
    "lines of From": lambda size: HEADER + b"\n" + repeat(b"From x\n", size),
    "quoted-printable without end": lambda size: HEADER + b"Content-Transfer-Encoding: quoted-printable\n\n"
                                                 + repeat(b"=", size),
    "base64 of padding": lambda size: HEADER + b"Content-Transfer-Encoding: base64\n\n" + repeat(b"=", size),
    "base64, a letter a line": lambda size: HEADER + b"Content-Transfer-Encoding: base64\n\n" + repeat(b"A\n", size),
    "uuencode, again and again": lambda size: HEADER + b"\n" + repeat(b"begin 644 a\n", size),
    "flowed text": lambda size: HEADER + b"Content-Type: text/plain; format=flowed\n\n" + repeat(b"> a \n", size),
    "HTML of <": lambda size: HTML + repeat(b"<", size),
    "HTML of <a": lambda size: HTML + repeat(b"<a ", size),
    "HTML comments without end": lambda size: HTML + repeat(b"<!--", size),
    "HTML entities": lambda size: HTML + repeat(b"&#x41;&amp;", size),
    "HTML entities without end": lambda size: HTML + repeat(b"&", size),
    "HTML attributes": lambda size: HTML + b"<a " + repeat(b"b=c ", size),
    "nested HTML": nested_html,
    "HTML style without end": lambda size: HTML + repeat(b"<style>", size),
    "DKIM signatures": lambda size: repeat(SIGNATURE, size) + HEADER + b"\nbody\n",
    "h= of one name": lambda size: SIGNATURE.replace(b"from:to:date", b"from" + repeat(b":from", size)) + HEADER
                                   + b"\nbody\n",
    "tags": lambda size: b"DKIM-Signature: v=1; " + numbered(b"t%(n)d=1; ", size) + b"\n" + HEADER + b"\nbody\n",
    "signatures over a long body": lambda size: numbered(SIGNATURE.replace(b"h=from", b"l=%(n)d; h=from"), 40000) + HEADER
                                                + b"\n" + repeat(b"some words of a body\n", size),
    "ARC sets": lambda size: numbered(b"ARC-Seal: i=%(n)d; a=rsa-sha256; cv=none; d=b.example; s=s; b=AAAA\n", size)
                             + HEADER + b"\nbody\n",
    "Authentication-Results": lambda size: HEADER + repeat(b"Authentication-Results: a; dkim=pass header.d=b\n", size)
                                           + b"\nbody\n",
    "one Authentication-Results": lambda size: HEADER + b"Authentication-Results: a" + repeat(b"; dkim=pass", size)
                                               + b"\n\nbody\n",
    "comments in results": lambda size: HEADER + b"Authentication-Results: a " + repeat(b"(", size) + b"\n\nbody\n",
    "ISO-2022-JP escapes": lambda size: HEADER + b"Content-Type: text/plain; charset=iso-2022-jp\n\n"
                                        + repeat(b"\x1b$B\x1b(B", size),
    "UTF-7 shifts": lambda size: HEADER + b"Content-Type: text/plain; charset=utf-7\n\n" + repeat(b"+AAA-", size),
}


def measure(program, path, keys):
    """Reads a file. Returns: seconds of the best of three runs, peak MB, the problem words of the first message."""
    best = None
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        done = subprocess.run([program, "--verify-only", "--json", "--workers=1", "-q", "--keys", keys, path],
                              capture_output=True, check=False)
        wall = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(used, best) if best is not None else used
    first = done.stdout.split(b"\n", 1)[0]
    return best, wall, json.loads(first) if first else {}


def main():
    """Measures each mail and prints a line for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--limit", type=float, default=20)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    size = int(arguments.megabytes * 1e6)
    keys = os.path.join(os.path.dirname(__file__), "..", "..", "data", "sample", "keys.tsv")
    slow = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mail")

        def timed(data):
            with open(path, "wb") as out:
                out.write(data)
            return measure(arguments.program, path, keys)

        start_up, _, _ = timed(HEADER + b"\nbody\n")
        seconds, _, _ = timed(mbox(size))
        ordinary = size / 1e6 / max(seconds - start_up, 1e-3)
        print(f"{'ordinary mail':32} {ordinary:9.1f} MB/s")
        for name, make in MAILS.items():
            if arguments.only not in name:
                continue
            data = make(size)
            seconds, _, message = timed(data)
            rate = len(data) / 1e6 / max(seconds - start_up, 1e-3)
            problems = message.get("problems", [])
            died = [word for word in problems if word in ("parser-crashed", "parser-timeout", "unreadable")]
            if ordinary / rate > arguments.limit or died or not message:
                slow.append(name)
            print(f"{name:32} {rate:9.1f} MB/s {ordinary / rate:7.1f} times ordinary mail  {' '.join(problems)}", flush=True)
    if slow:
        sys.exit(f"slower than {arguments.limit:g} times ordinary mail, or deadly: {', '.join(slow)}")


main()
