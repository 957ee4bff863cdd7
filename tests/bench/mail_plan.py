"""What the reference dump holds: who writes, when, with which verdict and which attachments. No mail is made here."""
import collections
import datetime
import math
import os

import dkim_signer

MESSAGES = 71_848
ATTACHMENTS = 26_506
SENDERS = 4_493
PASS = 21_075
TOTAL_BYTES = 9_000_000_000
FIRST = int(datetime.datetime(2009, 3, 20, 0, 0, 0, tzinfo=datetime.timezone.utc).timestamp())
LAST = int(datetime.datetime(2017, 4, 24, 23, 59, 59, tzinfo=datetime.timezone.utc).timestamp())

# Kind of message -> (number in the full dump, result of the message, level). Everything else is unsigned.
KINDS = {
    "verified": (14_275, "pass", "verified"),
    "third-party": (3_700, "pass", "none"),
    "third-party-over-broken": (600, "pass", "none"),  # a list broke the author's signature and signed itself
    "limited-length": (900, "pass", "limited"),
    "limited-subject": (700, "pass", "limited"),
    "limited-weak-key": (500, "pass", "limited"),
    "limited-test-key": (400, "pass", "limited"),
    "tampered-body": (3_000, "fail", "none"),
    "tampered-header": (2_400, "fail", "none"),
    "lost-key": (6_900, "nokey", "none"),
    "malformed": (120, "error", "none"),
    "unsigned": (0, "none", "none"),
}
assert sum(number for number, dkim, _ in KINDS.values() if dkim == "pass") == PASS
# Kinds whose author's domain signs.
OWN_DOMAIN_KINDS = frozenset(kind for kind in KINDS if kind not in ("third-party", "lost-key", "unsigned"))

# Kind of a message and of its twin (same Message-ID, other bytes) -> number of such pairs.
TWINS = {("verified", "verified"): 120, ("verified", "tampered-body"): 120, ("unsigned", "unsigned"): 160}

# Name -> (share of the messages, is it stored with CRLF). The last is a Maildir.
BOXES = {
    "inbox.mbox": (0.24, False), "bureau.mbox": (0.20, False), "archive.mbox": (0.16, False),
    "sent.mbox": (0.09, False), "lists.mbox": (0.12, False), "projets/équipe.mbox": (0.06, False),
    "projets/clients.mbox": (0.05, False), "export-crlf.mbox": (0.038, True), "Maildir": (0.042, False),
}

ATTACHED_SHARE = 0.24   # of the messages have attachments
TEXT_BYTES = 5_200      # of a message without its attachments, about: what is left of TOTAL_BYTES is attachments
BASE64_GROWTH = 77 / 57
SIZE_SIGMA = 1.67       # of the log-normal sizes
SIZE_MAX = 34_000_000   # bytes of one attachment
LARGE = 6               # attachments above LARGE_SIZE in the full dump
LARGE_SIZE = 21_000_000

SYLLABLES = "ba bel bor cal cor dan del far fon gal gran hau ker lan lor mar mont nor par pel ros sal tar val ver vil".split()
GIVEN = """jean marie pierre anne luc claire paul sophie louis julie hugo emma léa noël zoé rené hélène françois andré
benoît cécile john mary peter susan david linda james karen robert nancy michael lisa thomas sarah daniel ruth""".split()
FAMILY = """martin bernard dubois lefèvre moreau laurent girard roux fournier lambert bonnet françois müller legrand
garnier chevalier besançon mercier smith jones taylor brown wilson evans walker wright green hall wood clarke baker
carter turner parker cooper ward bell murphy""".split()

Sender = collections.namedtuple("Sender", "address name domain signing_domain")
Slot = collections.namedtuple("Slot", "number date kind sender attachments has_twin is_twin")
SigningKey = collections.namedtuple("SigningKey", "selector domain key")


def ascii_of(name):
    """Returns a name without accents."""
    return name.translate(str.maketrans("éèêëîïôöûüçà", "eeeeiioouuca")).replace("œ", "oe")


class World:
    """Domains, keys and senders."""

    def __init__(self, rng, key_folder, n_senders):
        def load(name, flags=""):
            return dkim_signer.Key(os.path.join(key_folder, name + ".pem"), flags)

        strong = [load(name) for name in ("rsa1024-a", "rsa1024-b", "rsa1024-c", "rsa2048-a", "rsa2048-b", "rsa2048-c")]
        weak = load("rsa768-weak")
        testing = [load("rsa1024-b", "t=y; "), load("rsa2048-b", "t=y; ")]
        ed25519 = load("ed25519-a")
        self.lost = [load("rsa1024-lost"), load("rsa2048-lost")]
        names = set()
        while len(names) < 360:
            names.add("".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3)))
                      + rng.choice(["", "-" + rng.choice(SYLLABLES)]) + ".example")
        domains = sorted(names)
        rng.shuffle(domains)
        self.signing, self.plain, self.third_party = domains[:150], domains[150:335], domains[335:]
        self.keys = {}       # domain -> keys that make a message verified
        self.weak_keys = {}
        self.test_keys = {}
        self.published = []  # SigningKey
        for domain in self.signing + self.third_party:
            selectors = rng.sample(["mail", "s1", "s2", "default", "dkim", "google", "k1", "2013"], 2)
            pairs = list(zip(selectors, rng.sample(strong, 2)))
            self.keys[domain] = [SigningKey(selector, domain, key) for selector, key in pairs]
            if rng.random() < 0.2:  # a selector that had two keys
                self.keys[domain].append(SigningKey(selectors[0], domain, rng.choice([k for k in strong if k is not pairs[0][1]])))
            if rng.random() < 0.08:
                self.keys[domain].append(SigningKey("ed", domain, ed25519))
            self.weak_keys[domain] = SigningKey("old", domain, weak)
            self.test_keys[domain] = SigningKey("testing", domain, rng.choice(testing))
            self.published += [*self.keys[domain], self.weak_keys[domain], self.test_keys[domain]]
        n_own = n_senders * 9 // 20
        self.own_senders = self.make_senders(rng, self.signing, n_own, set())
        taken = {sender.address for sender in self.own_senders}
        self.other_senders = self.make_senders(rng, self.plain, n_senders - n_own, taken)

    @staticmethod
    def make_senders(rng, domains, number, taken):
        """Returns `number` senders with distinct addresses."""
        senders = []
        while len(senders) < number:
            given, family, domain = rng.choice(GIVEN), rng.choice(FAMILY), rng.choice(domains)
            local = ascii_of(rng.choice([f"{given}.{family}", f"{given[0]}{family}", f"{given}{rng.randint(1, 99)}"]))
            host = domain if rng.random() < 0.8 else rng.choice(["mail.", "bureau.", "hq."]) + domain
            address = f"{local}@{host}"
            if address not in taken:
                taken.add(address)
                senders.append(Sender(address, f"{given.title()} {family.title()}", host, domain))
        return senders


def scaled(number, scale):
    """Returns a number of the full dump for a smaller one."""
    return max(1, round(number * scale))


def kinds_of(scale):
    """Returns (single messages by kind, pairs of twins by kind)."""
    singles = {kind: scaled(values[0], scale) for kind, values in KINDS.items() if values[0]}
    singles["unsigned"] = scaled(MESSAGES, scale) - sum(singles.values())
    twins = {kinds: scaled(number, scale) for kinds, number in TWINS.items()}
    for pair, number in twins.items():
        for kind in pair:
            singles[kind] -= number
    return singles, twins


def pick_senders(rng, senders, number):
    """Returns `number` senders: each occurs, and a few write most of the mail."""
    weights = [1 / (rank + 5) for rank in range(len(senders))]
    picked = senders + rng.choices(senders, weights=weights, k=number - len(senders))
    rng.shuffle(picked)
    return picked


def attachment_sizes(rng, scale, n_messages):
    """Returns the sizes of all attachments, scaled so that the dump comes out at its size."""
    number = scaled(ATTACHMENTS, scale)
    total = (TOTAL_BYTES * scale - TEXT_BYTES * n_messages) / BASE64_GROWTH
    large = [LARGE_SIZE + rng.randrange(8_000_000) for _ in range(scaled(LARGE, scale))]
    sizes = [rng.lognormvariate(0, SIZE_SIGMA) for _ in range(number - len(large))]
    factor = max(total - sum(large), total / 10) / sum(sizes)
    sizes = [min(SIZE_MAX, 64 + int(size * factor)) for size in sizes] + large
    rng.shuffle(sizes)
    return sizes


def spread_attachments(rng, scale, units):
    """Gives each attachment to a message. Returns: index of unit -> its sizes."""
    sizes = attachment_sizes(rng, scale, sum(len(unit) for unit in units))
    alone = [index for index, unit in enumerate(units) if len(unit) == 1]
    chosen = rng.sample(alone, min(len(sizes), math.ceil(len(alone) * ATTACHED_SHARE)))
    result = {index: [] for index in chosen}
    for place, size in enumerate(sizes):
        index = chosen[place] if place < len(chosen) else rng.choice(chosen)
        result[index].append(size)
    return result


def make_plan(rng, scale, world):
    """Returns name of box -> list of Slot in the order of time."""
    singles, twins = kinds_of(scale)
    units = [(kind,) for kind, number in singles.items() for _ in range(number)]
    units += [pair for pair, number in twins.items() for _ in range(number)]
    rng.shuffle(units)
    attachments = spread_attachments(rng, scale, units)
    own = [index for index, unit in enumerate(units) if unit[0] in OWN_DOMAIN_KINDS]
    other = [index for index, unit in enumerate(units) if unit[0] not in OWN_DOMAIN_KINDS]
    sender_of = dict(zip(own, pick_senders(rng, world.own_senders, len(own))))
    sender_of.update(zip(other, pick_senders(rng, world.other_senders, len(other))))
    dates = sorted([FIRST, LAST] + [rng.randint(FIRST, LAST) for _ in range(len(units) - 2)])
    names = list(BOXES)
    places = rng.choices(names, weights=[share for share, _ in BOXES.values()], k=len(units))
    plan = {name: [] for name in names}
    number = 0
    for index, unit in enumerate(units):
        sizes = tuple(attachments.get(index, ()))
        for position, kind in enumerate(unit):
            plan[places[index]].append(Slot(number, dates[index], kind, sender_of[index], sizes,
                                            len(unit) > 1 and position == 0, position > 0))
            number += 1
    return plan
