#!/usr/bin/env python3
"""The programs confine themselves: waxseal-query, which still has its pager on a terminal, and the process of waxseal-index
that writes the archive.

The pager is started before, and looks at the process that writes to it: /proc says whether that is behind seccomp. Exit
77 where there is no sandbox.
"""
import os
import pty
import subprocess
import sys
import tempfile

BUILD = os.environ["WAXSEAL_BUILD_DIR"]
SAMPLE = os.path.join(os.environ["WAXSEAL_SOURCE_DIR"], "data", "sample")
INDEX = os.path.join(BUILD, "indexer", "waxseal-index")
QUERY = os.path.join(BUILD, "query", "waxseal-query")
MAIL = "1483949100"

# Commands that only read, and print through the pager.
READING = (["search", "budget"], ["verify", MAIL], ["senders", "budget"], ["show", MAIL])


def fail(message):
    """Ends the test."""
    sys.exit(f"not ok - {message}")


def on_terminal(arguments, pager):
    """What a command shows on a terminal."""
    shown = []

    def read(fd):
        data = os.read(fd, 65536)
        shown.append(data)
        return data

    os.environ["PAGER"] = pager
    output = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        pty.spawn([QUERY, *arguments], read)
    finally:
        os.dup2(output, 1)
    return b"".join(shown).decode(errors="replace")


def check_index(folder):
    """What takes over the process that writes (read_fault.c deletes its source) can delete in the archive's folder only."""
    kept = {}
    for options in ([], ["--no-sandbox"]):
        source = os.path.join(folder, "elsewhere", "source.mbox")
        os.makedirs(os.path.dirname(source), exist_ok=True)
        with open(source, "w", encoding="ascii") as out:
            out.write("From a@b.example Thu Mar  2 10:00:00 2017\nSubject: x\n\n" + "text\n" * 1000)
        done = subprocess.run(
            [INDEX, "-q", "-d", os.path.join(folder, "archive", "archive.db"), *options, source], check=False,
            env={**os.environ, "LD_PRELOAD": os.path.join(BUILD, "tests", "libread_fault.so"),
                 "WAXSEAL_READ_FAULT": f"unlink:{os.path.getsize(source) // 2}:{source}"})
        kept[len(options)] = os.path.exists(source)
        if done.returncode != 0:
            fail(f"waxseal-index {options}: exit {done.returncode}")
    if kept != {0: True, 1: False}:
        fail(f"a source was kept with and without a sandbox: {kept}")
    print("ok - the process that writes the archive can write in its folder only")


def main():
    """Runs the checks."""
    version = subprocess.run([QUERY, "--version"], capture_output=True, text=True, check=True).stdout
    if "sandbox: seccomp" not in version:
        print(f"skipped: {version.strip()}")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WAXSEAL_DB"] = os.path.join(folder, "archive.db")
        subprocess.run([INDEX, "-q", "--keys", os.path.join(SAMPLE, "keys.tsv"), os.path.join(SAMPLE, "dump")], check=True)
        for arguments in READING:
            shown = on_terminal(arguments, "grep Seccomp: /proc/$PPID/status; sed 's/^/paged: /'")
            if "Seccomp:\t2" not in shown:
                fail(f"{arguments[0]} is not confined: {shown[:200]!r}")
            if shown.count("paged: ") < 5:
                fail(f"{arguments[0]} has lost its pager: {shown[:200]!r}")
            if "Seccomp:\t0" not in on_terminal([*arguments, "--no-sandbox"], "grep Seccomp: /proc/$PPID/status; cat"):
                fail(f"{arguments[0]} --no-sandbox is confined")
        print("ok - commands that read are confined, and their pager shows what they print")
        if "paged" in on_terminal(["search", "zzzzzz"], "sed 's/^/paged/'; echo paged"):
            fail("a pager is started for nothing")
        print("ok - without anything to show there is no pager")
    # Not among temporary files, which may be written.
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        os.mkdir(os.path.join(folder, "archive"))
        check_index(folder)


main()
