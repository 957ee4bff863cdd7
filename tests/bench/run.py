#!/usr/bin/python3
"""Waxseal's benchmark. See README.md in this folder.

  run.py --generate FOLDER     make the reference dump
  run.py --bulk FOLDER         make a million small messages, and an archive of them
  run.py --copies FOLDER --of MBOX --number N   make N copies of an mbox, each message with an id of its own
  run.py reference FOLDER      index it, check every count and verdict, say what it took
  run.py compare MAIL...       waxseal-index, mairix, notmuch and mu on the same mail
  run.py stages MAIL...        where the time goes, what bounds it, and what hashing and FTS5 alone take
  run.py growth MAIL... --more MAIL   loads of several sizes, and a little more
  run.py verification MAIL...  what checking signatures adds to the processor time
  run.py queries ARCHIVE       first pages
  run.py mix ARCHIVE           a fixed mix of 200 queries, facets, start of the program; beside notmuch and mu
  run.py live ARCHIVE MAIL     what a search reads, and searches while mail is added
"""
import argparse
import importlib
import os
import sys

import archive
import compare
import growth
import list_copies
import live
import mix
import queries
import reference
import stages
import table
import tools
import verification


def tool_names(text):
    """Reads the value of --tools."""
    names = text.split(",")
    for name in names:
        if name not in tools.NAMES:
            raise argparse.ArgumentTypeError(f"{name} is not one of {', '.join(tools.NAMES)}")
    return names


def positive(text):
    """Reads a number above 0."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def add_mode(modes, function, summary, repeat):
    """Adds a mode with the options that all modes have. Returns its parser."""
    parser = modes.add_parser(function.__name__, help=summary, description=summary.capitalize() + ".")
    parser.set_defaults(function=function)
    parser.add_argument("--repeat", type=positive, default=repeat, metavar="N", help="runs of each (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every number there, too")
    parser.add_argument("--programs", metavar="FOLDER", default=archive.DEFAULT_PROGRAMS,
                        help="the build to measure (build/release)")
    return parser


def add_mail_mode(modes, function, summary, repeat, mail="mbox, Maildir or folder of messages", work="where the archive goes ($TMPDIR)"):
    """Adds a mode that indexes mail; `mail` and `work` say what those are. Returns its parser."""
    mode = add_mode(modes, function, summary, repeat)
    mode.add_argument("mail", nargs="+", metavar="MAIL", help=mail)
    mode.add_argument("--keys", metavar="FILE", help="DKIM keys beside those that ship with the program")
    mode.add_argument("--work", metavar="FOLDER", help=work)
    return mode


def parser_of_all():
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generate", metavar="FOLDER", help="make the reference dump in FOLDER: 9 GB")
    parser.add_argument("--scale", type=float, default=1.0, metavar="S", help="with --generate: 0.01 is a hundredth")
    parser.add_argument("--bulk", metavar="FOLDER", help="make many small messages in FOLDER and index them: 2.6 GB")
    parser.add_argument("--messages", type=positive, default=1_000_000, metavar="N", help="with --bulk: so many (%(default)s)")
    parser.add_argument("--copies", metavar="FOLDER", help="make copies of the mail of an mbox in FOLDER, a file each")
    parser.add_argument("--of", metavar="MBOX", help="with --copies: the mbox")
    parser.add_argument("--number", type=positive, default=28, metavar="N", help="with --copies: so many (%(default)s)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count(), metavar="N",
                        help="with --generate and --bulk: processes (%(default)s); the mail does not depend on it")
    modes = parser.add_subparsers(metavar="MODE")
    mode = add_mail_mode(modes, compare.compare, "index the same mail with each tool", 3,
                         work="where the copy and the indexes go ($TMPDIR)")
    mode.add_argument("--tools", type=tool_names, default=list(tools.NAMES), metavar="A,B",
                      help="of " + ", ".join(tools.NAMES) + " (all); waxseal always runs")
    mode = add_mode(modes, reference.reference, "index the reference dump and check it", 1)
    mode.add_argument("folder", metavar="FOLDER", help="what --generate made")
    mode.add_argument("--archive", metavar="FILE", help="keep the archive there")
    mode.add_argument("--work", metavar="FOLDER", help="where the archive goes otherwise ($TMPDIR)")
    add_mail_mode(modes, stages.stages, "see where the time goes", 3)
    mode = add_mail_mode(modes, growth.growth, "see how the time a message grows with the archive", 1,
                         mail="each is loaded into a new archive; the largest comes last")
    mode.add_argument("--more", required=True, metavar="MAIL", help="is added to the last archive")
    add_mail_mode(modes, verification.verification, "index the same mail with and without its signatures", 5)
    mode = add_mode(modes, queries.queries, "time first pages", 50)
    mode.add_argument("archive", metavar="ARCHIVE")
    mode = add_mode(modes, mix.mix, "time a fixed mix of 200 queries", 5)
    mode.add_argument("archive", metavar="ARCHIVE")
    mode.add_argument("--mail", metavar="FOLDER", help="the mail that the archive was made of, for --others")
    mode.add_argument("--others", metavar="FOLDER",
                      help="ask notmuch and mu, too; their indexes are kept in FOLDER and made when they are missing")
    mode = add_mode(modes, live.live, "searches while mail is added to a copy of an archive", 1)
    mode.add_argument("archive", metavar="ARCHIVE")
    mode.add_argument("mail", metavar="MAIL", help="what is added; not in the archive yet")
    mode.add_argument("--work", metavar="FOLDER", help="where the copy goes ($TMPDIR)")
    return parser


def generator(name):
    """Returns a module that makes mail; it signs, and so needs python3-cryptography, which no mode does."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SystemExit(f"making mail needs the Debian package python3-cryptography: {error}") from error


def run_generate(arguments):
    """Makes the reference dump."""
    truth = generator("generate").generate(arguments.generate, arguments.scale, arguments.jobs)
    print(f"{truth['messages']:,} messages, {table.megabytes(truth['bytes'])} MB in {arguments.generate}")
    return 0


def run_bulk(arguments):
    """Makes many small messages, and the archive of them."""
    programs = archive.Programs(archive.DEFAULT_PROGRAMS)
    size = generator("bulk_mail").generate(arguments.bulk, arguments.messages, arguments.jobs)
    print(f"{arguments.messages:,} messages, {table.megabytes(size)} MB in {arguments.bulk}/dump", flush=True)
    database = os.path.join(arguments.bulk, "archive.db")
    run = archive.run_index(programs.index_command(database, [os.path.join(arguments.bulk, "dump")],
                                                   os.path.join(arguments.bulk, "keys.tsv")))
    print(f"{database}: {table.megabytes(archive.file_size(database))} MB, indexed in {run.wall_s:.1f} s, "
          f"peak memory {table.megabytes(run.peak_pss)} MB")
    return 0


def main():
    """Returns the exit code: 0 done, 1 failed or a count is wrong, 2 usage."""
    parser = parser_of_all()
    arguments = parser.parse_args()
    if arguments.generate:
        return run_generate(arguments)
    if arguments.bulk:
        return run_bulk(arguments)
    if arguments.copies:
        size = list_copies.generate(arguments.copies, arguments.of, arguments.number)
        print(f"{arguments.number} copies, {table.megabytes(size)} MB in {arguments.copies}")
        return 0
    if not hasattr(arguments, "function"):
        parser.error("a mode, --generate, --bulk or --copies is needed")
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
