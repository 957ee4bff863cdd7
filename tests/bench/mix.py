"""Times the fixed mix of queries: first pages, counts, relevance, facets and the start of the program; beside other tools."""
import os
import statistics
import subprocess
import time

import archive
import mail_copy
import query_mix
import table
import tools

PAGE = 50
# What is asked of each query -> (median, 99th percentile) in ms, warm: inside a process that has the archive open.
TARGETS = {"page": (5, 30), "count": (30, 300), "relevance": (20, 500)}
FACETS = ("sender", "domain", "recipient", "year", "month", "day", "type", "dkim", "signer", "source", "folder", "language")
FACET_TARGET_MS = 1000
START_TARGET_MS = 10
NOTHING = "zzqxwvk"   # no message has this word
OPTIONS = {"page": ["--json", "--limit", str(PAGE)], "count": ["--count"],
           "relevance": ["--json", "--limit", str(PAGE), "--sort", "relevance"]}
OTHERS_ARE_ASKED = ("page", "count")
WAXSEAL_EXITS = (0, 1)  # hits, none


def percentile(values, share):
    """Returns the value that this share of all does not exceed."""
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


class Command:
    """A program to be run from start to end."""

    def __init__(self, words, environ=None, good_exits=(0,)):
        self.words = words
        self.environ = environ
        self.good_exits = good_exits

    def run(self):
        """Returns the milliseconds that it takes."""
        start = time.monotonic()
        result = subprocess.run(self.words, env=self.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, check=False)
        took = (time.monotonic() - start) * 1000
        if result.returncode not in self.good_exits:
            raise SystemExit(f"{' '.join(self.words)} failed with exit code {result.returncode}: {result.stderr.decode()}")
        return took


def time_inside(programs, database, lines, rounds):
    """Times lines of a list inside one process. Returns, a line, (hits, median ms)."""
    result = subprocess.run([programs.timer, database, str(rounds)], input="\n".join(lines) + "\n", text=True,
                            stdout=subprocess.PIPE, check=True)
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    return [(int(row[0]), statistics.median(map(float, row[1:]))) for row in rows]


def time_commands(commands, rounds):
    """Times programs from start to end, in turn. Returns the median ms of each; None for a missing command."""
    times = [[] for _ in commands]
    for number in range(rounds + 1):
        for command, took in zip(commands, times):
            if command is not None:
                milliseconds = command.run()
                if number > 0:  # the first round warms the page cache
                    took.append(milliseconds)
    return [statistics.median(took) if took else None for took in times]


def search_command(programs, database, asked, text):
    """Returns one search of waxseal-query."""
    return Command([programs.query, "search", "-d", database, *OPTIONS[asked], "--", text], good_exits=WAXSEAL_EXITS)


def by_kind(queries, values):
    """Returns kind -> values of its queries, without those that are missing; the last kind is all of them."""
    kinds = {}
    for query, value in zip(queries, values):
        if value is not None:
            kinds.setdefault(query.kind, []).append(value)
    kinds["all"] = [value for value in values if value is not None]
    return kinds


def show_mix(title, queries, times, targets):
    """Prints p50 and p99 of each kind. `times` is what is asked -> ms of each query."""
    grouped = {asked: by_kind(queries, values) for asked, values in times.items()}
    head = ["kind"] + [f"{asked} {what}" for asked in times for what in ("p50", "p99")]
    rows = [[kind] + [f"{percentile(grouped[asked][kind], share):.1f}" for asked in times for share in (0.5, 0.99)]
            for kind in grouped["page"]]
    if targets:
        rows.append(["target"] + [f"{target}" for asked in times for target in TARGETS[asked]])
    table.show(title, head, rows)


def missed_targets(times):
    """Returns which targets the whole mix misses, in words."""
    return [f"{asked} {name}" for asked, values in times.items()
            for name, share, target in zip(("p50", "p99"), (0.5, 0.99), TARGETS[asked])
            if percentile(values, share) > target]


def time_mix(programs, database, queries, rounds):
    """Returns (what is asked -> ms inside a process, what is asked -> ms of whole processes, hits)."""
    texts = [query.texts["waxseal"] for query in queries]
    inside, whole, hits = {}, {}, None
    for asked in TARGETS:
        results = time_inside(programs, database, [f"{asked}\t{text}" for text in texts], rounds)
        inside[asked] = [took for _, took in results]
        if asked == "count":
            hits = [number for number, _ in results]
        whole[asked] = time_commands([search_command(programs, database, asked, text) for text in texts], rounds)
    return inside, whole, hits


def time_facets(programs, database, rounds):
    """Returns dimension -> (values, ms inside a process, ms of a whole process), over all messages and of one word."""
    inside = time_inside(programs, database, [f"facet:{facet}\t*" for facet in FACETS], rounds)
    whole = time_commands([Command([programs.query, "facets", "-d", database, "*", "--by", facet, "--json"])
                           for facet in FACETS], rounds)
    return {facet: (*result, process) for facet, result, process in zip(FACETS, inside, whole)}


def time_start(programs, database, rounds):
    """Returns what is started -> ms."""
    commands = {"--version": Command([programs.query, "--version"]),
                "search of nothing": search_command(programs, database, "page", NOTHING)}
    return dict(zip(commands, time_commands(list(commands.values()), rounds * 10)))


def other_tools(folder, mail):
    """Returns notmuch and mu with an index of `mail`, made in `folder` unless it is there."""
    folder = os.path.abspath(folder)
    maildir = os.path.join(folder, "Maildir")
    if not os.path.isdir(maildir):
        table.say(f"copying the mail into {maildir}")
        mail_copy.make_maildir([os.path.abspath(mail)], maildir)
    found = []
    for tool in tools.searching_tools(tools.Mail([], maildir), folder):
        if not tool.is_installed():
            table.say(f"{tool.name} is not installed (Debian package {tool.package}): left out")
            continue
        if not os.path.isdir(tool.folder):
            table.say(f"indexing with {tool.name}")
            tool.reset()
            subprocess.run(tool.command(), env=tool.environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        found.append(tool)
    return found


def time_beside(programs, database, found, queries, rounds):
    """Times waxseal-query and the tools of `found` on each query in turn. Returns name -> what is asked -> ms of each query."""
    times = {name: {} for name in ["waxseal", *(tool.name for tool in found)]}
    for asked in OTHERS_ARE_ASKED:
        commands = []
        for query in queries:
            commands.append(search_command(programs, database, asked, query.texts["waxseal"]))
            for tool in found:
                text = query.texts[tool.name]
                commands.append(text and Command(tool.search_command(asked, text, PAGE), tool.environ(), tool.search_exits))
        results = time_commands(commands, rounds)
        for place, name in enumerate(times):
            times[name][asked] = results[place::len(times)]
    return times


def show_ratios(queries, own, tool, others):
    """Prints how many times as long as waxseal-query another tool takes, kind by kind."""
    ratios = {asked: by_kind(queries, [other and other / mine for mine, other in zip(own[asked], others[asked])])
              for asked in others}
    times = {asked: by_kind(queries, values) for asked, values in others.items()}
    rows = []
    for kind in by_kind(queries, own["page"]):
        row = [kind]
        for asked in others:
            if kind in ratios[asked]:
                row += [f"{statistics.median(times[asked][kind]):.1f}", f"{statistics.median(ratios[asked][kind]):.1f}"]
            else:
                row += ["cannot", ""]
        rows.append(row)
    table.show(f"{tool.name}: median ms of whole processes, and how many times that of waxseal-query "
               f"({tool.search_note})", ["kind"] + [f"{asked} {what}" for asked in others for what in ("ms", "x")], rows)


def compare_tools(programs, arguments, queries):
    """The same mix with notmuch and mu. Returns name -> what is asked -> ms of each query."""
    found = other_tools(arguments.others, arguments.mail)
    times = time_beside(programs, arguments.archive, found, queries, arguments.repeat)
    for tool in found:
        show_ratios(queries, times["waxseal"], tool, times[tool.name])
    return times


def show_all(queries, inside, whole, facets, start):
    """Prints the tables."""
    show_mix("Warm: ms inside a process that has the archive open; this is what the targets mean", queries, inside, True)
    show_mix("Whole processes: ms from start to end, page cache warm", queries, whole, False)
    table.show(f"Facets over all messages; target: {FACET_TARGET_MS} ms", ["by", "values", "warm ms", "process ms", "target"],
               [[facet, f"{values:,}", f"{warm:.0f}", f"{process:.0f}", "met" if process <= FACET_TARGET_MS else "MISSED"]
                for facet, (values, warm, process) in facets.items()])
    table.show(f"Start of the program; target: {START_TARGET_MS} ms", ["", "ms", "target"],
               [[what, f"{took:.1f}", "met" if took < START_TARGET_MS else "MISSED"] for what, took in start.items()])


def mix(arguments):
    """The mode `mix`."""
    if bool(arguments.others) != bool(arguments.mail):
        raise SystemExit("--others FOLDER and --mail go together")
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    terms = query_mix.Terms(arguments.archive)
    queries = query_mix.make(terms)
    inside, whole, hits = time_mix(programs, arguments.archive, queries, arguments.repeat)
    facets = time_facets(programs, arguments.archive, arguments.repeat)
    start = time_start(programs, arguments.archive, arguments.repeat)
    print(f"{terms.n_messages:,} messages, archive of {table.megabytes(archive.file_size(arguments.archive), 0)} MB")
    show_all(queries, inside, whole, facets, start)
    report = {"mode": "mix", "machine": machine, "messages": terms.n_messages, "inside_ms": inside, "whole_ms": whole,
              "facets": facets, "start_ms": start,
              "queries": [{"kind": query.kind, "hits": number, **query.texts} for query, number in zip(queries, hits)]}
    if arguments.others:
        report["beside"] = compare_tools(programs, arguments, queries)
    missed = missed_targets(inside)
    print(f"\n{len(queries)} queries, {arguments.repeat} rounds, of a query the median counts; missed by the whole mix: "
          f"{', '.join(missed) or 'nothing'}")
    table.write_json(arguments.json, report)
    return 0
