#!/usr/bin/env python3
"""Runs the programs on what was made to harm: mail whose every field is SQL or broken text, gzip that unpacks to a thousand
times its size, archives with random bytes changed; and looks at what they leave behind. Prints one line a check; fails at
the first that fails."""
import gzip
import hashlib
import os
import random
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile

BUILD = os.environ["WAXSEAL_BUILD_DIR"]
SAMPLE = os.path.join(os.environ["WAXSEAL_SOURCE_DIR"], "data", "sample")
INDEX = os.path.join(BUILD, "indexer", "waxseal-index")
QUERY = os.path.join(BUILD, "query", "waxseal-query")

SQL = "'); DROP TABLE message; --"
CANARY = "canary9f3c"
MUTATED_ARCHIVES = 40
EXITS_OF_QUERY = (0, 1, 3)  # hits, none, or an archive that is damaged and said to be


def fail(message):
    """Ends the test."""
    sys.exit(f"not ok - {message}")


def run(*command, expected=(0,), **options):
    """Runs to the end. Returns: what came on stdout and on stderr."""
    done = subprocess.run(command, capture_output=True, check=False, **options)
    if done.returncode not in expected:
        fail(f"exit {done.returncode} instead of {expected}: {' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return done.stdout, done.stderr


def facts(folder):
    """What is in each file of a folder, and when it was last written."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            with open(full, "rb") as file:
                found[full] = (hashlib.sha256(file.read()).hexdigest(), os.stat(full).st_mtime_ns, os.stat(full).st_mode)
    return found


def check_dump(folder):
    """Nothing is written to a source, and no mail anywhere but to the archive, which is its owner's."""
    dump = os.path.join(folder, "dump")
    temporary = os.path.join(folder, "temporary")
    archive = os.path.join(folder, "archive.db")
    shutil.copytree(os.path.join(SAMPLE, "dump"), dump)
    with open(os.path.join(dump, "canary.eml"), "wb") as out:
        out.write(f"From: {CANARY}@b.example\nSubject: {CANARY}\nTo: {CANARY} <(\n\n{CANARY}\n".encode())
    os.mkdir(temporary)
    before = facts(dump)
    _, said = run(INDEX, "-d", archive, dump, env={**os.environ, "TMPDIR": temporary}, umask=0)
    run(QUERY, "-d", archive, "search", CANARY, env={**os.environ, "TMPDIR": temporary})
    if facts(dump) != before:
        fail("the dump was changed")
    left = sorted(set(os.listdir(folder)) - {"dump", "temporary", "archive.db"}) + os.listdir(temporary)
    if left:
        fail(f"files are left behind: {left}")
    if stat.S_IMODE(os.stat(archive).st_mode) != 0o600:
        fail(f"the archive has mode {os.stat(archive).st_mode:o}")
    if CANARY.encode() in said:
        fail(f"stderr has text of a mail: {said}")
    print("ok - the dump is not touched, nothing is left behind, the archive is its owner's")
    return archive


def check_sql(folder):
    """SQL, NULs and text that is no UTF-8 are kept as text in every field."""
    names = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Content-Type",
             "Content-Disposition", "Authentication-Results", "DKIM-Signature", "ARC-Seal", "Received")
    mails = {
        "sql": f'"{SQL}" <a@b.example>'.encode(),
        "parameter": f'text/plain; name="{SQL}"; charset="{SQL}"; d={SQL}; s={SQL}; v=1; i=1'.encode(),
        "broken": b"\x00 \xff\xfe \xed\xa0\x80 \xf4\x90\x80\x80 =?utf-8?q?=00=ED=A0=80?= =?utf-16?b?2AA=?=",
    }
    mail = os.path.join(folder, "mail")
    archive = os.path.join(folder, "sql.db")
    os.mkdir(mail)
    for name, value in mails.items():
        with open(os.path.join(mail, name + ".eml"), "wb") as out:
            out.write(b"".join(b"%s: %s\n" % (field.encode(), value) for field in names) + b"\n" + value + b"\n")
    run(INDEX, "-q", "-d", archive, "--keys", os.path.join(SAMPLE, "keys.tsv"), mail)
    run(QUERY, "-d", archive, "check")
    found, _ = run(QUERY, "-d", archive, "search", "--json", f"subject:\"{SQL}\"")
    if found.count(b"\n") != 2 or found.count(SQL.encode()) < 2:
        fail(f"the mails with SQL in their subject: {found}")
    for form in ("--json", "--csv"):
        found, _ = run(QUERY, "-d", archive, "search", form, "*")
        if b"\0" in found or found.decode("utf-8").count("DROP TABLE") < 1:
            fail(f"search {form}: {found}")
    with sqlite3.connect(archive) as database:
        if database.execute("SELECT count(*) FROM message").fetchone() != (len(mails),):
            fail("not every mail is a row")
    print("ok - SQL, NULs and broken text in every field are text")


def check_bomb(folder):
    """Half a gigabyte of zeros in half a megabyte of gzip: one message that is too large, read in bounded memory."""
    bomb = os.path.join(folder, "bomb.mbox.gz")
    archive = os.path.join(folder, "bomb.db")
    with gzip.open(bomb, "wb") as out:
        out.write(b"From a@b.example Thu Mar  2 10:00:00 2017\nSubject: bomb\n\n")
        for _ in range(512):
            out.write(bytes(1 << 20))
    run(INDEX, "-q", "-d", archive, bomb)
    found, _ = run(QUERY, "-d", archive, "search", "--count", "has:problem subject:bomb")
    if found.strip() != b"1":
        fail(f"the bomb is not found: {found}")
    with sqlite3.connect(archive) as database:
        words = {word for (word,) in database.execute("SELECT word FROM problem")}
    if "message-too-large" not in words:
        fail(f"the bomb has the problems {words}")
    if os.path.getsize(archive) > 32 << 20:
        fail(f"the archive of a bomb has {os.path.getsize(archive)} bytes")
    print("ok - gzip that unpacks to a thousand times its size")


def check_mutated_archives(folder, archive):
    """An archive with bytes changed at random answers, or says that it is damaged. The pages of the full-text index are
    left alone: SQLite itself does not survive every change of them (SECURITY.md)."""
    choice = random.Random(1)
    with sqlite3.connect(archive) as database:
        index_pages = {page for (page,) in database.execute(
            "SELECT pageno FROM dbstat WHERE name GLOB 'message_fts*'")} if has_dbstat(database) else None
        page_bytes, = database.execute("PRAGMA page_size").fetchone()
    if index_pages is None:
        print("ok - archives with random bytes changed # SKIP this SQLite has no dbstat")
        return
    with open(archive, "rb") as file:
        whole = file.read()
    pages = sorted(set(range(1, len(whole) // page_bytes + 1)) - index_pages)
    damaged = 0
    path = os.path.join(folder, "mutated.db")
    for number in range(MUTATED_ARCHIVES):
        changed = bytearray(whole)
        for _ in range(choice.choice((1, 4, 16))):
            # Headers and cell pointers are at the beginning of a page.
            within = choice.randrange(choice.choice((12, 100, page_bytes)))
            changed[(choice.choice(pages) - 1) * page_bytes + within] = choice.randrange(256)
        with open(path, "wb") as out:
            out.write(changed)
        for command in (("check",), ("search", "--json", "budget is:verified"), ("stats",), ("facets", "--by", "sender")):
            _, said = run(QUERY, "-d", path, *command, expected=EXITS_OF_QUERY)
            damaged += bool(re.search(rb"damaged|malformed|no Waxseal archive|not a", said))
        os.remove(path)
        if os.path.exists(path + "-journal"):
            fail(f"mutation {number} left a journal")
    if damaged == 0:
        fail("no damage was said")
    print(f"ok - {MUTATED_ARCHIVES} archives with random bytes changed")


def has_dbstat(database):
    """Whether SQLite can say which page belongs to which table."""
    try:
        database.execute("SELECT count(*) FROM dbstat").fetchone()
    except sqlite3.OperationalError:
        return False
    return True


def main():
    """Runs the checks."""
    for check in (check_sql, check_bomb):
        with tempfile.TemporaryDirectory() as folder:
            check(folder)
    with tempfile.TemporaryDirectory() as folder:
        archive = check_dump(folder)
        check_mutated_archives(folder, archive)


main()
