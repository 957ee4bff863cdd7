"""Finds the mail that a benchmark reads, warms the page cache with it, and copies it into a Maildir."""
import mmap
import multiprocessing
import os
import re

STEP = 1 << 20
# A From_ line with a time in it, at the start or after an empty line; mail programs agree on no more than that.
SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d\d:\d\d[^\n]*\n")
QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def files_below(paths):
    """Yields every file of `paths`, folders walked in order."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                yield os.path.join(folder, name)


def each_file(paths, folder):
    """Returns the begin of a command that is given every file of `paths`; their list goes into `folder`."""
    names = os.path.join(folder, "files")
    with open(names, "wb") as file:
        file.writelines(os.fsencode(os.path.abspath(path)) + b"\0" for path in files_below(paths))
    return ["xargs", "-0", "-a", names]


def is_mbox(path):
    """Says whether a file begins as an mbox does."""
    with open(path, "rb") as file:
        return file.read(5) == b"From "


def warm(paths):
    """Reads every file once. Returns the number of bytes."""
    size = 0
    for path in files_below(paths):
        with open(path, "rb", buffering=0) as file:
            while data := file.read(STEP):
                size += len(data)
    return size


def messages_of_mbox(path):
    """Yields the messages of an mbox, one level of quoting taken off."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = None
        for match in SEPARATOR.finditer(data):
            if start is not None:
                yield unquoted(data[start:match.start()])
            start = match.end()
        if start is not None:
            yield unquoted(data[start:])


def unquoted(data):
    """Returns a message without the empty line that ends it in an mbox and with its From lines as they were."""
    for end in (b"\r\n\r\n", b"\n\n"):
        if data.endswith(end):
            data = data[:-len(end) // 2]
            break
    return QUOTED_FROM.sub(rb"\1", data) if b">From " in data else data


def messages_of(paths):
    """Yields the bytes of every message."""
    for path in files_below(paths):
        if os.path.getsize(path) == 0:
            continue
        if is_mbox(path):
            yield from messages_of_mbox(path)
        else:
            with open(path, "rb") as file:
                yield file.read()


def make_maildir(paths, folder):
    """Copies all mail into a new Maildir. Returns the number of messages.

    In a process of its own: a program that is measured inherits the largest memory that the benchmark ever had as the
    start of its ru_maxrss.
    """
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(copy_messages, (paths, folder))


def copy_messages(paths, folder):
    """make_maildir in this process."""
    for name in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(folder, name))
    count = 0
    for count, data in enumerate(messages_of(paths), 1):
        with open(os.path.join(folder, "cur", f"{count}.M{count}P1.bench:2,S"), "wb") as file:
            file.write(data)
    return count
