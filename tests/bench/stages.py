"""Where the time of waxseal-index goes, what bounds it, and how it stands to what reading, hashing and FTS5 alone take."""
import collections
import os
import shutil
import subprocess
import tempfile

import archive
import mail_copy
import measure
import table

SAMPLES_PER_S = 997    # a prime: no beat with anything that ticks
STACK_BYTES = 16384
BUFFER = "64M"         # a processor; with less, samples are lost where most is going on, and the shares are wrong
MAIN, FTS, READER, WORKER = "main thread", "index threads", "reader thread", "workers"
MERGE, WRITEBACK = "merging thread", "writeback thread"
KERNEL_HELP = ("perf, of the Debian package linux-perf, must be allowed to sample (kernel.perf_event_paranoid) and to keep "
               f"{BUFFER} of samples a processor (kernel.perf_event_mlock_kb)")

# Function -> stage. The innermost function of a stack that is in the table decides.
STAGES = {
    READER: {"read_stored": "read() into the slots", "reader_run": "boundaries of messages"},
    WORKER: {"mail_processor_hash": "SHA-256 of messages", "raw_message_parse": "header fields as slices",
             "occurrence_is_quoted": "mbox quoting", "mime_parser_read": "MIME: addresses, dates, charsets, text",
             "transfer_decoder_append_all": "MIME: addresses, dates, charsets, text",
             "attachment_reader_add": "attachments: type, SHA-256", "html_text_append": "HTML to text",
             "language_finder_run": "language", "dkim_verifier_check": "DKIM: parse, decide",
             "dkim_verifier_check_end": "DKIM: parse, decide", "dkim_body_hash_compute": "DKIM: bodies",
             "dkim_header_hash": "DKIM: headers", "dkim_public_key_verify": "DKIM: RSA, Ed25519",
             "dkim_repairer_run": "DKIM: repairs", "arc_verifier_check": "ARC, DomainKeys",
             "domainkeys_verifier_check": "ARC, DomainKeys", "claims_read": "claims", "record_encode": "records",
             "mail_record_keep": "records"},
    MAIN: {"slot_record_read": "records: check, copy", "writer_add_message": "records: check, copy",
           "record_decode": "records: check, copy", "message_rows_intern": "shared rows: addresses, keys",
           "thread_index_add": "threads", "thread_index_thread": "threads", "thread_index_store": "threads",
           "write_batch": "rows of messages", "fts_builder_start": "rows of the text index",
           "fts_builder_finish": "rows of the text index", "make_index": "indexes",
           "archive_open_writable": "start", "__libc_pwrite": "pages to the file", "fdatasync": "pages to the file",
           "summary_print": "summary"},
    FTS: {"fts_terms_add": "terms and positions", "tokenizer_run": "tokenize", "record_decode_searched": "collect and fold the text",
          "message_texts_collect": "collect and fold the text", "message_texts_fold": "collect and fold the text",
          "fts_terms_finish": "sort terms", "msort_with_tmp.part.0": "sort terms", "fts_segment_write": "write segments"},
    MERGE: {"fts_merge_step": "merge"},
    WRITEBACK: {"sync_file_range": "pages to the disk"},
}

# Names of threads; the main threads of the processes have that of the program.
THREADS = {"reader": READER, "fts-batch": FTS, "fts-merge": MERGE, "writeback": WRITEBACK}


def role_of(command, process, main_process):
    """Returns the role of a thread."""
    return THREADS.get(command) or (MAIN if process == main_process else WORKER)


def stage_of(role, functions):
    """Returns the stage of a stack, innermost function first."""
    names = STAGES[role]
    return next((names[function] for function in functions if function in names), "other")


def samples_of(text):
    """Yields (command, process, functions) of each sample of `perf script`."""
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        command, _, ids = lines[0].strip().rpartition(" ")
        if ids and "/" in ids:
            yield command.strip(), ids.split("/")[0], [line.split()[1] for line in lines[1:] if len(line.split()) > 1]


def count(text):
    """Returns a Counter of (role, stage)."""
    stages = collections.Counter()
    main_process = None
    for command, process, functions in samples_of(text):
        main_process = main_process or process  # the first that runs
        role = role_of(command, process, main_process)
        stages[role, stage_of(role, functions)] += 1
    return stages


def record(command, folder):
    """Runs a program under perf. Returns a Counter of (role, stage)."""
    data = os.path.join(folder, "perf.data")
    done = subprocess.run(["perf", "record", "-q", "-m", BUFFER, "-e", "cpu-clock", "-F", str(SAMPLES_PER_S), "--call-graph",
                           f"dwarf,{STACK_BYTES}", "-o", data, "--", *command], capture_output=True, check=False)
    if done.returncode not in archive.INDEX_EXITS:
        raise SystemExit(f"perf record failed: {done.stderr.decode(errors='replace').strip()[-300:]}. {KERNEL_HELP}")
    script = subprocess.run(["perf", "script", "-i", data, "--no-inline", "-F", "comm,pid,tid,ip,sym"], check=True,
                            capture_output=True)
    return count(script.stdout.decode(errors="replace"))


def seconds_of(samples, cpu_s):
    """Returns (role, stage) -> seconds: sampling takes time, so they are shares of the time that was measured without."""
    total = sum(samples.values())
    return collections.Counter({key: cpu_s * n / total for key, n in samples.items()})


def show_stages(stages):
    """Prints the stages, those of one thread together. Returns role -> seconds."""
    total = sum(stages.values())
    roles = collections.Counter()
    for (role, _), seconds in stages.items():
        roles[role] += seconds
    rows = []
    for role, seconds in roles.most_common():
        rows.append([role, table.number(seconds, 2), f"{100 * seconds / total:.1f} %"])
        rows += [["    " + stage, table.number(value, 2), f"{100 * value / total:.1f} %"]
                 for (of, stage), value in stages.most_common() if of == role]
    table.show("CPU time by stage, sampled", ["stage", "CPU s", "share"], rows)
    return roles


def index_threads(processors):
    """Returns how many threads index text, as indexer/ingest.c has it, with one worker a processor."""
    return min(1 + processors // 4, 3)


def show_bounds(roles):
    """Prints how long each part would be busy with more processors: the longest is what bounds the whole."""
    head = ["processors", MAIN, FTS, READER, WORKER, "bound by"]
    rows = []
    for n in (1, 2, 4, 8, 16):
        # Main and reader are one thread each; there are as many workers as processors.
        alone = {MAIN: roles[MAIN], FTS: roles[FTS] / index_threads(n), READER: roles[READER], WORKER: roles[WORKER] / n}
        whole = sum(roles.values()) / n
        longest = max(alone, key=alone.get)
        bound = f"all processors, {whole:.2f} s" if whole >= alone[longest] else f"{longest}, {alone[longest]:.2f} s"
        rows.append([n, *(table.number(alone[role], 2) for role in head[1:5]), bound])
    table.show("Busy seconds of each part, by processors", head, rows)


def insert_texts(database, target):
    """Returns a command that inserts the text of an archive into a bare FTS5 table with the stock sqlite3."""
    sql = (f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA page_size = 16384;"
           f"ATTACH '{database}' AS a; BEGIN;"
           "CREATE VIRTUAL TABLE t USING fts5 (subject, sender, recipients, body, attachment_names, attachment_text,"
           " content = '', tokenize = 'unicode61 remove_diacritics 2');"
           "INSERT INTO t (rowid, subject, sender, recipients, body, attachment_names, attachment_text)"
           " SELECT id, subject, sender, recipients, body, attachment_names, attachment_text FROM a.message_text;"
           "COMMIT;")
    return ["sqlite3", target, sql]


def floors(mail, database, folder):
    """Returns name -> command of what can hardly be gone below."""
    each_file = mail_copy.each_file(mail, folder)
    commands = {"cat": [*each_file, "cat", "--"], "sha256sum": [*each_file, "sha256sum", "--"],
                "openssl dgst -sha256": [*each_file, "openssl", "dgst", "-sha256"]}
    if shutil.which("sqlite3"):
        commands["FTS5: insert the text"] = insert_texts(database, os.path.join(folder, "bare.db"))
    return commands


def label_of(workers):
    """Returns what the indexer is called in tables."""
    return f"waxseal-index, {workers} worker" + "s" * (workers > 1)


def index_once(programs, arguments, database, workers):
    """Indexes into a new archive. Returns a Measurement."""
    archive.remove(database)
    os.sync()
    return archive.run_index([*programs.index_command(database, arguments.mail, arguments.keys), "-j", str(workers)])


def time_all(programs, arguments, database, folder):
    """Runs the indexer and the floors in turn. Returns name -> measurements."""
    runs = collections.defaultdict(list)
    for _ in range(arguments.repeat):
        for workers in sorted({1, os.cpu_count()}):
            runs[label_of(workers)].append(index_once(programs, arguments, database, workers))
        for name, command in floors(arguments.mail, database, folder).items():
            archive.remove(os.path.join(folder, "bare.db"))
            os.sync()
            runs[name].append(measure.run(command))
        table.say(", ".join(f"{name}: {results[-1].wall_s:.1f} s" for name, results in runs.items()))
    return runs


def show_times(runs, size):
    """Prints times; the ratios are to the indexer with one worker a processor."""
    base = table.median([run.wall_s for run in runs[label_of(os.cpu_count())]])
    rows = []
    for name, results in runs.items():
        wall = table.median([run.wall_s for run in results])
        rows.append([name, table.number(wall, 2), table.number(min(run.wall_s for run in results), 2),
                     table.number(table.median([run.cpu_s for run in results]), 2), table.megabytes(size / wall, 0),
                     table.ratio(wall, base), table.megabytes(table.median([run.peak_pss for run in results]), 0)])
    table.show(f"Time, {table.megabytes(size)} MB of mail, median of {len(next(iter(runs.values())))}",
               ["program", "wall s", "min", "CPU s", "MB/s", "x", "peak PSS MB"], rows)


def show_sizes(database):
    """Prints how large the archive is beside the text that it holds."""
    connection = archive.open_readonly(database)
    columns = ("subject", "sender", "recipients", "attachment_names", "body", "attachment_text")
    text = connection.execute(f"SELECT {' + '.join(f'sum(length(CAST({name} AS BLOB)))' for name in columns)} "
                              f"FROM {archive.STORED_TEXT}").fetchone()[0]
    connection.close()
    sizes = archive.table_sizes(database)
    index = sum(size for name, size in sizes.items() if name.startswith("message_fts"))
    rows = [["text", table.megabytes(text), ""], ["FTS5 index", table.megabytes(index), f"{index / text:.2f}, wanted <= 0.45"],
            ["archive", table.megabytes(archive.file_size(database)),
             f"{archive.file_size(database) / text:.2f}, wanted <= 1.30"]]
    rows += [["    " + name, table.megabytes(size), f"{size / text:.3f}"] for name, size in list(sizes.items())[:6]]
    table.show("Size", ["part", "MB", "of the text"], rows)


def stages(arguments):
    """The mode `stages`."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    size = mail_copy.warm(arguments.mail)
    with tempfile.TemporaryDirectory(prefix="waxseal-bench-", dir=arguments.work) as folder:
        database = os.path.join(folder, "archive.db")
        runs = time_all(programs, arguments, database, folder)
        show_times(runs, size)
        show_sizes(database)
        found = None
        if shutil.which("perf"):
            archive.remove(database)
            command = [*programs.index_command(database, arguments.mail, arguments.keys), "--no-sandbox"]
            cpu_s = table.median([run.cpu_s for run in runs[label_of(os.cpu_count())]])
            found = seconds_of(record(command, folder), cpu_s)
            show_bounds(show_stages(found))
        else:
            print("\nStages: perf is not installed (Debian package linux-perf)")
    table.write_json(arguments.json, {
        "mode": "stages", "machine": machine, "bytes": size,
        "wall_s": {name: [run.wall_s for run in results] for name, results in runs.items()},
        "stages": [[*key, seconds] for key, seconds in (found or {}).items()]})
    return 0
