"""The fixed mix of 200 queries that the targets are about, made of terms that the archive has."""
import random

import archive

SEED = "waxseal query mix 1"
EACH = 20             # queries of a kind
RARE_MESSAGES = 3     # at most so many have a rare word
MIDDLING = (0.001, 0.02)  # share of the messages that have a middling word
SAMPLE = 400          # messages that phrases and the like are cut from
MOST_COMMON = 500     # senders that a sender is drawn from


class Query:
    """One query in the language of each tool; None where a tool has no such thing."""

    def __init__(self, kind, waxseal, notmuch, mu):
        self.kind = kind
        self.texts = {"waxseal": waxseal, "notmuch": notmuch, "mu": mu}


class Terms:
    """What queries are made of."""

    def __init__(self, database):
        self.rng = random.Random(SEED)
        connection = archive.open_readonly(database)
        self.n_messages = connection.execute("SELECT count(*) FROM message").fetchone()[0]
        self.read_words(connection)
        self.read_messages(connection)
        self.read_senders(connection)
        connection.close()

    def read_words(self, connection):
        """Sorts the words by how many messages have them."""
        connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'message_fts', 'row')")
        words = [(count, term) for term, count in connection.execute("SELECT term, doc FROM temp.word ORDER BY term")
                 if len(term) >= 4 and term.isalpha() and term.isascii()]
        self.rare = [term for count, term in words if count <= RARE_MESSAGES]
        low, high = (self.n_messages * share for share in MIDDLING)
        self.middling = [term for count, term in words if low <= count <= high]
        # The ones nearest to half of all messages.
        self.common = [term for count, term in sorted(words, key=lambda word: abs(word[0] - self.n_messages / 2))[:EACH]]
        if not self.rare or not self.middling:
            raise SystemExit("the archive has too few words for the mix")

    def read_messages(self, connection):
        """Reads the texts and dates of some messages."""
        ids = [row[0] for row in connection.execute("SELECT id FROM message WHERE date IS NOT NULL ORDER BY id")]
        self.months = sorted({month for month, in connection.execute(
            "SELECT DISTINCT strftime('%Y-%m', date, 'unixepoch') FROM message WHERE date IS NOT NULL")})
        self.bodies = []
        for number in self.rng.sample(ids, min(SAMPLE, len(ids))):
            words = connection.execute("SELECT body FROM message_text WHERE id = ?", (number,)).fetchone()[0].split()
            if len(words) > 8:
                self.bodies.append(words)

    def read_senders(self, connection):
        """Reads the busiest senders."""
        self.senders = [address for address, in connection.execute(
            "SELECT a.address FROM message_address ma JOIN address a ON a.id = ma.address_id WHERE ma.role = 'from' "
            "AND a.address LIKE '_%@_%' GROUP BY a.address ORDER BY count(*) DESC, a.address LIMIT ?", (MOST_COMMON,))]

    def phrase(self):
        """Returns two or three words as they stand in a message."""
        while True:
            words = self.rng.choice(self.bodies)
            start = self.rng.randrange(len(words) - 3)
            phrase = words[start:start + self.rng.choice((2, 3))]
            if all(word.isalpha() for word in phrase):
                return " ".join(phrase)

    def months_range(self):
        """Returns (first month, last month), a quarter to two years apart."""
        first = self.rng.randrange(len(self.months))
        return self.months[first], self.months[min(len(self.months) - 1, first + self.rng.randrange(2, 24))]


def same(kind, text):
    """A query that every tool writes alike."""
    return Query(kind, text, text, text)


def range_query(first, last, word):
    """Months of a range, for each tool."""
    return Query("date range + word", f"date:{first}..{last} {word}", f"date:{first}..{last} and {word}",
                 f"date:{first}..{last} and {word}")


def type_query(mime, word):
    """Messages with an attachment of a type, with or without a word."""
    also = f" and {word}" if word else ""
    return Query("attachment type", f"type:{mime}{' ' + word if word else ''}", f"mimetype:{mime}{also}", f"mime:{mime}{also}")


def deep_query(terms):
    """Alternatives inside each other, with a phrase, a prefix, a sender and exclusions."""
    pick = terms.rng.choice
    a, b, c, d, e, f = (pick(terms.middling) for _ in range(6))
    common, prefix, sender = pick(terms.common), pick(terms.middling)[:5], pick(terms.senders)
    phrase = terms.phrase()
    return Query("deep boolean",
                 f'({a} OR {b} OR ("{phrase}" ({c} OR {prefix}*))) (({common} -{d}) OR (from:{sender} -({e} OR {f})))',
                 *[f'({a} or {b} or ("{phrase}" and ({c} or {prefix}*))) and '
                   f'(({common} and not {d}) or (from:{sender} and not ({e} or {f})))'] * 2)


TYPES = ("application/pdf", "text/csv", "text/plain", "application/pdf")


def make(terms):
    """Returns the mix, EACH queries of each kind."""
    rng = terms.rng
    queries = []
    for number in range(EACH):
        sender, middling = rng.choice(terms.senders), rng.choice(terms.middling)
        common = terms.common[number % len(terms.common)]
        verified = f"is:verified {middling if number % 2 else common}"
        queries += [
            same("rare word", rng.choice(terms.rare)),
            same("word of half of all", common),
            same("phrase", f'"{terms.phrase()}"'),
            same("prefix", rng.choice(terms.middling)[:4] + "*"),
            same("sender", f"from:{sender}"),
            Query("sender + word", f"from:{sender} {middling}", *[f"from:{sender} and {middling}"] * 2),
            range_query(*terms.months_range(), middling if number % 2 else common),
            Query("verified + word", verified, None, None),
            type_query(TYPES[number % len(TYPES)], middling if number % 2 else ""),
            deep_query(terms),
        ]
    return queries
