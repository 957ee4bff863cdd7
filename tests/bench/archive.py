"""What the benchmark knows of Waxseal's programs and of the archive file."""
import json
import os
import sqlite3
import subprocess
import urllib.parse

import measure

DEFAULT_PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "release")
# Done; done, and some input was damaged.
INDEX_EXITS = (0, 4)
STORED_TEXT = "message_text"


class Programs:
    """The two programs of one build."""

    def __init__(self, folder):
        folder = os.path.abspath(folder)
        self.index = os.path.join(folder, "indexer", "waxseal-index")
        self.query = os.path.join(folder, "query", "waxseal-query")
        self.timer = os.path.join(folder, "tests", "waxseal-query-timer")
        for path in (self.index, self.query):
            if not os.access(path, os.X_OK):
                raise SystemExit(f"{path} is missing: cmake --preset release && cmake --build --preset release")

    def index_command(self, database, sources, keys=None):
        """Returns the command that makes an archive."""
        options = ["--keys", os.path.abspath(keys)] if keys else []
        return [self.index, "--quiet", "-d", database, *options, *sources]

    def stats(self, database):
        """Returns what waxseal-query says the archive holds."""
        output = subprocess.run([self.query, "-d", database, "stats", "--json"], check=True, capture_output=True)
        return json.loads(output.stdout)


def run_index(command):
    """Runs a command of Programs.index_command to its end. Returns a Measurement; a failure ends the benchmark."""
    run = measure.run(command)
    if run.exit_code not in INDEX_EXITS:
        raise SystemExit(f"waxseal-index failed with exit code {run.exit_code}")
    return run


def open_readonly(database):
    """Returns a connection that cannot change the archive."""
    path = urllib.parse.quote(os.path.abspath(database))
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def file_size(database):
    """Returns the size of an archive, with what SQLite may have left beside it."""
    return sum(os.path.getsize(database + end) for end in ("", "-wal", "-journal") if os.path.exists(database + end))


def table_sizes(database):
    """Returns name of table or index -> bytes in the file, the largest first."""
    connection = open_readonly(database)
    try:
        return dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"))
    finally:
        connection.close()


def index_size(database):
    """Returns the size of an archive without the stored text: what other tools' indexes hold."""
    return file_size(database) - table_sizes(database).get(STORED_TEXT, 0)


def remove(database):
    """Removes an archive that the benchmark made."""
    for end in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(database + end):
            os.unlink(database + end)
