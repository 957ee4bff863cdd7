"""What checking signatures adds to the processor time of indexing: the same mail with and without --no-dkim."""
import dataclasses
import os
import tempfile

import archive
import mail_copy
import table

TARGET = 1.25
LEFT_OUT = "--no-dkim"


def time_both(programs, arguments, database):
    """Runs both in turn. Returns name -> measurements."""
    command = programs.index_command(database, arguments.mail, arguments.keys)
    commands = {"with": command, LEFT_OUT: [command[0], LEFT_OUT, *command[1:]]}
    runs = {name: [] for name in commands}
    for _ in range(arguments.repeat):
        for name, words in commands.items():
            archive.remove(database)
            os.sync()
            result = archive.run_index(words)
            table.say(f"{name}: {result.cpu_s:.2f} s of the processor")
            runs[name].append(result)
    return runs


def verification(arguments):
    """The mode `verification`."""
    programs = archive.Programs(arguments.programs)
    machine = table.show_machine()
    size = mail_copy.warm(arguments.mail)
    with tempfile.TemporaryDirectory(prefix="waxseal-bench-", dir=arguments.work) as folder:
        runs = time_both(programs, arguments, os.path.join(folder, "archive.db"))
    cpu = {name: table.median([run.cpu_s for run in results]) for name, results in runs.items()}
    rows = [[name, table.number(cpu[name]), *(table.number(pick(run.cpu_s for run in results)) for pick in (min, max)),
             table.ratio(cpu[name], cpu[LEFT_OUT])] for name, results in runs.items()]
    table.show(f"Processor time, {table.megabytes(size)} MB, median of {arguments.repeat}",
               ["signatures", "CPU s", "min", "max", "CPU x"], rows)
    ratio = cpu["with"] / cpu[LEFT_OUT]
    table.show("Targets", ["target", "wanted", "measured", ""],
               [["CPU x of checking signatures", f"<= {TARGET:g}", f"{ratio:.3f}", "met" if ratio <= TARGET else "MISSED"]])
    table.write_json(arguments.json, {
        "mode": "verification", "machine": machine, "bytes": size, "ratio": ratio,
        "runs": {name: [dataclasses.asdict(run) for run in results] for name, results in runs.items()}})
    return 0
