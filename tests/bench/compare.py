"""Indexes the same mail with each tool in one run and prints how they compare."""
import collections
import dataclasses
import os
import shutil
import tempfile

import archive
import mail_copy
import measure
import table
import tools

MAIRIX_WALL = 1.0      # mairix takes longer than waxseal
XAPIAN_WALL = 20.0     # notmuch and mu take this many times as long
NOTMUCH_SIZE = 2.0     # notmuch's index is this many times as large
PEAK_MEMORY = 300_000_000
HEAD = ["tool, what it reads", "messages", "wall s", "min", "max", "CPU s", "peak PSS MB", "max RSS MB", "index MB",
        "wall x", "CPU x", "memory x", "index x"]


@dataclasses.dataclass
class Row:
    """What was measured of one tool."""

    label: str
    name: str
    form: str
    messages: int
    index_bytes: int
    stored_bytes: int  # of an archive with its text; None for the others
    runs: list

    def median(self, field):
        """Returns the median of a field of Measurement."""
        return table.median([getattr(run, field) for run in self.runs])


def input_of(paths, folder):
    """Returns (the mail in both forms, its number of messages, its bytes), the Maildir made in `folder`."""
    files = list(mail_copy.files_below(paths))
    if not files:
        raise SystemExit("no mail found")
    mboxes = files if all(mail_copy.is_mbox(path) for path in files) else []
    table.say("copying the mail into a Maildir (not timed)")
    maildir = os.path.join(folder, "mail")
    count = mail_copy.make_maildir(paths, maildir)
    return tools.Mail([os.path.abspath(path) for path in mboxes], maildir), count, sum(map(os.path.getsize, files))


def run_once(tool):
    """Indexes once. Returns a Measurement, or None when the tool failed."""
    tool.reset()
    mail_copy.warm(tool.mail.paths(tool.form))
    os.sync()  # else the program waits for the disk to take what was written before it
    log = tool.path("log")
    with open(log, "wb") as output:
        result = measure.run(tool.command(), tool.environ(), output)
    table.say(f"{tool.label}: {result.wall_s:.1f} s")
    if result.exit_code in tool.good_exits:
        return result
    with open(log, encoding="utf-8", errors="replace") as file:
        table.say(f"{tool.label} failed with exit code {result.exit_code}: {file.read()[-500:].strip()}")
    return None


def run_all(present, repeat):
    """Runs the tools in turn, `repeat` times. Returns the rows of those that never failed."""
    runs = collections.defaultdict(list)
    facts = {}
    for _ in range(repeat):
        for tool in present:
            result = run_once(tool)
            runs[tool.label].append(result)
            if result is not None:
                stored = tool.stored_bytes() if isinstance(tool, tools.Waxseal) else None
                facts[tool.label] = (tool.count(), tool.index_bytes(), stored)
            shutil.rmtree(tool.folder)
    return [Row(tool.label, tool.name, tool.form, *facts[tool.label], runs[tool.label])
            for tool in present if None not in runs[tool.label]]


def cells_of(row, base):
    """Returns a row of the table; `base` is the row that is 1."""
    walls = [run.wall_s for run in row.runs]
    wall, cpu, memory = row.median("wall_s"), row.median("cpu_s"), row.median("peak_pss")
    return [row.label, f"{row.messages:,}", table.number(wall), table.number(min(walls)), table.number(max(walls)),
            table.number(cpu), table.megabytes(memory), table.megabytes(row.median("max_rss")),
            table.megabytes(row.index_bytes), table.ratio(wall, base.median("wall_s")),
            table.ratio(cpu, base.median("cpu_s")), table.ratio(memory, base.median("peak_pss")),
            table.ratio(row.index_bytes, base.index_bytes)]


def find(rows, name, form):
    """Returns the row of a tool; None without."""
    return next((row for row in rows if (row.name, row.form) == (name, form)), None)


def wall_target(rows, name, form, wanted):
    """Returns the target for the time of a tool against waxseal on the same form."""
    row, base = find(rows, name, form), find(rows, "waxseal", form)
    value = row.median("wall_s") / base.median("wall_s") if row and base else None
    return [f"{name}: wall, times waxseal's, both from {form}", f">= {wanted:g}", value, value and value >= wanted]


def best_wall_target(rows, name, wanted):
    """Returns the target for a tool that needs a Maildir against waxseal on the mail as it came."""
    row, base = find(rows, name, "Maildir"), rows[0]
    value = row.median("wall_s") / base.median("wall_s") if row else None
    return [f"{name}: wall, times waxseal's from {base.form}", f">= {wanted:g}", value, value and value >= wanted]


def targets(rows):
    """Returns the targets as (what, wanted, measured, met); measured is None when a tool is missing."""
    notmuch = find(rows, "notmuch", "Maildir")
    size = notmuch.index_bytes / rows[0].index_bytes if notmuch else None
    peak = max(row.median("peak_pss") for row in rows if row.name == "waxseal")
    forms = [form for form in ("mbox", "Maildir") if find(rows, "waxseal", form)]
    result = [wall_target(rows, "mairix", form, MAIRIX_WALL) for form in forms]
    for name in ("notmuch", "mu"):
        result.append(wall_target(rows, name, "Maildir", XAPIAN_WALL))
        if rows[0].form == "mbox":
            result.append(best_wall_target(rows, name, XAPIAN_WALL))
    result.append(["notmuch: index, times waxseal's without the text", f">= {NOTMUCH_SIZE:g}", size,
                   size and size >= NOTMUCH_SIZE])
    result.append(["waxseal: peak PSS of all processes, MB", f"< {PEAK_MEMORY / 1e6:g}", peak / 1e6,
                   peak < PEAK_MEMORY])
    return result


def show_targets(rows):
    """Prints the targets. They are aims: a benchmark does not fail."""
    table.show("Targets", ["target", "wanted", "measured", ""],
               [[what, wanted, "" if value is None else f"{value:.2f}",
                 "not measured" if value is None else "met" if met else "MISSED"]
                for what, wanted, value, met in targets(rows)])


def show_sizes(rows):
    """Prints what the archive is made of."""
    base = rows[0]
    print(f"\nIndex sizes of waxseal leave out the stored text ({archive.STORED_TEXT}), which the others do not keep: "
          f"with it the archive is {table.megabytes(base.stored_bytes)} MB.")


def compare(arguments):
    """The mode `compare`."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    with tempfile.TemporaryDirectory(prefix="waxseal-bench-", dir=arguments.work) as folder:
        mail, count, size = input_of(arguments.mail, folder)
        print(f"{count:,} messages, {table.megabytes(size)} MB; median of {arguments.repeat}, tools in turn.")
        wanted = tools.make_tools(arguments.tools, mail, folder, programs, arguments.keys)
        present = [tool for tool in wanted if tool.is_installed()]
        rows = run_all(present, arguments.repeat)
    if not rows or rows[0].name != "waxseal":
        raise SystemExit("waxseal-index failed; nothing to compare with")
    table.show(f"Ratios (x) are to \"{rows[0].label}\"", HEAD, [cells_of(row, rows[0]) for row in rows])
    missing = {tool.name: tool.package for tool in wanted if tool not in present}
    for name, package in missing.items():
        print(f"{name}: not installed (Debian package {package})")
    show_sizes(rows)
    show_targets(rows)
    table.write_json(arguments.json, {
        "mode": "compare", "machine": machine, "messages": count, "bytes": size, "not_installed": missing,
        "tools": [dataclasses.asdict(row) for row in rows],
        "targets": [dict(zip(("what", "wanted", "measured", "met"), target)) for target in targets(rows)]})
    return 0
