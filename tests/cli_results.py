#!/usr/bin/env python3
"""Runs waxseal-query search on a dump made here: orders, pages, threads, chosen fields, and mail that attacks whoever
reads the list, on a pipe and on a terminal. Prints one line a check; fails at the first that fails."""
import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import unicodedata

BUILD = os.environ["WAXSEAL_BUILD_DIR"]
INDEX = BUILD + "/indexer/waxseal-index"
QUERY = BUILD + "/query/waxseal-query"
N = 90


def mail(number, sender, subject, day, body, extra=""):
    return (f"From - Thu Jan  1 00:00:00 1970\nFrom: {sender}\nTo: desk@x.example\nSubject: {subject}\n"
            f"Message-ID: <{number}@x.example>\n{extra}Date: {day} 10:00:00 +0000\n\n{body}\n\n")


def dump():
    mails = []
    for i in range(N):
        answer = f"References: <{i - i % 3}@x.example>\n" if i % 3 else ""
        mails.append(mail(i, f"w{i % 7}@x.example", f"number {i}", f"{i % 28 + 1} Mar 2017",
                          "budget " * (1 + i % 11), answer))
    hostile = [("=?utf-8?Q?=E2=9C=94_verified?= <mark@evil.example>", "=?utf-8?Q?=E2=9C=93_=E2=9C=85_verified?="),
               ("=HYPERLINK(1) <formula@evil.example>", "=cmd|'/C calc'!A0"),
               ("=?utf-8?Q?=1B[32m?= <escape@evil.example>", "=?utf-8?Q?a=1B]0;title=07b=C2=9B31m?="),
               ("=?utf-8?Q?x=E2=80=AE?= <bidi@evil.example>", "=?utf-8?Q?gnp=E2=80=AE.exe=E2=81=A6?="),
               ("=?utf-8?Q?l1=0A1485950400__2017-02-01__ok?= <line@evil.example>", "=?utf-8?Q?a=0Ab=0D=0Ac=E2=80=A8d?="),
               ("=?utf-8?Q?=E4=BC=9A=E8=AE=AE=E7=BA=AA=E8=A6=81=F0=9F=98=80e=CC=81?= <wide@evil.example>",
                "=?utf-8?Q?" + "=E4=BC=9A" * 60 + "?=")]
    for i, (sender, subject) in enumerate(hostile):
        mails.append(mail(f"evil-{i}", sender, subject, f"{i + 1} Apr 2017", "hostile \x1b[31m text"))
    return "".join(mails)


def run(*arguments, code=0):
    done = subprocess.run([QUERY, *arguments], capture_output=True, check=False)
    if done.returncode != code:
        sys.exit(f"not ok - exit {done.returncode} instead of {code}: {arguments}\n{done.stdout}\n{done.stderr}")
    return done.stdout.decode(), done.stderr.decode()


def check(is_good, what, *seen):
    if not is_good:
        sys.exit(f"not ok - {what}: {seen}")
    print("ok -", what, flush=True)


def ids(*arguments):
    return [int(line) for line in run("search", *arguments, "--fields", "id")[0].split()]


def pages(*arguments):
    """All ids, page after page, by what each page says of the next."""
    found, cursor = [], []
    while True:
        out, errors = run("search", *arguments, "-n", "13", "--fields", "id", *cursor)
        found += [int(line) for line in out.split()]
        more = re.search(r"--cursor (\S+)", errors)
        if more is None:
            return found
        cursor = ["--cursor", more.group(1)]


def on_terminal(*arguments, **environment):
    """What a terminal is sent."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm", "PAGER": "cat", "LC_ALL": "C.UTF-8", **environment})
        os.execv(QUERY, [QUERY, *arguments])
    out = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(child, 0)
    return out.decode()


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def check_orders():
    rows = [json.loads(line) for line in run("search", "*", "-n", "500", "--json")[0].splitlines()]
    check(len(rows) == N + 6, "every message is a hit", len(rows))
    wanted = {
        "newest": sorted(rows, key=lambda r: -r["id"]),
        "oldest": sorted(rows, key=lambda r: r["id"]),
        "size": sorted(rows, key=lambda r: (-r["size"], -r["id"])),
        "sender": sorted(rows, key=lambda r: (r["from"]["address"].lower(), -r["id"])),
    }
    for order, expected in wanted.items():
        expected = [r["id"] for r in expected]
        check(ids("*", "--sort", order, "-n", "500") == expected, f"--sort {order}")
        check(pages("*", "--sort", order) == expected, f"pages of --sort {order} are the whole")
        among = [r["id"] for r in rows if "number" in r["subject"]]
        check(pages("budget", "--sort", order) == [i for i in expected if i in among], f"pages of words by {order}")
        check(ids("*", "--sort", order, "-n", "5", "--offset", "7") == expected[7:12], f"--offset by {order}")
    best = run("search", "budget", "--sort", "relevance", "-n", "1", "--json", "--fields", "subject,cursor")
    check('"cursor":null' in best[0] and "--offset 1" in best[1], "relevance has no cursor and says --offset", best)
    by_cursor = json.loads(run("search", "*", "--json", "-n", "1")[0])["cursor"]
    check(ids("*", "-n", "1", "--cursor", by_cursor)[0] == wanted["newest"][1]["id"], "JSON has a cursor a hit")
    for wrong in ("x", "newest:", "relevance:1", "size:1x"):
        run("search", "*", "--cursor", wrong, code=2)
    run("search", "*", "--cursor", "size:1", "--sort", "newest", code=2)
    out, errors = run("search", "*", "--cursor", "newest:1", code=1)
    check(out == "" and "no more hits" in errors, "behind the last hit", errors)
    out, errors = run("search", "*", "-n", str(N + 6), "--fields", "id")
    check(errors == "", "a page that ends with the last hit says no cursor", errors)


def check_threads():
    rows = [json.loads(line) for line in run("search", "budget", "--group-by", "thread", "--json", "-n", "99")[0].splitlines()]
    check(len(rows) == N // 3 and all(r["hits"] == 3 and r["messages"] == 3 for r in rows), "a row a thread")
    newest = [r["id"] for r in rows]
    check(newest == sorted(newest, reverse=True), "threads by their newest hit")
    check(run("search", "subject:1", "--group-by", "thread", "-n", "1")[0].splitlines()[0].find("[1 of 3] number 1") > 0
          or "[1 of 3]" in run("search", "subject:1", "--group-by", "thread")[0], "hits and messages are told apart")
    check(pages("budget", "--group-by", "thread") == newest, "pages of threads")
    check(run("search", "budget", "--group-by", "thread", "--count")[0] == f"{N // 3}\n", "threads are counted")
    oldest = ids("budget", "--group-by", "thread", "--sort", "oldest", "-n", "99")
    check(oldest == sorted(oldest) and set(oldest).isdisjoint(newest), "threads by their oldest hit")
    run("search", "*", "--group-by", "thread", "--sort", "size", code=2)
    run("search", "*", "--group-by", "sender", code=2)


def check_cut_thread():
    """The oldest answers one that a limit of 1 leaves out, and one that is nowhere."""
    with open("cut.mbox", "w", encoding="utf-8") as file:
        file.write(mail("cut-1", "a@x.example", "cut one", "1 Jan 2016", "b",
                        "References: <nowhere@x.example> <cut-2@x.example>\n"))
        file.write(mail("cut-2", "a@x.example", "cut two", "2 Jan 2016", "b", "References: <nowhere@x.example>\n"))
    subprocess.run([INDEX, "-q", "-d", "cut.db", "cut.mbox"], check=True)
    first = ids("subject:cut", "--sort", "oldest", "-d", "cut.db")[0]
    out, _ = run("-d", "cut.db", "thread", str(first), "-n", "1")
    check(re.search(r"left out +└? ?<cut-2@x", out), "what a limit leaves out is not missing", out)
    out, _ = run("-d", "cut.db", "thread", str(first))
    check("left out" not in out and re.search(r"missing +<nowhere@x", out), "what is nowhere is", out)


def check_fields():
    out, _ = run("search", "subject:number", "-n", "1", "--fields", "from_address,id,subject")
    check(re.fullmatch(r"w\d@x\.example\t\d+\tnumber \d+\n", out), "chosen fields with tabs", out)
    out, _ = run("search", "subject:number", "-n", "1", "--fields", "subject,size", "--csv")
    check(re.fullmatch(r'subject,size\r\n"number \d+",\d+\r\n', out), "chosen fields in CSV", out)
    out, _ = run("search", "*", "-n", "1", "--fields", "size,id", "--jsonl")
    check(list(json.loads(out)) == ["schema", "size", "id"], "chosen fields in JSON", out)
    _, errors = run("search", "*", "--fields", "subjet", code=2)
    check('"subject"' in errors, "a misspelt field is suggested", errors)
    run("search", "*", "--fields", "id", "-0", code=2)


def check_hostile():
    for form in ([], ["--csv"], ["--json"], ["--fields", "from,subject,snippet"], ["--group-by", "thread"]):
        out, _ = run("search", "hostile", *form)
        check(not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", out),
              f"no control character is sent {form}", out)
        if form != ["--json"]:
            lines = out.replace("\r\n", "\n").count("\n")
            check(lines == {"--csv": 7, "--fields": 6}.get(form[0] if form else "", 12), f"mail ends no line {form}", out)
    for form in ([], ["--group-by", "thread"]):
        out, _ = run("search", "hostile", *form)
        check(not re.search("[✔✓✅]", out), f"no mark of a mail passes for a verdict {form}", out)
        check("\\u2714 verified" in out, f"it is shown as text {form}", out)
    for separator, typed in ((",", ","), (";", ";"), ("\t", "tab")):
        out, _ = run("search", "hostile", "--csv", "--separator", typed)
        for row in csv.reader(io.StringIO(out), delimiter=separator):
            check(len(row) == 15, f"a line has all columns {typed}", row)
            check(all(cell[:1] not in ("=", "+", "-", "@") for cell in row), f"no cell is a formula {typed}", row)
    run("search", "hostile", "--separator", ";", code=2)
    run("search", "hostile", "--csv", "--separator", "x", code=2)
    out, _ = run("senders", "hostile")
    check("\\u2714 verified" in out and "✔" not in out, "senders draw no mark", out)
    with open("twins.mbox", "w", encoding="utf-8") as file:
        file.write(mail("✔ verified", "a@x.example", "one", "1 Mar 2017", "a") +
                   mail("✔ verified", "a@x.example", "one", "1 Mar 2017", "b"))
    subprocess.run([INDEX, "-q", "-d", "twins.db", "twins.mbox"], check=True)
    out, _ = run("twins", "-d", "twins.db")
    check("2 messages share" in out and "\\u2714" in out and "✔" not in out, "twins draw no mark", out)


def check_output():
    """What is said on stderr stands behind what it is about, and a full disk is no success."""
    both = subprocess.run([QUERY, "search", "*", "-n", "2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    check(both.stdout.decode().splitlines()[-1].startswith("waxseal-query: there are more:"),
          "a hint stands below the page in one pipe", both.stdout)
    hit = run("search", "*", "-n", "1", "--fields", "id")[0].strip()
    for words in (["search", "*"], ["search", "*", "-n", "2"], ["show", hit], ["show", "--raw", hit],
                  ["facets", "--by", "year"], ["--help"]):
        if os.access("/dev/full", os.W_OK):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([QUERY, *words], stdout=full, stderr=subprocess.PIPE, check=False)
            check(done.returncode == 3 and b"standard output" in done.stderr, f"a full disk is an error {words}", done)
        with subprocess.Popen([QUERY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            errors = process.stderr.read()
        check(process.returncode == 0 and b"standard output" not in errors, f"a reader may leave {words}", errors)


def check_terminal():
    out = on_terminal("search", "budget", "-n", "3")
    check("\x1b[1mbudget\x1b[0m" in out, "the hit in a snippet is bold", out)
    check("\x1b[" not in on_terminal("search", "budget", "-n", "3", NO_COLOR="1"), "NO_COLOR is heard")
    check("\x1b[" not in on_terminal("search", "budget", "-n", "3", TERM="dumb"), "a dumb terminal gets no colour")
    check("\x1b[" not in run("search", "budget")[0], "a pipe gets no colour")
    paged = on_terminal("search", "budget", "-n", "3", PAGER="sed s/^/P:/", NO_COLOR="1")
    check(paged.count("P:") == 6, "a pager on a terminal", paged)
    check("P:" not in on_terminal("search", "budget", "--no-pager", PAGER="sed s/^/P:/"), "--no-pager")
    for line in run("search", "from:wide")[0].splitlines():
        check(columns(line) <= 110, "wide characters count twice", columns(line), line)
    marks = [columns(line[:line.index("会" * 9)]) for line in run("search", "from:wide")[0].splitlines()[:1]]
    plain = run("search", "subject:number", "-n", "1")[0].splitlines()[0]
    check(marks == [columns(plain[:plain.index("number")])], "columns line up behind wide characters", marks, plain)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("mail.mbox", "w", encoding="utf-8") as file:
            file.write(dump())
        os.environ["WAXSEAL_DB"] = "archive.db"
        subprocess.run([INDEX, "-q", "mail.mbox"], check=True)
        check_orders()
        check_threads()
        check_fields()
        check_cut_thread()
        check_hostile()
        check_output()
        check_terminal()
        first, errors = run("search", "*", "-n", "13", "--fields", "id")
        before = ids("*", "-n", "500")
        with open("new.mbox", "w", encoding="utf-8") as file:
            file.write(mail("new", "new@x.example", "newer", "1 May 2018", "budget"))
        subprocess.run([INDEX, "-q", "new.mbox"], check=True)
        cursor = re.search(r"--cursor (\S+)", errors).group(1)
        rest = ids("*", "-n", "500", "--cursor", cursor)
        check([int(line) for line in first.split()] + rest == before, "new mail shifts no page")


main()
