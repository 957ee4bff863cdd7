#!/usr/bin/python3
"""Waxseal's benchmark. See README.md in this folder.

  run.py --generate FOLDER     make the reference dump
  run.py reference FOLDER      index it, check every count and verdict, say what it took
  run.py compare MAIL...       waxseal-index, mairix, notmuch and mu on the same mail
  run.py queries ARCHIVE       first pages
"""
import argparse
import os
import sys

import archive
import compare
import queries
import reference
import table
import tools


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


def parser_of_all():
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generate", metavar="FOLDER", help="make the reference dump in FOLDER: 9 GB")
    parser.add_argument("--scale", type=float, default=1.0, metavar="S", help="with --generate: 0.01 is a hundredth")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count(), metavar="N",
                        help="with --generate: processes (%(default)s); the dump does not depend on it")
    modes = parser.add_subparsers(metavar="MODE")
    mode = add_mode(modes, compare.compare, "index the same mail with each tool", 3)
    mode.add_argument("mail", nargs="+", metavar="MAIL", help="mbox, Maildir or folder of messages")
    mode.add_argument("--keys", metavar="FILE", help="DKIM keys beside those that ship with the program")
    mode.add_argument("--tools", type=tool_names, default=list(tools.NAMES), metavar="A,B",
                      help="of " + ", ".join(tools.NAMES) + " (all); waxseal always runs")
    mode.add_argument("--work", metavar="FOLDER", help="where the copy and the indexes go ($TMPDIR)")
    mode = add_mode(modes, reference.reference, "index the reference dump and check it", 1)
    mode.add_argument("folder", metavar="FOLDER", help="what --generate made")
    mode.add_argument("--archive", metavar="FILE", help="keep the archive there")
    mode.add_argument("--work", metavar="FOLDER", help="where the archive goes otherwise ($TMPDIR)")
    mode = add_mode(modes, queries.queries, "time first pages", 50)
    mode.add_argument("archive", metavar="ARCHIVE")
    return parser


def run_generate(arguments):
    """Makes the reference dump. Needs python3-cryptography, which no other mode does."""
    try:
        import generate
    except ImportError as error:
        raise SystemExit(f"--generate needs the Debian package python3-cryptography: {error}") from error
    truth = generate.generate(arguments.generate, arguments.scale, arguments.jobs)
    print(f"{truth['messages']:,} messages, {table.megabytes(truth['bytes'])} MB in {arguments.generate}")
    return 0


def main():
    """Returns the exit code: 0 done, 1 failed or a count is wrong, 2 usage."""
    parser = parser_of_all()
    arguments = parser.parse_args()
    if arguments.generate:
        return run_generate(arguments)
    if not hasattr(arguments, "function"):
        parser.error("a mode or --generate is needed")
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
