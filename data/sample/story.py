"""Reads the story that the sample dump tells: who wrote what to whom, and what happened to it on the way.

The files in story/ hold threads and series. A thread:

    # Subject | box=halle                      attributes of all its messages
    @ 2014-02-03 17:30 pouliquen > aubry +tessier files=plan.pdf
    Text. An empty line parts paragraphs, and a line that begins with "| " keeps its line ends.
    @ ...                                      an answer to the message before

A message with subject= of its own begins a new thread, unless that begins with "Re:". A series is one text for many
messages: after `% Subject with {0}`, `@ sender > recipients` and the text, each row `= date time | value | value` makes
one message, with {0}, {1} ... filled in.
"""
import collections
import dataclasses
import datetime
import hashlib
import os
import shlex

Person = collections.namedtuple("Person", "key name address program signature")
UTC = datetime.timezone.utc
LONDON = ("hartwell-partners.example", "kingsmere-council.example")


@dataclasses.dataclass
class Message:
    """One mail of the story, before it is bytes."""
    sender: Person
    to: list
    cc: list
    local: datetime.datetime  # the sender's clock
    subject: str
    text: str
    options: dict
    parent: "Message" = None  # what it answers
    address: str = ""         # of the sender, who may pretend

    def __post_init__(self):
        self.address = self.options.get("as", self.sender.address)

    @property
    def domain(self):
        """The domain of the address in From."""
        return self.address.partition("@")[2]

    @property
    def date(self):
        """The moment it was sent, with the sender's time zone."""
        hours = 0 if self.domain in LONDON else 1
        return self.local.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=hours + is_summer(self.local))))

    @property
    def message_id(self):
        """The Message-ID without its brackets."""
        digest = hashlib.sha256(f"{self.local} {self.address} {self.subject}".encode()).hexdigest()[:10]
        return f"{self.local:%Y%m%d%H%M}.{digest}@{self.domain}"


def last_sunday(year, month):
    """Returns the last Sunday of a month with 31 days."""
    day = datetime.date(year, month, 31)
    return day - datetime.timedelta(days=(day.weekday() + 1) % 7)


def is_summer(moment):
    """Tells whether a European clock is in summer time."""
    return last_sunday(moment.year, 3) <= moment.date() < last_sunday(moment.year, 10)


def read_people(path):
    """Returns key -> Person."""
    people = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                person = Person(*line.rstrip("\n").split("\t"))
                people[person.key] = person
    return people


def parse_options(words):
    """Returns the name=value words as a dictionary."""
    return dict(word.split("=", 1) for word in words)


def parse_heading(line):
    """Returns (subject, attributes) of a line that begins a thread or a series."""
    subject, _, rest = line[2:].partition(" | ")
    return subject.strip(), parse_options(shlex.split(rest))


class Reader:
    """Makes messages of the story's lines."""

    def __init__(self, people):
        self.people = people
        self.messages = []

    def add(self, heading, words, moment, text, parent):
        """Adds a message from the words behind `@` (without date) and its text. Returns it."""
        subject, common = heading
        names = [word for word in words if "=" not in word]
        options = {**common, **parse_options(word for word in words if "=" in word)}
        recipients = names[names.index(">") + 1:]
        own = options.get("subject")
        if own is not None and not own.lower().startswith("re:"):
            parent = None
        if parent is not None and own is None:
            subject = parent.subject if parent.subject.lower().startswith("re:") else f"Re: {parent.subject}"
        message = Message(self.people[names[0]], [self.people[key] for key in recipients if key[0] != "+"],
                          [self.people[key[1:]] for key in recipients if key[0] == "+"],
                          datetime.datetime.strptime(moment, "%Y-%m-%d %H:%M"), own or subject, text.strip("\n"),
                          options, parent)
        self.messages.append(message)
        return message

    def read_thread(self, block):
        """Reads the lines of one thread."""
        heading = parse_heading(block[0])
        starts = [number for number, line in enumerate(block) if line.startswith("@ ")] + [len(block)]
        parent = None
        for start, end in zip(starts, starts[1:]):
            words = shlex.split(block[start][2:])
            parent = self.add(heading, words[2:], " ".join(words[:2]), "\n".join(block[start + 1:end]), parent)

    def read_series(self, block):
        """Reads the lines of one series."""
        subject, common = parse_heading(block[0])
        text = "\n".join(line for line in block[2:] if not line.startswith("= "))
        for line in block:
            if line.startswith("= "):
                moment, *values = line[2:].split(" | ")
                words = shlex.split(block[1][2:].format(*values))
                self.add((subject.format(*values), common), words, moment, text.format(*values), None)

    def read(self, path):
        """Reads a file of threads and series."""
        with open(path, encoding="utf-8") as file:
            blocks = []
            for line in file.read().split("\n"):
                if line.startswith(("# ", "% ")):
                    blocks.append([])
                blocks[-1].append(line)
        for block in blocks:
            if block[0].startswith("% "):
                self.read_series(block)
            else:
                self.read_thread(block)


def read_story(folder):
    """Returns (messages in the order of time, key -> Person)."""
    people = read_people(os.path.join(folder, "people.tsv"))
    reader = Reader(people)
    for name in ("halle.txt", "mairie.txt", "english.txt", "lists.txt", "series.txt"):
        reader.read(os.path.join(folder, name))
    return sorted(reader.messages, key=lambda message: (message.date, message.subject)), people
