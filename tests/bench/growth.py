"""How the time a message grows with the archive: loads of several sizes, a little more onto the largest, nothing more."""
import os
import tempfile

import archive
import mail_copy
import table

GROWTH = 1.3           # time a message of the largest load, times that of the smallest
ADD_S = 2.0            # to add a thousand messages
AGAIN_S = 2.0          # to find that nothing is new
SPEED_MB_S = 25.0


def index(programs, arguments, database, source):
    """Indexes once, with a warm page cache. Returns a Measurement."""
    mail_copy.warm([source])
    os.sync()
    run = archive.run_index(programs.index_command(database, [source], arguments.keys))
    table.say(f"{source}: {run.wall_s:.1f} s")
    return run


def row_of(what, run, messages, size):
    """Returns a row of the table."""
    return [what, f"{messages:,}", table.megabytes(size), table.number(run.wall_s, 2), table.number(run.cpu_s, 2),
            table.number(1e6 * run.wall_s / messages) if messages else "", table.megabytes(size / run.wall_s),
            table.megabytes(run.peak_pss, 0)]


def load_all(programs, arguments, folder):
    """Loads each size into an archive of its own. Returns (rows, microseconds a message, the last archive, MB/s)."""
    rows, costs = [], []
    database, speed = None, None
    for source in arguments.mail:
        if database:
            archive.remove(database)
        database = os.path.join(folder, "archive.db")
        run = index(programs, arguments, database, source)
        messages = programs.stats(database)["occurrences"]
        size = sum(map(os.path.getsize, mail_copy.files_below([source])))
        rows.append(row_of(f"load {source}", run, messages, size))
        costs.append(1e6 * run.wall_s / messages)
        speed = size / run.wall_s / 1e6
    return rows, costs, database, speed


def growth(arguments):
    """The mode `growth`."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    with tempfile.TemporaryDirectory(prefix="waxseal-bench-", dir=arguments.work) as folder:
        rows, costs, database, speed = load_all(programs, arguments, folder)
        before = programs.stats(database)["occurrences"]
        added = index(programs, arguments, database, arguments.more)
        n_added = programs.stats(database)["occurrences"] - before
        size = sum(map(os.path.getsize, mail_copy.files_below([arguments.more])))
        rows.append(row_of(f"add {arguments.more}", added, n_added, size))
        again = index(programs, arguments, database, arguments.mail[-1])
        rows.append(row_of("the largest again", again, 0, 0))
    table.show("Growth", ["run", "messages", "MB", "wall s", "CPU s", "us a message", "MB/s", "peak PSS MB"], rows)
    aims = [("us a message, largest load / smallest", f"<= {GROWTH:g}", costs[-1] / costs[0], costs[-1] <= GROWTH * costs[0]),
            ("MB/s of the largest load", f">= {SPEED_MB_S:g}", speed, speed >= SPEED_MB_S),
            (f"s to add {n_added:,} messages", f"< {ADD_S:g}", added.wall_s, added.wall_s < ADD_S),
            ("s for a run that finds nothing new", f"< {AGAIN_S:g}", again.wall_s, again.wall_s < AGAIN_S)]
    table.show("Targets", ["target", "wanted", "measured", ""],
               [[what, wanted, f"{value:.2f}", "met" if met else "MISSED"] for what, wanted, value, met in aims])
    table.write_json(arguments.json, {"mode": "growth", "machine": machine, "runs": rows,
                                      "targets": [list(aim) for aim in aims]})
    return 0
