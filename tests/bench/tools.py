"""The tools that index mail, each with its own home and its own index in a temporary folder."""
import os
import re
import shutil
import subprocess

import archive


class Mail:
    """The same mail in both forms. `mboxes` is empty when it did not come as mbox."""

    def __init__(self, mboxes, maildir):
        self.mboxes = mboxes
        self.maildir = maildir

    def paths(self, form):
        """Returns what a tool that reads `form` is given."""
        return self.mboxes if form == "mbox" else [self.maildir]


class Tool:
    """One way to index the mail. Tools differ in what is below; only command() is timed."""

    name = ""
    package = ""
    program = ""
    form = "Maildir"
    good_exits = (0,)
    search_exits = (0,)  # of a search
    search_note = ""     # what it cannot do as asked

    def __init__(self, mail, folder):
        self.mail = mail
        self.folder = os.path.join(folder, f"{self.name}-{self.form}")

    @property
    def label(self):
        """What a row of the table is called."""
        return f"{self.name}, {self.form}"

    def path(self, *names):
        """Returns a path in the tool's own folder."""
        return os.path.join(self.folder, *names)

    def environ(self):
        """Returns an environment in which the tool sees no configuration but its own."""
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8"}

    def is_installed(self):
        """Says whether the program is there."""
        return shutil.which(self.program) is not None

    def reset(self):
        """Removes the index of the run before and writes the configuration."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def write(self, name, text):
        """Writes a configuration file. Returns its path."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def output_of(self, *command):
        """Returns what a command of the tool prints."""
        return subprocess.run(command, env=self.environ(), check=True, capture_output=True, text=True).stdout

    def command(self):
        """Returns the command that makes the index."""
        raise NotImplementedError

    def search_command(self, asked, text, limit):
        """Returns the command that prints the newest hits ("page") or counts them ("count")."""
        raise NotImplementedError

    def index_bytes(self):
        """Returns the size of the index."""
        raise NotImplementedError

    def count(self):
        """Returns how many messages the index holds."""
        raise NotImplementedError


def folder_size(folder):
    """Returns the sum of the sizes of all files below a folder."""
    return sum(os.path.getsize(os.path.join(parent, name)) for parent, _, names in os.walk(folder) for name in names)


class Waxseal(Tool):
    """waxseal-index, every signature checked."""

    name = "waxseal"
    good_exits = archive.INDEX_EXITS

    def __init__(self, mail, folder, form, programs, keys):
        self.form = form
        super().__init__(mail, folder)
        self.programs = programs
        self.keys = keys
        self.program = programs.index
        self.database = self.path("archive.db")

    def command(self):
        return self.programs.index_command(self.database, self.mail.paths(self.form), self.keys)

    def index_bytes(self):
        return archive.index_size(self.database)

    def stored_bytes(self):
        """Returns the size of the archive with the stored text."""
        return archive.file_size(self.database)

    def count(self):
        return self.programs.stats(self.database)["occurrences"]


class Mairix(Tool):
    """mairix reads both forms."""

    name = "mairix"
    package = "mairix"
    program = "mairix"

    def __init__(self, mail, folder, form):
        self.form = form
        super().__init__(mail, folder)

    def reset(self):
        super().reset()
        # Absolute paths: mairix does not follow symbolic links. It tells folders apart by colons.
        paths = self.mail.paths(self.form)
        if any(":" in path for path in paths):
            raise SystemExit("mairix cannot read mail from a path with a colon")
        kind = "mbox" if self.form == "mbox" else "maildir"
        self.write("rc", f"base={self.folder}\n{kind}={':'.join(paths)}\ndatabase={self.path('index')}\n"
                         f"mfolder={self.path('found')}\nmformat=raw\n")

    def command(self):
        return [self.program, "-f", self.path("rc")]

    def index_bytes(self):
        return os.path.getsize(self.path("index"))

    def count(self):
        return self.output_of(self.program, "-f", self.path("rc"), "-r", "z:0-2000000000").count("\n")


class Notmuch(Tool):
    """notmuch keeps its index inside the mail unless it is told otherwise."""

    name = "notmuch"
    package = "notmuch"
    program = "notmuch"
    search_note = "it has no order by relevance"

    def environ(self):
        return {**super().environ(), "NOTMUCH_CONFIG": self.path("config")}

    def reset(self):
        super().reset()
        os.mkdir(self.path("database"))
        self.write("config", f"[database]\npath={self.path('database')}\nmail_root={self.mail.maildir}\n"
                             "[user]\nname=Bench\nprimary_email=bench@host.example\n[new]\ntags=\n")

    def command(self):
        return [self.program, "new", "--quiet"]

    def search_command(self, asked, text, limit):
        options = ["search", "--output=messages", "--sort=newest-first", f"--limit={limit}"] if asked == "page" \
            else ["count", "--output=messages"]
        return [self.program, *options, "--", text]

    def index_bytes(self):
        return folder_size(self.path("database"))

    def count(self):
        return int(self.output_of(self.program, "count", "--output=files", "*"))


class Mu(Tool):
    """mu makes an empty index first; that is not timed."""

    name = "mu"
    package = "maildir-utils"
    program = "mu"
    search_exits = (0, 4)  # hits, none
    search_note = "it has no order by relevance, and no count: it lists all ids"

    def reset(self):
        super().reset()
        self.output_of(self.program, "init", f"--muhome={self.path('mu')}", f"--maildir={self.mail.maildir}")

    def command(self):
        return [self.program, "index", "--quiet", f"--muhome={self.path('mu')}"]

    def search_command(self, asked, text, limit):
        page = ["--sortfield=date", "--reverse", f"--maxnum={limit}"] if asked == "page" else []
        return [self.program, "find", f"--muhome={self.path('mu')}", "--fields=i", *page, "--", text]

    def index_bytes(self):
        return folder_size(self.path("mu", "xapian"))

    def count(self):
        text = self.output_of(self.program, "info", "--nocolor", f"--muhome={self.path('mu')}")
        return int(re.search(r"messages in store \| (\d+)", text)[1])


def searching_tools(mail, folder):
    """Returns the tools that answer queries by words, people and dates."""
    return [Notmuch(mail, folder), Mu(mail, folder)]


NAMES = ("waxseal", "mairix", "notmuch", "mu")


def make_tools(names, mail, folder, programs, keys):
    """Returns the rows of the comparison: a tool that reads both forms has two."""
    forms = (["mbox"] if mail.mboxes else []) + ["Maildir"]
    tools = [Waxseal(mail, folder, form, programs, keys) for form in forms]
    if "mairix" in names:
        tools += [Mairix(mail, folder, form) for form in forms]
    if "notmuch" in names:
        tools.append(Notmuch(mail, folder))
    if "mu" in names:
        tools.append(Mu(mail, folder))
    return tools
