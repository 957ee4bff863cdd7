#!/usr/bin/env python3
"""waxseal-index --dns against a DNS of its own on the loopback (dns_server.py). Prints one line a check, and fails at the
first that fails. Exit 77 without nsd and ldnsutils."""
import base64
import datetime
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from dns_server import Relay, Server, missing_tools, txt

SOURCE = os.environ["WAXSEAL_SOURCE_DIR"]
BUILD = os.environ["WAXSEAL_BUILD_DIR"]
INDEX = os.path.join(BUILD, "indexer", "waxseal-index")
QUERY = os.path.join(BUILD, "query", "waxseal-query")
sys.path.insert(0, os.path.join(SOURCE, "tests", "bench"))

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
RECENT = datetime.datetime.combine(TODAY - datetime.timedelta(days=30), datetime.time(12), datetime.timezone.utc)
OLD = datetime.datetime(2012, 5, 6, 12, tzinfo=datetime.timezone.utc)


def fail(what):
    print(f"not ok - {what}", file=sys.stderr)
    sys.exit(1)


def check(what, ok, detail=""):
    if not ok:
        fail(f"{what}: {detail}")


def ok(what):
    print(f"ok - {what}", flush=True)


def run(code, *command):
    """Runs a command. Returns its output and its errors."""
    done = subprocess.run(command, capture_output=True, check=False)
    out = done.stdout.decode("utf-8")
    err = done.stderr.decode("utf-8")
    check("exit code of " + " ".join(command), done.returncode == code, f"{done.returncode} for {code}\n{out}{err}")
    return out, err


def rows(archive, sql):
    with sqlite3.connect(archive) as db:
        return db.execute(sql).fetchall()


def write_mail(path, key, selector, domain, date, body=b"Hello.\r\n", sent=None):
    """Writes a mail that `key` signs, `sent` in the place of its body."""
    import dkim_signer
    stamp = date.strftime("%a, %d %b %Y %H:%M:%S +0000")
    fields = [f"From: Ann <ann@{domain}>\r\n", "To: bob@plain.example\r\n", f"Subject: {selector}\r\n",
              f"Date: {stamp}\r\n", f"Message-ID: <{selector}.{date.year}@{domain}>\r\n"]
    fields = [field.encode() for field in fields]
    signature = dkim_signer.sign(fields, body, key, domain, selector, ["From", "To", "Subject", "Date"])
    with open(path, "wb") as file:
        file.write(signature + b"".join(fields) + b"\r\n" + (sent or body))


# selector, domain, and what the archive must say of it: records, or the word for none; DNSSEC; dkim of the message.
NAMES = (
    ("good", "signed.example", 1, "secure", "pass"),
    ("old", "signed.example", 1, "secure", "pass"),
    ("gone", "signed.example", "NXDOMAIN", "secure", "nokey"),
    ("strings", "plain.example", 1, "insecure", "pass"),
    ("two", "plain.example", 2, "insecure", "pass"),
    ("alias", "plain.example", 1, "insecure", "pass"),
    ("wrong", "plain.example", 1, "insecure", "fail"),
    ("address", "plain.example", "NODATA", "insecure", "nokey"),
    ("gone", "plain.example", "NXDOMAIN", "insecure", "nokey"),
    ("bytes", "plain.example", 1, "insecure", "error"),
    ("notes", "plain.example", 1, "insecure", "pass"),
    ("large", "plain.example", "UNREADABLE", "insecure", "nokey"),
    ("altered", "plain.example", 1, "insecure", "fail"),
    ("forged", "bogus.example", "BOGUS", "bogus", "nokey"),
    ("any", "broken.example", "SERVFAIL", "", "nokey"),
)


def zones(key, other):
    record = key.record.encode()
    label = "._domainkey"
    return {
        "signed.example.": txt("good" + label, record) + txt("old" + label, record) + txt("target" + label, record),
        "plain.example.":
            txt("strings" + label, record, 100) + txt("two" + label, other.record.encode()) + txt("two" + label, record) +
            f"alias{label} IN CNAME target{label}.signed.example.\n" + txt("wrong" + label, other.record.encode()) +
            f"address{label} IN A 127.0.0.1\n" + txt("bytes" + label, b"v=DKIM1; p=\xff\x00\x1b[31m\xfe") +
            txt("notes" + label, b"n=\xff\xc3\xa9\x00; " + record[9:]) + txt("large" + label, b"x" * 63000) +
            txt("altered" + label, record) + txt("late" + label, record) + txt("quick" + label, record),
        "bogus.example.": txt("forged" + label, other.record.encode()[:-6] + b"AAAAAA"),
    }


def make_mail(folder, key):
    os.mkdir(folder)
    for selector, domain, *_ in NAMES:
        path = os.path.join(folder, f"{selector}.{domain}.eml")
        sent = b"Altered.\r\n" if selector == "altered" else None
        write_mail(path, key, selector, domain, OLD if selector == "old" else RECENT, sent=sent)
    write_mail(os.path.join(folder, "again.eml"), key, "GOOD", "Signed.Example", RECENT)


def expect_names(archive):
    for selector, domain, records, dnssec, dkim in NAMES:
        where = f"{selector}._domainkey.{domain}"
        found = rows(archive, f"""select k.record, k.state, o.channel, o.source, o.first_seen, o.last_seen, o.dnssec
            from dkim_key k join dkim_key_observation o on o.key_id = k.id
            where k.selector = '{selector}' and k.domain = '{domain}'""")
        if isinstance(records, str):
            check(where, [row[:2] for row in found] == [(records, "no-answer")], found)
        else:
            check(where, len(found) == records and all(row[1] != "no-answer" for row in found), found)
        for row in found:
            check(where, row[2] == "dns" and row[3].startswith("DNS by 127.0.0.1@"), row)
            check(where, row[4] == row[5] == TODAY.isoformat() and row[6] == dnssec, row)
        verdicts = rows(archive, f"""select distinct m.dkim from message m join signature s on s.message_id = m.id
            where lower(s.selector) = '{selector}' and lower(s.domain) = '{domain}'""")
        check(f"verdict of {where}", verdicts == [(dkim,)], verdicts)


def test_names(mail, options):
    out, err = run(0, INDEX, "--no-builtin-keys", "-d", "dns.db", *options, mail)
    check("the summary", f"DNS          {len(NAMES)} names answered for: 9 with a record, 4 without, 1 not reached, "
          "1 not to be trusted\n" in out, out + err)
    check("nothing on stderr", err == "", err)
    expect_names("dns.db")
    ok("each answer is kept, with its DNSSEC state, and what it settles is settled")

    check("alias", rows("dns.db", "select notes from dkim_key_observation o join dkim_key k on k.id = o.key_id where "
                        "selector = 'alias'") == [("alias of target._domainkey.signed.example.",)], "")
    record = rows("dns.db", "select record from dkim_key where selector = 'bytes'")[0][0]
    check("hostile bytes", record == "v=DKIM1; p=\ufffd \x1b[31m\ufffd", repr(record))
    out, _ = run(0, QUERY, "-d", "dns.db", "keys")
    check("escapes", "\x1b" not in out and "gone._domainkey.signed.example: NXDOMAIN" in out, out)
    altered = rows("dns.db", "select header_ok, body_ok from signature where selector = 'altered'")
    check("altered body", altered == [(1, 0)], altered)
    ok("aliases, bytes that are no text, an altered body")

    caveats = dict(rows("dns.db", "select selector, caveats from signature where domain = 'signed.example'"))
    check("the old mail", caveats["old"] == "outside-key-window" and caveats["good"] == "", caveats)
    ok("mail from long before its key was seen has the caveat, recent mail has not")


def test_words():
    message = rows("dns.db", "select message_id from signature where selector = 'good'")[0][0]
    out, _ = run(0, QUERY, "-d", "dns.db", "verify", str(message))
    check("verify", f"(dns, DNSSEC secure), seen on {TODAY}\n" in out, out)
    out, _ = run(0, QUERY, "-d", "dns.db", "show", "--json", str(message))
    check("show --json", '"channel":"dns"' in out and '"dnssec":"secure"' in out, out)
    out, _ = run(0, QUERY, "-d", "dns.db", "keys", "--missing")
    check("keys --missing", f" gone._domainkey.signed.example  (DNS on {TODAY}: NXDOMAIN)\n" in out and
          f" any._domainkey.broken.example  (DNS on {TODAY}: SERVFAIL)\n" in out, out)
    ok("verify, show --json and keys --missing say what the DNS said")


def test_same_as_later(mail, options):
    """Asked in one run with the mail, or later of the archive: the same rows."""
    sql = """select lower(hex(sha256)), m.dkim, level, m.caveats, s.position, s.result, s.reason, header_ok, k.record
        from message m join signature s on s.message_id = m.id left join dkim_key k on k.id = s.key_id order by 1, 5"""
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "later.db", mail)
    run(0, INDEX, "--no-builtin-keys", "-d", "later.db", *options)
    check("rows", rows("dns.db", sql) == rows("later.db", sql), "differ")
    exported, _ = run(0, QUERY, "-d", "dns.db", "keys", "--export")
    with open("export.tsv", "w", encoding="utf-8") as file:
        file.write(exported)
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "import.db", mail)
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "import.db", "--keys", "export.tsv")
    check("dnssec of exported keys", rows("dns.db", "select count(*) from dkim_key_observation where dnssec = 'secure'") ==
          rows("import.db", "select count(*) from dkim_key_observation where dnssec = 'secure'"), "")
    check("verdicts of exported keys", rows("dns.db", "select id, dkim, level from message order by 1") ==
          rows("import.db", "select id, dkim, level from message order by 1"), "")
    ok("asked later, or imported from another archive, the keys settle the same")


def test_cache_and_retry(server, options):
    """What was asked is not asked again, not even when nobody is there to answer."""
    n_waiting = sum(1 for name in NAMES if name[4] in ("nokey",))
    server.stop()
    out, _ = run(0, INDEX, "--no-builtin-keys", "-d", "dns.db", *options)
    check("not again", f"DNS          0 names answered for" in out and f" {n_waiting} names not asked again" in out, out)
    ok("what was asked before is not asked again")

    before = rows("dns.db", "select * from dkim_key_observation")
    begin = time.monotonic()
    out, err = run(1, INDEX, "--no-builtin-keys", "-d", "dns.db", *options, "--dns-retry", "--dns-timeout", "1")
    check("time", time.monotonic() - begin < 30, time.monotonic() - begin)
    check("one line", err == f"waxseal-index: DNS by {server.address}: no server answers\n", err)
    check("left", f"{n_waiting} names without any answer; the next run asks for them" in out, out)
    check("nothing kept", rows("dns.db", "select * from dkim_key_observation") == before, "")
    ok("without a server it is over soon, with one line, and nothing is kept")

    server.start()
    with sqlite3.connect("dns.db") as db:
        db.execute("update dkim_key_observation set first_seen = '2020-01-01', last_seen = '2020-01-01'")
    out, _ = run(0, INDEX, "--no-builtin-keys", "-d", "dns.db", *options, "--dns-retry")
    check("again", f"DNS          {n_waiting} names answered for" in out, out)
    seen = rows("dns.db", "select o.first_seen from dkim_key k join dkim_key_observation o on o.key_id = k.id where "
                "selector = 'gone' and domain = 'signed.example' order by 1")
    check("both looks", seen == [("2020-01-01",), (TODAY.isoformat(),)], seen)
    ok("--dns-retry asks again, and both answers are kept")


def test_timeout(server, key):
    """One name gets no answer, others do."""
    relay = Relay(server.port, "late")
    os.mkdir("late")
    write_mail("late/late.eml", key, "late", "plain.example", RECENT)
    write_mail("late/quick.eml", key, "quick", "plain.example", RECENT)
    options = ["--dns", "--dns-server", relay.address, "--dns-trust-anchor", "none", "--dns-timeout", "2"]
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "late.db", *options, "late")
    kept = rows("late.db", "select selector, case when record like 'v=%' then 'key' else record end, dnssec from dkim_key "
                "k join dkim_key_observation o on o.key_id = k.id order by 1")
    check("answers", kept == [("late", "TIMEOUT", ""), ("quick", "key", "indeterminate")], kept)
    verdicts = rows("late.db", "select selector, result from signature order by 1")
    check("verdicts", verdicts == [("late", "nokey"), ("quick", "pass")], verdicts)
    ok("one name that times out does not keep others from being settled")

    silent = Relay(None, "")
    options = ["--dns", "--dns-server", silent.address, "--dns-trust-anchor", "none", "--dns-timeout", "1"]
    begin = time.monotonic()
    out, err = run(1, INDEX, "--no-builtin-keys", "-d", "silent.db", *options, "late")
    check("time", time.monotonic() - begin < 30, time.monotonic() - begin)
    check("the mail is in the archive", "2 new" in out, out)
    check("one line", err == f"waxseal-index: DNS by {silent.address}: no server answers\n", err)
    check("nothing kept", rows("silent.db", "select count(*) from dkim_key") == [(0,)], "")
    ok("a port that never answers costs the keys, not the mail")

    options = ["--dns", "--dns-server", silent.address, "--dns-trust-anchor", server.anchor, "--dns-timeout", "1"]
    _, err = run(1, INDEX, "-q", "-d", "silent.db", *options)
    check("with a trust anchor", err == f"waxseal-index: DNS by {silent.address}: no server answers\n", err)
    ok("a silent server is told from one that drops DNSSEC")


def test_nobody_is_asked_without_dns(server, mail):
    relay = Relay(server.port, "late")
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "quiet.db", mail)
    check("questions", not relay.questions, "")
    known = "good\tsigned.example\t" + rows("dns.db", "select record from dkim_key where selector = 'good'")[0][0] + "\n"
    with open("known.tsv", "w", encoding="utf-8") as file:
        file.write(known)
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "known.db", "--keys", "known.tsv", "--dns", "--dns-server",
        relay.address, "--dns-trust-anchor", server.anchor, mail)
    asked = [question for question in relay.questions if b"\x04gone\x0a_domainkey\x06signed" in question]
    check("a name is asked for", len(asked) >= 1, "")
    check("a known key is asked for", not any(b"\x04good\x0a_domainkey" in q for q in relay.questions), "")
    ok("nothing is asked without --dns, nor for keys that are known")


def test_number_of_names(options):
    """A dump that names more selectors than are asked for in a run."""
    run(0, INDEX, "-q", "--no-builtin-keys", "-d", "many.db", "late/quick.eml")
    with sqlite3.connect("many.db") as db:
        columns = [row[1] for row in db.execute("pragma table_info(signature)")]
        changed = {"position": "n", "selector": "'s' || n", "domain": "'signed.example'"}
        db.execute(f"""with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10004)
            insert into signature select {", ".join(changed.get(name, "s." + name) for name in columns)}
            from signature s, numbers""")
    out, _ = run(0, INDEX, "--no-builtin-keys", "-d", "many.db", *options)
    check("the first run", "DNS          10,000 names answered for" in out and
          "             5 names left for the next run (10,000 a run)" in out, out)
    out, _ = run(0, INDEX, "--no-builtin-keys", "-d", "many.db", *options)
    check("the second run", "DNS          5 names answered for" in out and "9,999 names not asked again" in out and
          "left for" not in out, out)
    ok("a run asks for 10,000 names, the next one for the rest")


def test_usage(server, mail):
    for arguments in (["--dns-retry", mail], ["--dns-server", "127.0.0.1", mail], ["--dns", "--no-dkim", mail],
                      ["--dns", "--verify-only", mail], ["--dns", "--dns-timeout", "301", mail]):
        run(2, INDEX, "-d", "usage.db", *arguments)
    _, err = run(1, INDEX, "-d", "usage.db", "--dns", "--dns-server", "no address", mail)
    check("a bad server", "not the ADDRESS[@PORT] of a DNS server" in err, err)
    _, err = run(1, INDEX, "-d", "usage.db", "--dns", "--dns-server", server.address, "--dns-trust-anchor", "nowhere", mail)
    check("no anchor", "nowhere: No such file" in err, err)
    check("no archive is made for a bad setting", not os.path.exists("usage.db"), "")
    with open("bad.key", "w", encoding="ascii") as file:
        file.write("this is no key\n")
    _, err = run(1, INDEX, "-q", "-d", "usage.db", "--dns", "--dns-server", server.address, "--dns-trust-anchor",
                 "bad.key", mail)
    check("a bad anchor", "trust anchor bad.key" in err and err.count("\n") == 1, err)
    run(1, INDEX, "-d", "nowhere.db", "--dns")
    check("no archive is made for --dns alone", not os.path.exists("nowhere.db"), "")
    out, _ = run(0, INDEX, "--help")
    check("--help", "tells others what you are reading" in out, out)
    ok("usage, servers and trust anchors that are none")


def test_unsigned_answers(server, mail):
    """With the root of another DNS as trust anchor no answer can be believed."""
    with open("other.key", "w", encoding="ascii") as file:
        file.write(". IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n")
    _, err = run(1, INDEX, "-q", "--no-builtin-keys", "-d", "other.db", "--dns", "--dns-server", server.address,
                 "--dns-trust-anchor", "other.key", mail)
    check("told", "no answer can be validated" in err and err.count("\n") == 1, err)
    check("nothing kept", rows("other.db", "select count(*) from dkim_key") == [(0,)], "")
    ok("a server whose answers cannot be validated is told from bogus names")


def main():
    missing = missing_tools()
    if missing:
        print("skipped: not installed: " + ", ".join(missing))
        sys.exit(77)
    import dkim_signer
    keys = os.path.join(SOURCE, "tests", "bench", "keys")
    key = dkim_signer.Key(os.path.join(keys, "rsa2048-a.pem"))
    other = dkim_signer.Key(os.path.join(keys, "rsa2048-b.pem"))
    work = tempfile.mkdtemp()
    server = None
    try:
        os.chdir(work)
        os.mkdir("zones")
        server = Server(os.path.join(work, "zones"), zones(key, other), ("AAAAAA", "BBBBBB"))
        server.start()
        make_mail("mail", key)
        options = ["--dns", "--dns-server", server.address, "--dns-trust-anchor", server.anchor]
        test_names("mail", options)
        test_words()
        test_same_as_later("mail", options)
        test_nobody_is_asked_without_dns(server, "mail")
        test_cache_and_retry(server, options)
        test_timeout(server, key)
        test_number_of_names(options)
        test_usage(server, "mail")
        test_unsigned_answers(server, "mail")
    finally:
        if server is not None:
            server.stop()
        os.chdir("/")
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
