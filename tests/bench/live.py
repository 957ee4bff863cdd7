"""Searches while mail is added to the archive, and how much of an archive a search reads."""
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import archive
import mix
import queries
import table

BEFORE = 50  # searches of each query before mail is added
PREAD = re.compile(r"pread64\(.* = (\d+)$", re.MULTILINE)


def texts_of(database):
    """Returns what is searched: words of most and of no messages, a prefix, a sender, a verdict, everything."""
    connection = archive.open_readonly(database)
    terms = queries.terms_of(connection)
    connection.close()
    return [mix.NOTHING, "*", *(text.format(**terms) for text in
                                ("{frequent}", "{rare}", "{prefix}", "from:{sender}", "is:verified {frequent}"))]


def bytes_read(command):
    """Returns (reads, bytes) of a search in the archive; SQLite alone uses pread."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as trace:
        subprocess.run(["strace", "-f", "-e", "trace=pread64", "-o", trace.name, *command.words], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        sizes = [int(size) for size in PREAD.findall(trace.read())]
    return len(sizes), sum(sizes)


def show_bytes(programs, database, texts):
    """Prints what the first page of each query reads. Returns text -> bytes."""
    if shutil.which("strace") is None:
        table.say("strace is not installed: what is read is left out")
        return {}
    read = {text: bytes_read(mix.search_command(programs, database, "page", text)) for text in texts}
    table.show(f"Read of an archive of {table.megabytes(archive.file_size(database), 0)} MB for a first page",
               ["query", "reads", "MB"], [[text, reads, table.megabytes(size, 2)] for text, (reads, size) in read.items()])
    return read


def search_during(programs, database, texts, mail):
    """Searches as long as waxseal-index adds mail. Returns (ms of each search, seconds that adding took)."""
    commands = [mix.search_command(programs, database, "page", text) for text in texts]
    times = []
    start = time.monotonic()
    with subprocess.Popen(programs.index_command(database, [mail]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as adding:
        while adding.poll() is None:
            times += [command.run() for command in commands]
    if adding.returncode not in archive.INDEX_EXITS:
        raise SystemExit(f"waxseal-index failed with exit code {adding.returncode}")
    return times, time.monotonic() - start


def row(what, times):
    """Returns a row of the table of times."""
    return [what, len(times), f"{statistics.median(times):.1f}", f"{mix.percentile(times, 0.99):.1f}", f"{max(times):.1f}"]


def live(arguments):
    """The mode `live`. A search that fails ends it: see mix.Command."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    texts = texts_of(arguments.archive)
    read = show_bytes(programs, arguments.archive, texts)
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        database = os.path.join(folder, "archive.db")
        shutil.copyfile(arguments.archive, database)
        os.sync()  # else the first commit waits for the whole copy
        before = [mix.search_command(programs, database, "page", text).run() for _ in range(BEFORE) for text in texts]
        during, took_s = search_during(programs, database, texts, os.path.abspath(arguments.mail))
    table.show(f"First pages in ms, whole processes, in {took_s:.0f} s while mail is added", ["", "searches", "median", "p99", "max"],
               [row("before", before), row("during", during)])
    table.write_json(arguments.json, {"mode": "live", "machine": machine, "read": read, "before_ms": before,
                                      "during_ms": during, "adding_s": took_s})
    return 0
