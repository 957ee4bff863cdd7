"""Indexes the reference dump, checks every number and every verdict, and says what it took."""
import dataclasses
import json
import os
import tempfile

import archive
import mail_copy
import measure
import table

COUNTS = ("messages", "occurrences", "attachments", "senders", "verified", "limited", "first_date", "last_date",
          "bytes")
PEAK_MEMORY = 300_000_000
WALL_TARGET_S = 30.0
WRONG_SHOWN = 10


def count_rows(truth, stats):
    """Returns (what, expected, found) of every count."""
    rows = [(name, truth[name], stats[name]) for name in COUNTS]
    return rows + [(f"dkim {word}", expected, stats["dkim"][word]) for word, expected in truth["dkim"].items()]


def read_truth(folder):
    """Returns (counts, SHA-256 -> (kind, dkim, level)) of the dump."""
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        counts = json.load(file)
    verdicts = {}
    with open(os.path.join(folder, "truth.tsv"), encoding="utf-8") as file:
        for line in file:
            sha256, _, kind, dkim, level = line.rstrip("\n").split("\t")
            verdicts[sha256] = (kind, dkim, level)
    return counts, verdicts


def check_verdicts(database, verdicts):
    """Compares every message with the truth. Returns lines that say what is wrong."""
    connection = archive.open_readonly(database)
    found = {row[0]: row[1:] for row in connection.execute("SELECT lower(hex(sha256)), dkim, level FROM message")}
    connection.close()
    wrong = [f"{sha256}: not in the dump" for sha256 in found.keys() - verdicts.keys()]
    for sha256, (kind, dkim, level) in verdicts.items():
        if sha256 not in found:
            wrong.append(f"{sha256} ({kind}): missing")
        elif found[sha256] != (dkim, level):
            wrong.append(f"{sha256} ({kind}): {'/'.join(found[sha256])}, should be {dkim}/{level}")
    return wrong


def show_checks(truth, verdicts, stats, wrong):
    """Prints what was checked. Returns whether all is right."""
    rows = count_rows(truth, stats)
    head = ["count", "expected", "found", ""]
    spell = "{:,}".format
    table.show("Counts against truth.json", head,
               [[what, *(spell(value) if isinstance(value, int) else value for value in (expected, found)),
                 "OK" if expected == found else "WRONG"] for what, expected, found in rows])
    print(f"\nVerdicts against truth.tsv: {len(verdicts):,} messages, {len(wrong):,} wrong")
    for line in wrong[:WRONG_SHOWN]:
        print(f"WRONG  {line}")
    return not wrong and all(expected == found for _, expected, found in rows)


def time_all(programs, arguments, database, folder):
    """Runs everything in turn. Returns (name -> measurements, bytes of the dump)."""
    dump = os.path.join(arguments.folder, "dump")
    size = mail_copy.warm([dump])
    each_file = mail_copy.each_file([dump], folder)
    # cat and sha256sum are what reading and hashing alone take.
    commands = {"cat": [*each_file, "cat", "--"], "sha256sum": [*each_file, "sha256sum", "--"],
                "waxseal-index": programs.index_command(database, [dump], os.path.join(arguments.folder, "keys.tsv"))}
    runs = {name: [] for name in commands}
    for _ in range(arguments.repeat):
        archive.remove(database)
        for name, command in commands.items():
            os.sync()  # else the program waits for the disk to take what was written before it
            result = measure.run(command)
            table.say(f"{name}: {result.wall_s:.1f} s")
            if result.exit_code not in (archive.INDEX_EXITS if name == "waxseal-index" else (0,)):
                raise SystemExit(f"{name} failed with exit code {result.exit_code}")
            runs[name].append(result)
    return runs, size


def show_times(runs, size):
    """Prints what it took, and the ratio to hashing alone."""
    base = table.median([run.wall_s for run in runs["sha256sum"]])
    rows = []
    for name, results in runs.items():
        wall, cpu, rss, pss, largest = (table.median([getattr(result, field) for result in results])
                                        for field in ("wall_s", "cpu_s", "peak_rss", "peak_pss", "max_rss"))
        rows.append([name, table.number(wall), table.number(min(result.wall_s for result in results)),
                     table.number(cpu), table.megabytes(size / wall, 0), table.ratio(wall, base), table.megabytes(pss),
                     table.megabytes(rss), table.megabytes(largest)])
    table.show(f"Time and memory, {table.megabytes(size)} MB, median of {len(runs['sha256sum'])}",
               ["program", "wall s", "min", "CPU s", "MB/s", "x sha256sum", "peak PSS MB", "sum RSS MB", "max RSS MB"],
               rows)
    parts = runs["waxseal-index"][0].peak_pss_parts
    print("\npeak PSS of waxseal-index: " + ", ".join(
        f"{table.megabytes(value)} MB {name.removeprefix('Pss_').lower()}" for name, value in parts.items())
        + f", in {runs['waxseal-index'][0].processes} processes")


def show_sizes(database, size):
    """Prints the largest tables of the archive."""
    whole = archive.file_size(database)
    tables = list(archive.table_sizes(database).items())
    rows = [[name, table.megabytes(value), f"{100 * value / whole:.1f} %"] for name, value in tables[:8]]
    rest = whole - sum(value for _, value in tables[:8])
    rows += [["all others", table.megabytes(rest), f"{100 * rest / whole:.1f} %"],
             ["archive", table.megabytes(whole), f"{100 * whole / size:.1f} % of the dump"],
             ["archive without the text", table.megabytes(archive.index_size(database)), ""]]
    table.show("Size", ["table", "MB", "share"], rows)


def show_targets(runs):
    """Prints the targets that this mode measures."""
    wall = table.median([run.wall_s for run in runs["waxseal-index"]])
    peak = max(run.peak_pss for run in runs["waxseal-index"])
    table.show("Targets", ["target", "wanted", "measured", ""], [
        ["wall, s (full dump)", f"< {WALL_TARGET_S:g}", table.number(wall),
         "met" if wall < WALL_TARGET_S else "MISSED"],
        ["peak PSS of all processes, MB", f"< {PEAK_MEMORY / 1e6:g}", table.megabytes(peak),
         "met" if peak < PEAK_MEMORY else "MISSED"]])


def reference(arguments):
    """The mode `reference`. Returns 1 when anything is not as the truth says."""
    programs = archive.Programs(arguments.programs)
    truth, verdicts = read_truth(arguments.folder)
    machine = table.show_machine()
    with tempfile.TemporaryDirectory(prefix="waxseal-bench-", dir=arguments.work) as folder:
        database = arguments.archive or os.path.join(folder, "archive.db")
        if arguments.archive and os.path.exists(arguments.archive):
            raise SystemExit(f"{arguments.archive} exists already")
        runs, size = time_all(programs, arguments, database, folder)
        stats = programs.stats(database)
        wrong = check_verdicts(database, verdicts)
        is_right = show_checks(truth, verdicts, stats, wrong)
        show_times(runs, size)
        show_sizes(database, size)
        show_targets(runs)
        table.write_json(arguments.json, {
            "mode": "reference", "machine": machine, "bytes": size, "right": is_right, "truth": truth, "found": stats,
            "wrong": wrong, "archive_bytes": archive.file_size(database), "tables": archive.table_sizes(database),
            "runs": {name: [dataclasses.asdict(run) for run in results] for name, results in runs.items()}})
    return 0 if is_right else 1
