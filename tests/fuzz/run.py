#!/usr/bin/env python3
"""Runs the fuzzers for some minutes in total, one on each processor, and prints a line a harness.

    run.py [--only REGEX] MINUTES     the harnesses of build/fuzz and build/fuzz-afl; `./setup fuzz` builds them

libFuzzer has three quarters of the time and AFL++ the rest; all of it is libFuzzer's where AFL++ would have less than ten
seconds a harness. Both begin with the checked-in seeds, and harnesses that read whole mails also with the mails of
$WAXSEAL_TEST_MAIL/tricky when there is a minute for them. What they find of new paths stays in build/fuzz/corpus and
build/fuzz-afl/corpus, and the next run goes on from there. An input that fails, leaks or hangs is kept beside it in
`findings` or `crashes` and `hangs`; exit code 1 says that there is one.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "..", "..", "build")
READ_MAIL = ("arc", "dkim", "dkim_repair", "domainkeys", "mbox", "message", "mime", "raw_message")  # they share seeds
MAIL_MINUTE = 60      # reading all of `tricky` takes about half of that
AFL_SHORTEST = 10     # AFL++ looks at its seeds for some seconds before it begins
INPUT_BYTES = 65536
INPUT_SECONDS = 25    # far beyond what any takes, also on a busy machine

AFL_ENVIRONMENT = {
    "AFL_AUTORESUME": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_NO_AFFINITY": "1", "AFL_NO_UI": "1",
    "AFL_SKIP_CPUFREQ": "1",
    "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0",
    "UBSAN_OPTIONS": "abort_on_error=1:halt_on_error=1:symbolize=0",
}


def harness_program(build, name):
    """Where a build has a harness."""
    return os.path.join(BUILD, build, "tests", "fuzz", f"fuzz_{name}")


def harness_names(pattern):
    """The harnesses whose whole name is the pattern."""
    names = [re.fullmatch(r"fuzz_(\w+)\.c", entry) for entry in sorted(os.listdir(HERE))]
    return [name.group(1) for name in names if name and re.fullmatch(pattern, name.group(1))]


def folder(*parts):
    """A folder below build/, made when it is not there."""
    path = os.path.join(BUILD, *parts)
    os.makedirs(path, exist_ok=True)
    return path


def last_number(pattern, text):
    """The last number that is found, or 0."""
    found = re.findall(pattern, text, re.M)
    return int(found[-1]) if found else 0


def run_libfuzzer(name, seconds):
    """Returns: runs, edges and the files of what was found."""
    findings = os.path.join(folder("fuzz", "findings"), name + "-")
    before = set(glob.glob(findings + "*"))
    inputs = [folder("fuzz", "corpus", name), os.path.join(HERE, "seeds", name)]
    inputs += glob.glob(os.path.join(BUILD, "fuzz-afl", "corpus", name, "default", "queue"))
    if name in READ_MAIL:
        inputs += [os.path.join(HERE, "seeds", other) for other in READ_MAIL if other != name]
    mail = os.path.join(os.environ.get("WAXSEAL_TEST_MAIL", ""), "tricky")
    if name in READ_MAIL and seconds >= MAIL_MINUTE and os.path.isdir(mail):
        inputs.append(mail)
    done = subprocess.run(
        [harness_program("fuzz", name), f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS}", f"-max_len={INPUT_BYTES}",
         "-rss_limit_mb=2048", "-reload=0", "-print_final_stats=1", f"-artifact_prefix={findings}", *inputs],
        capture_output=True, text=True, errors="replace", check=False)
    new = sorted(path for path in set(glob.glob(findings + "*")) - before if "slow-unit-" not in path)
    runs = last_number(r"^stat::number_of_executed_units: (\d+)", done.stderr)
    if (done.returncode != 0 or runs == 0) and not new:
        new = [f"{name} ended with {done.returncode}: {done.stderr[-2000:]}"]
    return runs, last_number(r" cov: (\d+)", done.stderr), new


def run_afl(name, seconds):
    """Returns: runs, edges and the files of what was found."""
    corpus = folder("fuzz-afl", "corpus", name)
    done = subprocess.run(
        ["afl-fuzz", "-i", os.path.join(HERE, "seeds", name), "-o", corpus, "-V", str(seconds), "-m", "none",
         "-t", str(INPUT_SECONDS * 1000), "--", harness_program("fuzz-afl", name)],
        capture_output=True, text=True, errors="replace", check=False, env={**os.environ, **AFL_ENVIRONMENT})
    if done.returncode != 0:
        return 0, 0, [f"{name}: afl-fuzz ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"]
    with open(os.path.join(corpus, "default", "fuzzer_stats"), encoding="utf-8") as file:
        stats = file.read()
    new = [path for kind in ("crashes", "hangs") for path in sorted(glob.glob(os.path.join(corpus, "default", kind, "id*")))]
    return last_number(r"^execs_done\s*: (\d+)", stats), last_number(r"^edges_found\s*: (\d+)", stats), new


def run_harness(name, seconds, afl_seconds):
    """Runs both engines in turn, and prints a line. Returns: what was found."""
    runs, edges, found = run_libfuzzer(name, seconds)
    line = f"{name:16} libFuzzer {seconds:5} s {runs:11,} runs {edges:6,} edges {len(found):2} findings"
    if afl_seconds > 0:
        runs, edges, more = run_afl(name, afl_seconds)
        line += f"   AFL++ {afl_seconds:5} s {runs:11,} runs {edges:6,} edges {len(more):2} findings"
        found += more
    print(line, flush=True)
    return found


def main():
    """Runs all, and fails when something was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=".*")
    parser.add_argument("minutes", type=float)
    arguments = parser.parse_args()
    names = harness_names(arguments.only)
    processors = len(os.sched_getaffinity(0))
    share = arguments.minutes * 60 * processors / max(len(names), 1)
    afl_seconds = int(share / 4) if share / 4 >= AFL_SHORTEST else 0
    seconds = max(int(share) - afl_seconds, 1)
    with concurrent.futures.ThreadPoolExecutor(processors) as pool:
        found = [path for paths in pool.map(lambda name: run_harness(name, seconds, afl_seconds), names) for path in paths]
    print(f"{len(names)} harnesses, {len(found)} findings")
    if found or not names:
        sys.exit("\n".join(found) or "no such harness")


main()
