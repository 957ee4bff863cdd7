#!/usr/bin/env python3
"""Ends waxseal-index in hard ways, runs the same command again, and compares the archive with an uninterrupted run's.

Every table is compared row for row, ids included, and so is the full-text index, term by term. The program is the one
whose batches are small (tests/CMakeLists.txt), so that a run of a second has many commits to be killed between. It has so
many workers that several batches are indexed at once; the uninterrupted run has one.

    crash.py [--kills N]     N random moments (6 unless said otherwise)

WAXSEAL_BUILD_DIR and WAXSEAL_SOURCE_DIR say where things are, as ctest does.
"""
import argparse
import ctypes
import gzip
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

BUILD = os.environ["WAXSEAL_BUILD_DIR"]
SAMPLE = os.path.join(os.environ["WAXSEAL_SOURCE_DIR"], "data", "sample")
INDEX = os.path.join(BUILD, "tests", "waxseal-index-small-batches")
READ_FAULT = os.path.join(BUILD, "tests", "libread_fault.so")

# What depends on the moment of a run and not on the mail.
VOLATILE = {"source": {"added_at"}}

# LeakSanitizer says on standard error when a thread ends just as it looks; libread_fault.so is loaded before AddressSanitizer.
SANITIZER = {"ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}

MESSAGES = 1200
WORKERS = 8  # index_threads of indexer/ingest.c: three
EXIT_DONE, EXIT_FAILED, EXIT_DAMAGED = 0, 1, 4


def fail(message):
    """Ends the test."""
    sys.exit(f"not ok - {message}")


def passed(message):
    """Prints the line of a check."""
    print(f"ok - {message}", flush=True)


def mail(number, tag):
    """One message of an mbox; every 11th has no date, dates repeat."""
    date = "" if number % 11 == 0 else f"Date: Thu, {number % 28 + 1} Mar 2017 10:{number % 7:02}:00 +0100\n"
    words = "".join(f"line {i} of {number}: w{number * i} x{number + i} budget\n" for i in range(6))
    return (f"From a@b.example Thu Mar  2 10:00:00 2017\nFrom: Writer {number % 37} <writer{number % 37}@valmont.example>\n"
            f"To: desk@valmont.example\nSubject: {tag} number {number}\nMessage-ID: <{tag}-{number}@valmont.example>\n"
            f"{date}\nBody of {number}.\n>From here on it is quoted.\n{words}\n").encode()


def make_dump(folder):
    """Writes the sources. Returns: what is given to the program."""
    first = os.path.join(folder, "first.mbox")
    second = os.path.join(folder, "second.mbox.gz")
    with open(first, "wb") as out:
        out.writelines(mail(i, "first") for i in range(MESSAGES))
    with gzip.GzipFile(second, "wb", mtime=0) as out:
        for i in range(MESSAGES // 4):
            out.write(mail(i, "second"))
    return ["--keys", os.path.join(SAMPLE, "keys.tsv"), first, os.path.join(SAMPLE, "dump"), second]


def command(database, arguments, workers=WORKERS):
    """The command line of a run."""
    return [INDEX, "-q", "-d", database, f"-j{workers}", *arguments]


def run(database, arguments, expected=(EXIT_DONE,), environment=None, workers=WORKERS):
    """Runs to the end. Returns: what it said on stderr."""
    done = subprocess.run(command(database, arguments, workers), capture_output=True, text=True, check=False,
                          env={**os.environ, **SANITIZER, **(environment or {})})
    if done.returncode not in expected:
        fail(f"exit {done.returncode} instead of {expected}: {done.stderr}")
    return done.stderr


def table_lines(database, table):
    """Every row of a table, in the order of its columns."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(name for name in columns if name not in VOLATILE.get(table, ()))
    for row in database.execute(f"SELECT {names} FROM {table} ORDER BY {names}"):
        yield repr((table, row)).encode()


def canonical(path):
    """A hash of each table, the full-text index and the list of indexes. Fails when a check of SQLite does."""
    hashes = {}
    database = sqlite3.connect(path)
    if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        fail(f"{path} is malformed")
    if database.execute("PRAGMA foreign_key_check").fetchall():
        fail(f"{path} has rows that refer to nothing")
    drift, furthest = database.execute(
        "SELECT (SELECT CAST(value AS INTEGER) FROM archive_property WHERE name = 'id_drift'),"
        " (SELECT max(id - date) FROM message WHERE id >= 31536000)").fetchone()
    if drift < furthest:
        fail(f"{path}: id_drift is {drift}, but an id is {furthest} seconds after its date")
    database.execute("INSERT INTO message_fts(message_fts, rank) VALUES ('integrity-check', 1)")
    database.execute("CREATE VIRTUAL TABLE temp.term USING fts5vocab(main, message_fts, instance)")
    tables = [name for (name,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'message_fts*' ORDER BY name")]
    for table in tables:
        hashes[table] = hashlib.sha256(b"\n".join(table_lines(database, table))).hexdigest()
    digest = hashlib.sha256()
    for row in database.execute("SELECT term, doc, col, offset FROM temp.term"):
        digest.update(repr(row).encode())
    hashes["message_fts"] = digest.hexdigest()
    hashes["indexes"] = repr(database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name").fetchall())
    database.close()
    return hashes


def compare(path, reference, what):
    """Fails unless the archive is the reference."""
    differing = [name for name, value in canonical(path).items() if reference[name] != value]
    if differing:
        fail(f"{what}: {', '.join(differing)} differ from an uninterrupted run")


def opens(path):
    """Whether what a killed run left is no archive yet, or a whole one."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return
    database = sqlite3.connect(path)
    if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        fail(f"{path} is malformed after a kill")
    database.close()


def kill_once(database, arguments, delay):
    """Kills a run after `delay` seconds. Returns: whether it was still running, and how many messages it had stored."""
    process = subprocess.Popen(command(database, arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def stored(path):
    """How many messages an archive has, those aside that only an older reading of a file had."""
    try:
        with sqlite3.connect(path) as database:
            return database.execute("SELECT count(DISTINCT message_id) FROM occurrence WHERE file_id IN"
                                    " (SELECT id FROM file WHERE state <> 'replaced')").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def check_kills(folder, arguments, reference, seconds, wanted):
    """Kills at random moments; every third archive is killed twice."""
    survived = halfway = 0
    choice = random.Random(wanted)
    database = os.path.join(folder, "killed.db")
    while survived < wanted:
        for name in (database, database + "-journal"):
            if os.path.exists(name):
                os.remove(name)
        started = time.monotonic()
        killed = kill_once(database, arguments, choice.uniform(0, seconds))
        # How long a run takes changes with what else the machine does.
        seconds = seconds * 1.02 if killed else (seconds + time.monotonic() - started) / 2
        opens(database)
        halfway += 0 < stored(database) < reference["count"]
        if survived % 3 == 0:
            kill_once(database, arguments, choice.uniform(0, seconds))
            opens(database)
        if not killed:
            continue
        run(database, arguments)
        compare(database, reference["hashes"], f"kill {survived + 1}")
        survived += 1
    passed(f"{survived} of {wanted} kills survived; {halfway} of them left a part of the mail committed")


def check_full_disk(folder, arguments, reference, seconds):
    """A disk that is full at some point of the run, and has room again later; runs are killed on it, too."""
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    libc = ctypes.CDLL(None, use_errno=True)
    if os.getuid() != 0 or libc.mount(b"tmpfs", disk.encode(), b"tmpfs", 0, b"size=256k") != 0:
        print("ok - a full disk # SKIP needs the right to mount a tmpfs")
        return
    database = os.path.join(disk, "archive.db")
    try:
        for part in (0.05, 0.2, 0.5, 0.9):
            kib = int(reference["bytes"] * part) >> 10
            libc.mount(b"tmpfs", disk.encode(), b"tmpfs", 32, f"size={kib}k".encode())
            kill_once(database, arguments, seconds * part / 2)
            said = run(database, arguments, (EXIT_FAILED,))
            if "the disk is full" not in said or said.count("\n") != 1:
                fail(f"a disk of {kib} KiB: {said}")
            opens(database)
        libc.mount(b"tmpfs", disk.encode(), b"tmpfs", 32, b"size=64m")
        run(database, arguments)
        compare(database, reference["hashes"], "after a full disk")
    finally:
        libc.umount(disk.encode())
    passed("a disk that is full four times, with a kill before each, and then is not")


def file_row(path, name):
    """What the archive says of a file."""
    with sqlite3.connect(path) as database:
        return database.execute("SELECT f.state, f.note, f.size, f.done FROM file f JOIN source s ON s.id = f.source_id"
                                " WHERE s.path || f.path GLOB ? AND f.state <> 'replaced'", ("*" + name,)).fetchone()


def faulty(action, source):
    """The environment in which something happens to a source when its second half is read."""
    return {"LD_PRELOAD": READ_FAULT, "WAXSEAL_READ_FAULT": f"{action}:{os.path.getsize(source) // 2}:{source}"}


def check_source_faults(folder, arguments):
    """A source that cannot be read from some byte on, shrinks or grows while it is read."""
    for action, word in (("error", "Input/output error"), ("shrink", "changed while it was read"),
                         ("grow", "changed while it was read")):
        source = os.path.join(folder, "faulty.mbox")
        database = os.path.join(folder, f"{action}.db")
        shutil.copyfile(arguments[2], source)
        said = run(database, [source], (EXIT_DAMAGED,), faulty(action, source))
        if word not in said or source not in said:
            fail(f"{action}: {said!r}")
        state, note, _, _ = file_row(database, "faulty.mbox")
        if state != "damaged" or word not in note:
            fail(f"{action}: the archive says {state}, {note!r}")
        canonical(database)
        kept = stored(database)
        if not MESSAGES / 4 < kept <= MESSAGES:
            fail(f"{action}: {kept} messages are kept")
        if action == "error":
            time_before = os.stat(source).st_mtime_ns
            said = run(database, [source], (EXIT_DAMAGED,), faulty(action, source))
            if word not in said or os.stat(source).st_mtime_ns != time_before:
                fail(f"a source that still cannot be read: {said!r}")
        else:
            shutil.copyfile(arguments[2], source)
        run(database, [source])
        if stored(database) != MESSAGES or file_row(database, "faulty.mbox")[0] != "complete":
            fail(f"{action}: the next run, of the whole file, has {stored(database)} messages")
        canonical(database)
        os.remove(source)
    passed("a read error, a source that shrinks or grows: said, recorded, and read again")


def check_vanishing_source(folder, arguments):
    """What is open can be read to its end, also when its name is gone."""
    source = os.path.join(folder, "vanishing.mbox")
    database = os.path.join(folder, "vanishing.db")
    shutil.copyfile(arguments[2], source)
    run(database, [source], (EXIT_DONE,), faulty("unlink", source))
    if os.path.exists(source) or stored(database) != MESSAGES:
        fail(f"a source that vanishes: {stored(database)} messages")
    if "vanishing.mbox: No such file" not in run(database, [source], (EXIT_FAILED,)) or stored(database) != MESSAGES:
        fail("a source that has vanished")
    passed("a source that vanishes while it is read is read to its end, and missed the next time")


def check_two_writers(folder, arguments, reference):
    """Two runs into one archive at the same time: each ends well or says why, and a third completes the work."""
    database = os.path.join(folder, "two.db")
    processes = [subprocess.Popen(command(database, part), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                 for part in (arguments[:3], arguments[:2] + arguments[3:])]
    for process in processes:
        said = process.communicate()[1]
        if process.returncode not in (EXIT_DONE, EXIT_FAILED):
            fail(f"two writers: exit {process.returncode}: {said}")
        if process.returncode == EXIT_FAILED and "another program is writing" not in said:
            fail(f"two writers: {said}")
    run(database, arguments)
    canonical(database)
    if stored(database) != reference["count"]:
        fail(f"two writers: {stored(database)} messages instead of {reference['count']}")
    passed("two writers at once")


def main():
    """Runs the checks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=6)
    wanted = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as folder:
        arguments = make_dump(folder)
        whole = os.path.join(folder, "whole.db")
        started = time.monotonic()
        run(whole, arguments, workers=1)
        seconds = time.monotonic() - started
        reference = {"hashes": canonical(whole), "count": stored(whole), "bytes": os.path.getsize(whole)}
        check_kills(folder, arguments, reference, seconds, wanted)
        check_full_disk(folder, arguments, reference, seconds)
        if "sanitizer" in subprocess.run([INDEX, "--version"], capture_output=True, text=True, check=True).stdout:
            print("ok - faults of a source # SKIP a sanitizer wants to be loaded before what makes them")
        else:
            check_source_faults(folder, arguments)
            check_vanishing_source(folder, arguments)
        check_two_writers(folder, arguments, reference)


main()
