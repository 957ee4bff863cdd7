#!/usr/bin/env python3
"""Runs the cases of $WAXSEAL_TEST_DATA/dkim/manifest.tsv through `waxseal-index --verify-only`.

test_real_dkim.c asks the verifier; this asks the program, so that finding the message in its file, the worker
processes, repairs and the JSON are in it, too: no repair may make a case pass that is to fail. Offline, a key that is
not there is `nokey` where the manifest says permerror or temperror, or fail for a chain: both are right. Exit 77
without the cases.
"""
import collections
import json
import os
import re
import subprocess
import sys

# Where docs/dkim-conformance.md says why another result is right.
DISPUTED = {"mail-dkim/badkey4_ed25519": "fail", "mail-dkim/bad_dk_3": "pass"}

# Where the JSON has the results of a kind of case.
KINDS = {"dkim": "signatures", "dkim-legacy": "signatures", "domainkeys": "domainkeys", "arc": "arc"}

# What an honest verdict must show, in the manifest's words and in ours. Signatures of fields that may be unsigned
# without a caveat (Message-ID, MIME-Version, ...) are listed by `waxseal-query verify`.
FLAGS = {
    "sha1": "sha1", "weak512": "weak-key", "weak768": "weak-key", "testing": "test-mode", "expired": "expired",
    "unsigned-subject": "unsigned-subject", "unsigned-date": "unsigned-date", "unsigned-to": "unsigned-to",
    "unsigned-content-type": "unsigned-content-type", "from-count=2": "multiple-from",
    "unsigned-subject-dup": "added-header", "unsigned-date-dup": "added-header", "unsigned-from-dup": "added-header",
    "unsigned-to-dup": "added-header",
}


def read_manifest(path):
    with open(path, encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split("\t")
        for line in file:
            yield dict(zip(names, line.rstrip("\n").split("\t")))


def matches(results, expected, missing_key):
    if expected in ("-", "NOSIG"):
        return not results
    wanted = expected.split(",")
    return len(results) == len(wanted) and all(
        ours == theirs or (ours == "nokey" and theirs in missing_key)
        for ours, theirs in zip(results, wanted))


def run_case(program, folder, case):
    """Returns the signatures (of an ARC case the one result), or None with what was wrong as text."""
    command = [program, "--verify-only", "--json", "-j", "1", "--received-at", case["now"]]
    if case["keys"] in ("", "-"):
        command.append("--no-builtin-keys")
    else:
        command += ["--keys", os.path.join(folder, case["keys"])]
    done = subprocess.run(command + [os.path.join(folder, case["eml"])], capture_output=True, check=False)
    lines = done.stdout.decode("utf-8").splitlines()
    if done.returncode != 0 or len(lines) != 1:
        return None, f"exit {done.returncode}, {len(lines)} messages: {done.stderr.decode(errors='replace').strip()}"
    message = json.loads(lines[0])
    signatures = message[KINDS[case["kind"]]]
    if case["kind"] == "arc":
        signatures = [signatures]
    elif case["kind"] == "domainkeys" and "," not in case["expect_sigs"]:
        # Of several signatures the source tells one result.
        signatures = [entry for entry in signatures if entry["result"] == "pass"][:1] or signatures
    return signatures, "; ".join(entry["reason"] for entry in signatures)


def missing_caveats(case, signatures):
    """Returns the caveats that a signature that could be checked lacks."""
    missing = []
    for flags, entry in zip(case["flags"].split(";"), signatures):
        wanted = {FLAGS[flag] for flag in flags.split(",") if flag in FLAGS}
        length = re.search(r"(?:^|,)l=(\d+)/(\d+)", flags)
        if length and int(length[1]) < int(length[2]):
            wanted.add("partial-body")
        if entry["result"] in ("pass", "fail"):
            missing += sorted(wanted - set(entry["caveats"]))
    return missing


def judge(case, results):
    missing_key = ("fail",) if case["kind"] == "arc" else ("permerror", "temperror")
    if matches(results, case["expect_sigs"], missing_key):
        return "nokey" if "nokey" in results else "exactly"
    if case["also_ok"] != "-" and any(matches(results, other, missing_key) for other in case["also_ok"].split(" ")):
        return "by an alternative"
    if ",".join(results) == DISPUTED.get(case["case_id"]):
        return "disputed"
    return None


def main():
    data = os.environ.get("WAXSEAL_TEST_DATA")
    if not data:
        print("1..0 # SKIP WAXSEAL_TEST_DATA is not set; tests/README.md says what it names")
        return 77
    folder = os.path.join(data, "dkim")
    program = os.path.join(os.environ["WAXSEAL_BUILD_DIR"], "indexer", "waxseal-index")
    counts = collections.Counter()
    for case in read_manifest(os.path.join(folder, "manifest.tsv")):
        if case["kind"] not in KINDS:
            counts["not covered: " + case["kind"]] += 1
            continue
        signatures, reasons = run_case(program, folder, case)
        results = None if signatures is None else [entry["result"] for entry in signatures]
        how = None if results is None else judge(case, results)
        missing = [] if case["kind"] == "arc" else missing_caveats(case, signatures or [])
        if missing:
            how = None
            reasons += "; without " + " ".join(missing)
        counts[how or "wrong"] += 1
        if how is None:
            found = "nothing" if results is None else ",".join(results) or "no signature"
            print(f"not ok - {case['case_id']}: {found} ({reasons}), expected {case['expect_sigs']} or "
                  f"{case['also_ok']}: {case['why']}")
    print("# " + ", ".join(f"{number} {how}" for how, number in sorted(counts.items())))
    return 1 if counts["wrong"] or sum(counts.values()) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
