"""Times first pages: one process a query, on terms drawn from the archive itself."""
import os
import random
import statistics
import subprocess
import time

import archive
import table

LIMIT = 50
TARGET_MS = 50.0
NOTHING_FOUND = 1
COMMON_SHARE = 100   # a middling word is in about one message of so many
SEED = "waxseal queries 1"


def usable(term):
    """Says whether a term can be typed as a word."""
    return len(term) >= 4 and term.isalpha()


def body_words(connection):
    """Returns (a word of most messages, one of about 1 in COMMON_SHARE, one of a single message)."""
    connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'message_fts', 'col')")
    rows = [(count, term) for term, count in
            connection.execute("SELECT term, doc FROM temp.word WHERE col = 'body'") if usable(term)]
    if not rows:
        raise SystemExit("the archive holds no words")
    n_messages = connection.execute("SELECT count(*) FROM message").fetchone()[0]
    wanted = n_messages / COMMON_SHARE
    return (max(rows)[1], min(rows, key=lambda row: (abs(row[0] - wanted), row[1]))[1], min(rows)[1])


def one(connection, sql, *values):
    """Returns the first column of the first row; None without rows."""
    row = connection.execute(sql, values).fetchone()
    return row and row[0]


MOST_FREQUENT = """SELECT {column} FROM message_address ma JOIN address a ON a.id = ma.address_id
    WHERE ma.role = ? AND {column} <> '' GROUP BY {column} ORDER BY count(*) {order}, {column} LIMIT 1"""


def terms_of(connection):
    """Returns what the queries are made of; a value is None when the archive has nothing of the kind."""
    frequent, middling, rare = body_words(connection)

    def person(role, column="a.address", order="DESC"):
        return one(connection, MOST_FREQUENT.format(column=column, order=order), role)

    dated = one(connection, "SELECT count(*) FROM message WHERE date IS NOT NULL")
    middle = one(connection, "SELECT strftime('%Y-%m', date, 'unixepoch') FROM message WHERE date IS NOT NULL "
                 "ORDER BY id LIMIT 1 OFFSET ?", dated // 2)
    rng = random.Random(SEED)
    ids = [row[0] for row in connection.execute("SELECT id FROM message WHERE msgid <> '' ORDER BY id")]
    message = rng.choice(ids) if ids else None
    name = one(connection, "SELECT name FROM attachment WHERE name LIKE '%._%' "
               "GROUP BY name ORDER BY count(*) DESC, name")
    return {
        "frequent": frequent, "middling": middling, "rare": rare, "prefix": frequent[:3] + "*",
        "phrase": phrase_with(connection, frequent), "sender": person("from"), "seldom": person("from", order="ASC"),
        "domain": person("from", "a.domain"), "recipient": person("to"),
        "month": middle, "year": middle and middle[:4],
        "subject": subject_word(connection), "extension": name and name.rpartition(".")[2].lower(),
        "attachment": name and next((word for word in name.replace("_", ".").split(".") if usable(word)), None),
        "signer": one(connection, "SELECT domain FROM signature WHERE domain <> '' "
                      "GROUP BY domain ORDER BY count(*) DESC LIMIT 1"),
        "selector": one(connection, "SELECT selector FROM signature WHERE selector <> '' "
                        "GROUP BY selector ORDER BY count(*) DESC LIMIT 1"),
        "msgid": one(connection, "SELECT msgid FROM message WHERE id = ?", message),
        "hash": one(connection, "SELECT lower(hex(sha256)) FROM message WHERE id = ?", message),
    }


def subject_word(connection):
    """Returns a frequent word of the subjects."""
    rows = connection.execute("SELECT term FROM temp.word WHERE col = 'subject' ORDER BY doc DESC, term")
    return next((term for term, in rows if usable(term)), None)


def phrase_with(connection, word):
    """Returns a phrase of two words as it stands in some body."""
    for body, in connection.execute("SELECT body FROM message_text ORDER BY id DESC LIMIT 1000"):
        words = body.split()
        for first, second in zip(words, words[1:]):
            if first.lower() == word and usable(second):
                return f"{first} {second}"
    return None


# What is meant, the query, is it one field or one word (those have the target). {} are the terms of the archive.
QUERIES = [
    ("everything", "*", True),
    ("word of most messages", "{frequent}", True),
    ("word of 1 %", "{middling}", True),
    ("word of one message", "{rare}", True),
    ("word of none", "zzqxwvk", True),
    ("prefix", "{prefix}", True),
    ("word of subjects", "subject:{subject}", True),
    ("body", "body:{middling}", True),
    ("busiest sender", "from:{sender}", True),
    ("sender of one message", "from:{seldom}", True),
    ("busiest sender's domain", "from:@{domain}", True),
    ("recipient", "to:{recipient}", True),
    ("either side", "with:{sender}", True),
    ("a month", "date:{month}", True),
    ("a year", "date:{year}", True),
    ("before", "before:{month}", True),
    ("verified", "is:verified", True),
    ("limited", "is:limited", True),
    ("unsigned", "is:unsigned", True),
    ("passing", "dkim:pass", True),
    ("failing", "dkim:fail", True),
    ("no key", "dkim:nokey", True),
    ("signer", "signed-by:{signer}", True),
    ("claimed signer", "claims-by:{signer}", True),
    ("selector", "selector:{selector}", True),
    ("algorithm", "alg:rsa-sha1", True),
    ("caveat", "caveat:partial-body", True),
    ("with attachment", "has:attachment", True),
    ("kind of attachment", "type:{extension}", True),
    ("attachment's name", "attachment:{attachment}", True),
    ("twins", "has:twin", True),
    ("problems", "has:problem", True),
    ("large", "larger:1M", True),
    ("Message-ID", "msgid:{msgid}", True),
    ("hash", "hash:{hash}", True),
    ("phrase", '"{phrase}"', False),
    ("two words", "{frequent} {middling}", False),
    ("either word", "{rare} OR {middling}", False),
    ("word but not another", "{frequent} -{middling}", False),
    ("sender and word", "from:{sender} {middling}", False),
    ("verified in a year", "is:verified date:{year}", False),
    ("verified with word", "is:verified {frequent}", False),
]


class Query:
    """One line of the table."""

    def __init__(self, meaning, text, has_target):
        self.meaning = meaning
        self.text = text
        self.has_target = has_target
        self.hits = 0
        self.times_ms = []

    def percentile(self, share):
        """Returns the time that this share of the runs does not exceed."""
        times = sorted(self.times_ms)
        return times[min(len(times) - 1, int(share * len(times)))]


def queries_for(terms):
    """Returns the queries that the archive has terms for."""
    return [Query(meaning, text.format(**terms), has_target) for meaning, text, has_target in QUERIES
            if not any(f"{{{name}}}" in text for name, value in terms.items() if value is None)]


def search(programs, database, text, *options):
    """Runs one search. Returns (milliseconds, output)."""
    command = [programs.query, "search", "-d", database, *options, "--", text]
    start = time.monotonic()
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            check=False)
    took = (time.monotonic() - start) * 1000
    if result.returncode not in (0, NOTHING_FOUND):
        raise SystemExit(f"search {text} failed with exit code {result.returncode}")
    return took, result.stdout


def time_all(programs, database, wanted, repeat):
    """Runs the queries in turn, so that a busy moment does not fall on one alone."""
    for query in wanted:
        query.hits = int(search(programs, database, query.text, "--count")[1] or 0)
    for _ in range(repeat):
        for query in wanted:
            query.times_ms.append(search(programs, database, query.text, "--json", "--limit", str(LIMIT))[0])


def start_of_process(programs, repeat):
    """Returns what starting the program alone takes, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.monotonic()
        subprocess.run([programs.query, "--version"], stdout=subprocess.DEVNULL, check=True)
        times.append((time.monotonic() - start) * 1000)
    return statistics.median(times)


def verdict(query):
    """Returns whether the target is met, for the table."""
    if not query.has_target:
        return ""
    return "met" if query.percentile(0.5) < TARGET_MS else "MISSED"


def show(wanted):
    """Prints the table."""
    table.show(f"First page of {LIMIT}, newest first, as JSON; target: median < {TARGET_MS:g} ms, one field or word",
               ["meaning", "median ms", "p99 ms", "min ms", "hits", "target", "query"],
               [[query.meaning, f"{query.percentile(0.5):.1f}", f"{query.percentile(0.99):.1f}",
                 f"{min(query.times_ms):.1f}", f"{query.hits:,}", verdict(query), query.text[:40]] for query in wanted])


def queries(arguments):
    """The mode `queries`."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    if not os.path.exists(arguments.archive):
        raise SystemExit(f"{arguments.archive} does not exist")
    connection = archive.open_readonly(arguments.archive)
    wanted = queries_for(terms_of(connection))
    connection.close()
    time_all(programs, arguments.archive, wanted, arguments.repeat)
    start_ms = start_of_process(programs, arguments.repeat)
    show(wanted)
    missed = [query for query in wanted if verdict(query) == "MISSED"]
    print(f"\n{len(wanted)} queries, {arguments.repeat} runs each; starting the program alone takes {start_ms:.1f} ms; "
          f"{len(missed)} missed the target")
    table.write_json(arguments.json, {
        "mode": "queries", "machine": machine, "start_ms": start_ms, "target_ms": TARGET_MS,
        "queries": [vars(query) for query in wanted]})
    return 0
