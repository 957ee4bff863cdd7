#!/usr/bin/env python3
"""Recovers a key of 1,024 bits from mail of a list, and compares it with the one that is known.

The messages are those of $WAXSEAL_TEST_MAIL/signed/ltp, signed by the list's own server. Takes some twenty seconds of a
processor. Exit 77 without that mail.
"""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["WAXSEAL_SOURCE_DIR"])
INDEX = pathlib.Path(os.environ["WAXSEAL_BUILD_DIR"]) / "indexer/waxseal-index"
MAIL = pathlib.Path(os.environ.get("WAXSEAL_TEST_MAIL", "/nonexistent")) / "signed/ltp"
SELECTOR, DOMAIN = "picard", "lists.linux.it"


def known_key():
    """Returns the base64 of p= in the key archive that ships with the program."""
    with open(SOURCE / "data/keys.tsv", encoding="utf-8") as file:
        for line in file:
            columns = line.split("\t")
            if columns[:2] == [SELECTOR, DOMAIN]:
                return columns[2].partition("p=")[2]
    raise AssertionError("the key is not known")


def main():
    if not MAIL.is_dir():
        print("no mail: set WAXSEAL_TEST_MAIL")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "a.db")
        blind = [str(INDEX), "-q", "--no-builtin-keys", "-d", archive]
        subprocess.run(blind + [str(MAIL)], check=True)
        subprocess.run(blind + ["--recover-keys", "--recover-name", f"{SELECTOR}._domainkey.{DOMAIN}"], check=True)
        with contextlib.closing(sqlite3.connect(archive)) as db:
            found = db.execute("select selector, domain, bits, record, state from dkim_key").fetchall()
            results = db.execute("select distinct s.result, s.caveats, m.level from signature s join message m"
                                 " on m.id = s.message_id where s.selector = ?", (SELECTOR,)).fetchall()
    expected = (SELECTOR, DOMAIN, 1024, f"v=DKIM1; k=rsa; p={known_key()}", "recovered")
    assert found == [expected], found
    print("ok - the key is the one that is known")
    assert results and all(result == "pass" and "recovered-key" in caveats and level == "none"
                           for result, caveats, level in results), results
    print("ok - what it signed passes, and is never verified")


if __name__ == "__main__":
    main()
