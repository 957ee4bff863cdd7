#!/usr/bin/env python3
"""Compares waxseal-index --verify-only with dkimpy, Mail::DKIM and libopendkim on the signed messages of files and
folders, without the network: all take their keys from one file. Prints each disagreement, grouped by cause.

    tests/bench/dkim_differential.py --program build/release/indexer/waxseal-index --keys KEYS.tsv PATH...

Run by hand; no test needs it. What is compared with is used when it is installed (Debian: python3-dkim, which belongs to
/usr/bin/python3; libmail-dkim-perl; libopendkim11). opendkim-testmsg takes no keys from a file, so libopendkim
is called directly, with its "query from file".

A cause is what both sides say in words. Verifiers that compare x= and t= with the clock are given the time of the
message instead (dkimpy, Mail::DKIM), or a clock that may be off by decades (libopendkim). Everything runs in child processes: a crash is a result, too.
"""
import argparse
import calendar
import collections
import ctypes
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dkim_differential.pl")

EXAMPLES_SHOWN = 3

# Seconds by which libopendkim's clock may be off, less than any t= since 1998: nothing is expired or in the future.
CLOCK_DRIFT = 900000000

# Of libopendkim's dkim.h.
OP_SETOPT = 1
OPTS_QUERYMETHOD, OPTS_QUERYINFO, OPTS_CLOCKDRIFT = 6, 7, 12
QUERY_FILE = 1
STAT_OK = 0
SIGFLAG_PASSED = 0x04
SIGBH_MATCH = 0
SIGERROR_UNKNOWN, SIGERROR_OK, SIGERROR_NOKEY, SIGERROR_KEYFAIL, SIGERROR_BADSIG = -1, 0, 22, 24, 28


def read_keys(path):
    """Returns name -> list of records, from either form of key file."""
    keys = collections.defaultdict(list)
    columns = None
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file):
            fields = line.rstrip("\r\n").split("\t")
            if number == 0 and {"selector", "domain"} <= {field.lstrip("# ") for field in fields}:
                columns = {field.lstrip("# "): at for at, field in enumerate(fields)}
                continue
            if line.startswith("#") or len(fields) < 2:
                continue
            if columns:
                record = next(fields[columns[name]] for name in ("record", "dns_txt", "txt") if name in columns)
                keys[f"{fields[columns['selector']]}._domainkey.{fields[columns['domain']]}".lower()].append(record)
            elif "._domainkey." in fields[0].lower():
                keys[fields[0].lower().rstrip(".")].append(fields[1])
            elif len(fields) > 2:
                keys[f"{fields[0]}._domainkey.{fields[1]}".lower()].append(fields[2])
    return {name: [r for r in records if r != "NXDOMAIN"] for name, records in keys.items()}


def run_waxseal(program, keys, paths):
    """Yields each signed message: the object that was printed and its exact bytes."""
    done = subprocess.run([program, "--verify-only", "--json", "--keys", keys, *paths], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    for line in done.stdout.decode("utf-8").splitlines():
        message = json.loads(line)
        if message["signatures"]:
            yield message, cut_out(message)


def cut_out(message):
    """Returns the bytes that have the SHA-256, None when mbox quoting or compression is in the way."""
    try:
        with open(message["file"], "rb") as file:
            data = file.read()
    except OSError:
        return None
    for candidate in (data, data[message["offset"]:message["offset"] + message["size"]]):
        if hashlib.sha256(candidate).hexdigest() == message["sha256"]:
            return candidate
    return None


def in_child(function, *arguments):
    """Returns what the function returns, or a crash as the result of all signatures."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = function(*arguments)
        except Exception as error:  # whatever it is, it is what the library did with the message
            answer = [("crash", f"{type(error).__name__}: {error}")]
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return [tuple(entry) for entry in json.loads(text)] if text else [("crash", "the process died")]


class Clock:
    """Stands for the module `time` in dkimpy."""

    def __init__(self, now):
        self.now = now

    def time(self):
        return self.now


def ask_dkimpy(dkim, keys, data, now, n_signatures):
    dkim.time = Clock(now)

    unknown = []

    def query(name, timeout=5):
        del timeout
        records = keys.get(name.decode("ascii", "replace").rstrip(".").lower())
        if not records:
            unknown.append(name)
        return records[0].encode() if records else None

    answers = []
    for at in range(n_signatures):
        unknown.clear()
        try:
            good = dkim.DKIM(data, minkey=512).verify(idx=at, dnsfunc=query)
            answers.append(("pass", "") if good else ("nokey", "missing public key") if unknown else
                           ("fail", "the signature does not verify"))
        except dkim.DKIMException as error:
            text = str(error)
            kind = "nokey" if "missing public key" in text else "fail" if "body hash mismatch" in text else "error"
            answers.append((kind, text))
    return answers


class MailDkim:
    """The Perl program that answers for Mail::DKIM, one message at a time."""

    def __init__(self, keys):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "keys")
        write_keys(path, keys, "\t")
        self.process = subprocess.Popen(["perl", DRIVER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, data, now):
        self.process.stdin.write(f"{len(data)} {now}\n".encode() + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode("utf-8", "replace").rstrip("\n")
        answers = []
        for entry in filter(None, line.split("\t")):
            result, _, detail = entry.partition("|")
            if result == "invalid":
                result = "nokey" if "not available" in detail else "error"
            answers.append((result, detail))
        return answers


def write_keys(path, keys, separator):
    with open(path, "w", encoding="utf-8") as file:
        for name, records in sorted(keys.items()):
            if records:
                file.write(f"{name}{separator}{records[0]}\n")


def load_opendkim(keys_path):
    try:
        library = ctypes.CDLL("libopendkim.so.11")
    except OSError:
        return None
    for name in ("dkim_init", "dkim_verify"):
        getattr(library, name).restype = ctypes.c_void_p
    library.dkim_init.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.dkim_options.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    library.dkim_verify.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)]
    library.dkim_chunk.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.dkim_eom.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_bool)]
    library.dkim_getsiglist.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)),
                                        ctypes.POINTER(ctypes.c_int)]
    library.dkim_sig_process.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    for name in ("dkim_sig_geterror", "dkim_sig_getflags", "dkim_sig_getbh"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.dkim_sig_geterrorstr.restype = ctypes.c_char_p
    library.dkim_getresultstr.restype = ctypes.c_char_p
    handle = library.dkim_init(None, None)
    method = ctypes.c_int(QUERY_FILE)
    library.dkim_options(handle, OP_SETOPT, OPTS_QUERYMETHOD, ctypes.byref(method), ctypes.sizeof(method))
    library.dkim_options(handle, OP_SETOPT, OPTS_QUERYINFO, keys_path.encode(), len(keys_path.encode()))
    drift = ctypes.c_uint64(CLOCK_DRIFT)
    library.dkim_options(handle, OP_SETOPT, OPTS_CLOCKDRIFT, ctypes.byref(drift), ctypes.sizeof(drift))
    return library, handle


def opendkim_answer(library, signature):
    error = library.dkim_sig_geterror(signature)
    text = (library.dkim_sig_geterrorstr(error) or b"").decode()
    if error == SIGERROR_OK and library.dkim_sig_getbh(signature) != SIGBH_MATCH:
        return "fail", "body hash"
    if error == SIGERROR_OK and library.dkim_sig_getflags(signature) & SIGFLAG_PASSED:
        return "pass", ""
    kinds = {SIGERROR_NOKEY: "nokey", SIGERROR_KEYFAIL: "nokey", SIGERROR_BADSIG: "fail"}
    return kinds.get(error, "error"), text


def ask_opendkim(opendkim, data):
    library, handle = opendkim
    status = ctypes.c_int()
    message = library.dkim_verify(handle, b"differential", None, ctypes.byref(status))
    for chunk in (data, b""):
        status = library.dkim_chunk(message, chunk or None, len(chunk))
        if status != STAT_OK:
            return [("refused", (library.dkim_getresultstr(status) or b"").decode())]
    testing = ctypes.c_bool()
    status = library.dkim_eom(message, ctypes.byref(testing))
    signatures = ctypes.POINTER(ctypes.c_void_p)()
    count = ctypes.c_int()
    if library.dkim_getsiglist(message, ctypes.byref(signatures), ctypes.byref(count)) != STAT_OK:
        return [("refused", (library.dkim_getresultstr(status) or b"").decode())]
    answers = []
    for at in range(count.value):
        library.dkim_sig_process(message, signatures[at])
        if library.dkim_sig_geterror(signatures[at]) == SIGERROR_UNKNOWN:
            answers.append(("refused", (library.dkim_getresultstr(status) or b"").decode()))
            continue
        answers.append(opendkim_answer(library, signatures[at]))
    return answers


def our_answer(signature):
    kind = signature["result"] if signature["result"] in ("pass", "fail", "nokey") else "error"
    detail = signature["reason"] + (" with a shared key" if "shared-key" in signature["caveats"] else "")
    return kind, detail


def cause_of(ours, theirs):
    """The words of both sides, without what changes from message to message."""
    their_words = re.sub(r"b'.*?'|\d+|[\w.-]+\._domainkey\.[\w.-]+|\(got .*\)", "*", theirs[1])
    return f"here {ours[0]} ({ours[1]}); there {theirs[0]} ({their_words})"


class Report:
    def __init__(self):
        self.compared = collections.Counter()
        self.agreed = collections.Counter()
        self.passed = collections.Counter()
        self.causes = collections.defaultdict(list)

    def add(self, verifier, message, theirs):
        ours = [our_answer(signature) for signature in message["signatures"]]
        if len(theirs) == 1 and theirs[0][0] in ("crash", "refused"):
            theirs = theirs * len(ours)
        if len(theirs) != len(ours):
            self.compared[verifier] += len(ours)
            self.causes[verifier, f"here {len(ours)} signatures, there {len(theirs)}"].append(message["file"])
            return
        for one, other in zip(ours, theirs):
            self.compared[verifier] += 1
            if one[0] == other[0]:
                self.agreed[verifier] += 1
                self.passed[verifier] += one[0] == "pass"
            else:
                self.causes[verifier, cause_of(one, other)].append(message["file"])

    def print(self):
        for verifier, number in self.compared.items():
            print(f"{verifier}: {self.agreed[verifier]} of {number} signatures the same, {self.passed[verifier]} pass")
        for (verifier, cause), files in sorted(self.causes.items(), key=lambda item: (item[0][0], -len(item[1]))):
            print(f"\n{verifier}: {len(files)} x {cause}")
            for path in files[:EXAMPLES_SHOWN]:
                print(f"    {path}")


def unix_time(text):
    """Returns 0 for a date that is not there."""
    if text is None:
        return 0
    return calendar.timegm(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").timetuple())


def time_of(message):
    """Returns when the message was on its way: its date, but no signature was made later."""
    return max(unix_time(message["date"]), *(unix_time(entry["signed_at"]) for entry in message["signatures"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/indexer/waxseal-index")
    parser.add_argument("--keys", required=True)
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    keys = read_keys(arguments.keys)
    folder = tempfile.TemporaryDirectory()
    opendkim_keys = os.path.join(folder.name, "keys")
    write_keys(opendkim_keys, keys, " ")
    try:
        import dkim
    except ImportError:
        dkim = None
    perl = subprocess.run(["perl", "-MMail::DKIM", "-e1"], capture_output=True, check=False).returncode == 0
    mail_dkim = MailDkim(keys) if perl else None
    opendkim = load_opendkim(opendkim_keys)
    for name, there in (("dkimpy", dkim), ("Mail::DKIM", mail_dkim), ("libopendkim", opendkim)):
        if there is None:
            print(f"{name} is not installed for this interpreter: not compared")
    report = Report()
    n_messages = n_lost = 0
    for message, data in run_waxseal(arguments.program, arguments.keys, arguments.paths):
        n_messages += 1
        if data is None:
            n_lost += 1
            continue
        data = re.sub(rb"(?<!\r)\n", b"\r\n", data)
        now = time_of(message)
        if dkim:
            report.add("dkimpy", message, in_child(ask_dkimpy, dkim, keys, data, now, len(message["signatures"])))
        if mail_dkim:
            report.add("Mail::DKIM", message, mail_dkim.ask(data, now))
        if opendkim:
            report.add("libopendkim", message, in_child(ask_opendkim, opendkim, data))
    print(f"{n_messages} signed messages, {n_lost} of them not compared: quoted or compressed in their file")
    report.print()


if __name__ == "__main__":
    sys.exit(main())
