#!/usr/bin/env python3
"""Runs `waxseal-index --recover-keys` on mail signed with keys that only this test knows.

The public exponent is 3, with which a key is computed at once; test_recovery_search.c has the usual 65537 (with
-m slow), which takes seconds with the smallest key. Exit 77 without python3-cryptography.
"""
import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ["WAXSEAL_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["WAXSEAL_BUILD_DIR"])
INDEX = BUILD / "indexer/waxseal-index"
QUERY = BUILD / "query/waxseal-query"
sys.path.insert(0, str(SOURCE / "tests/bench"))

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    import dkim_signer
except ImportError as missing:
    print(missing)
    sys.exit(77)

NAMES = ["From", "Subject", "Date"]
DAY = 86400
START = 1300000000


def ok(name):
    print("ok -", name)


def new_key(folder, name):
    private = rsa.generate_private_key(public_exponent=3, key_size=1024)
    path = folder / f"{name}.pem"
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return dkim_signer.Key(path)


class Mails:
    """An mbox in the making."""

    def __init__(self, path):
        self.path = path
        self.count = 0

    def add(self, key, selector, domain, day, *, subject=None, sent_subject=None, sent_body=None, signature=None,
            signed_type=None):
        """Signs a mail; `sent_*` is what the list made of it. `signature` replaces the one that is right. A
        Content-Type that is signed is replaced by the list."""
        self.count += 1
        subject = subject or f"Mail {self.count}"
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(START + day * DAY + self.count))
        body = f"Text {self.count}\r\n".encode()

        def fields(text, type_):
            lines = [f"From: a@{domain}", f"Subject: {text}", f"Date: {date}"] + ([f"Content-Type: {type_}"] if type_ else [])
            return [f"{line}\r\n".encode() for line in lines]

        names = NAMES + (["Content-Type"] if signed_type else [])
        signed = dkim_signer.sign(fields(subject, signed_type), body, key, domain, selector, names)
        if signature is not None:
            signed = signed[:signed.index(b"\r\n\tb=") + 5] + dkim_signer.folded_base64(signature).encode() + b"\r\n"
        sent = fields(sent_subject or subject, signed_type and "text/plain; charset=us-ascii")
        mail = signed + b"".join(sent) + b"\r\n" + (sent_body or body)
        with open(self.path, "ab") as file:
            file.write(b"From - Sat Jan  1 00:00:00 2011\n" + mail.replace(b"\r\n", b"\n") + b"\n")


def run(expected, *command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == expected, f"exit {done.returncode} of {command}: {done.stdout}{done.stderr}"
    return done.stdout


def rows(archive, sql):
    with contextlib.closing(sqlite3.connect(archive)) as db:
        return db.execute(sql).fetchall()


VERDICTS = """select hex(m.sha256), m.dkim, m.level, m.caveats, s.result, s.reason, s.header_ok, s.caveats
              from message m join signature s on s.message_id = m.id order by 1"""
PASSED = "select count(*) from message where dkim = 'pass'"


def make_mail(folder):
    """Returns the keys that can be found, by name."""
    mails = Mails(folder / "mails.mbox")
    names = ["plain", "older", "newer", "footer", "crowd", "two"]
    keys = {name: new_key(folder, name) for name in names}
    for day in range(5):
        mails.add(keys["plain"], "plain", "one.example", day)
    # A mailing list put its name in front.
    for day in range(2):
        mails.add(keys["plain"], "plain", "one.example", day, sent_subject="[list] hello")
    # One key after the other.
    for day in range(4):
        mails.add(keys["older"], "s", "two.example", day)
        mails.add(keys["newer"], "s", "two.example", 2000 + day)
    # Bodies with a footer: the header still gives the key.
    for day in range(4):
        mails.add(keys["footer"], "footer", "three.example", day, sent_body=b"Text\r\n--\r\nlist\r\n")
    # The list replaced a signed field of all but three, of the first and the last day among them.
    for day in range(60):
        signed_type = None if day in (0, 20, 59) else "text/plain"
        mails.add(keys["crowd"], "crowd", "seven.example", day, sent_body=b"Text\r\n--\r\nlist\r\n",
                  signed_type=signed_type)
    # Too few to confirm anything.
    for day in range(2):
        mails.add(keys["two"], "two", "four.example", day, subject="same")
    # Longer than any key that is tried.
    for day in range(3):
        mails.add(keys["two"], "long", "five.example", day, signature=os.urandom(513))
    return {("plain", "one.example"): [keys["plain"]], ("s", "two.example"): [keys["older"], keys["newer"]],
            ("footer", "three.example"): [keys["footer"]], ("crowd", "seven.example"): [keys["crowd"]]}


def check_found(folder, keys):
    archive = folder / "a.db"
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", archive, folder / "mails.mbox")
    assert rows(archive, PASSED) == [(0,)]
    text = run(0, INDEX, "--no-builtin-keys", "-d", archive, "--recover-keys")
    found = rows(archive, "select selector, domain, record, state from dkim_key order by 1, 2, 3")
    expected = sorted((*name, key.record, "recovered") for name, list_ in keys.items() for key in list_)
    assert found == expected, found
    ok("the keys are those that signed")
    assert "Found        1024 bits, 5 signatures: plain._domainkey.one.example\n" in text, text
    assert "Recovered    5 keys of 4 names tried" in text and "No key for   0 names\n" in text, text
    assert "Not tried    1 name with fewer than 3 different signatures, 1 of more than 4096 bits\n" in text, text
    ok("the summary counts what was found and what was not tried")
    assert rows(archive, PASSED) == [(5 + 8,)]
    assert rows(archive, "select distinct caveats, level from message where dkim = 'pass'") == [
        ("recovered-key", "none")]
    assert rows(archive, "select count(*), sum(body_ok = 0 and header_ok) from signature where domain = 'three.example'"
                " and result = 'fail'") == [(4, 4)]
    ok("their mail passes, is never verified, and an altered body stays altered")
    assert rows(archive, "select result, reason, header_ok, key_id from signature where selector = 'plain'"
                " and result <> 'pass'") == 2 * [
                    ("nokey", "only recovered keys are known, and none verifies", None, None)]
    ok("what a recovered key does not verify stays open")
    seen = rows(archive, "select channel, first_seen, last_seen, notes from dkim_key_observation o"
                " join dkim_key k on k.id = o.key_id where selector = 'plain'")
    assert seen == [("gcd", "2011-03-13", "2011-03-17", "recovered from signatures, record text not known; 5 of 7 verify")
                    ], seen
    ok("the key says where it is from, and from when")
    before = rows(archive, VERDICTS)
    text = run(0, INDEX, "--no-builtin-keys", "-d", archive, "--recover-keys")
    assert "Recovered    0 keys of 0 names tried" in text, text
    assert rows(archive, VERDICTS) == before
    ok("a second run finds nothing to do")


def check_imported(folder):
    """What was found settles mail like any imported key."""
    exported = folder / "keys.tsv"
    exported.write_text(run(0, QUERY, "keys", "--export", "-d", folder / "a.db"))
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", folder / "b.db", "--keys", exported, folder / "mails.mbox")
    assert rows(folder / "a.db", VERDICTS) == rows(folder / "b.db", VERDICTS)
    ok("an archive made with the exported keys has the same verdicts")


def check_one_run(folder):
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", folder / "c.db", "--recover-keys", folder / "mails.mbox")
    assert rows(folder / "a.db", VERDICTS) == rows(folder / "c.db", VERDICTS)
    ok("mail can be read and keys recovered in one run")
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", folder / "d.db", folder / "mails.mbox")
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", folder / "d.db", "--recover-keys", "--recover-name",
        "S._domainkey.two.example")
    assert rows(folder / "d.db", "select distinct domain from dkim_key") == [("two.example",)]
    ok("one name can be chosen")


def check_interrupt(folder, keys):
    """A name of 2,048 bits that no key fits takes minutes; what is found before ^C stays."""
    mails = Mails(folder / "slow.mbox")
    for day in range(9):
        mails.add(keys[("plain", "one.example")][0], "slow", "six.example", day, signature=os.urandom(256))
    for day in range(5):
        mails.add(keys[("plain", "one.example")][0], "plain", "one.example", day)
    archive = folder / "e.db"
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", archive, folder / "slow.mbox")
    command = [str(INDEX), "--no-builtin-keys", "-d", str(archive), "-j", "2", "--recover-keys"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        for _ in range(600):
            if rows(archive, PASSED) == [(5,)]:
                break
            time.sleep(0.05)
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        assert child.returncode == 1 and "interrupted" in err, out + err
        assert time.monotonic() - begun < 20, "nobody waits for a computation"
    assert "Recovered    1 key of 1 name tried" in out, out
    assert rows(archive, PASSED) == [(5,)]
    ok("what was found before ^C stays")


def check_usage(folder):
    run(1, INDEX, "-d", folder / "nowhere.db", "--recover-keys")
    assert not (folder / "nowhere.db").exists()
    run(2, INDEX, "-d", folder / "a.db", "--no-dkim", "--recover-keys")
    run(2, INDEX, "--verify-only", "--recover-keys", folder / "mails.mbox")
    run(2, INDEX, "-d", folder / "a.db", "--recover-name", "s._domainkey.two.example", folder / "mails.mbox")
    ok("usage")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        keys = make_mail(folder)
        check_found(folder, keys)
        check_imported(folder)
        check_one_run(folder)
        check_interrupt(folder, keys)
        check_usage(folder)


if __name__ == "__main__":
    main()
