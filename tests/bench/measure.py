"""Runs a program and measures it: wall time, CPU time and memory, of all its processes."""
import dataclasses
import os
import subprocess
import threading
import time

SAMPLE_S = 0.05
# A sample takes milliseconds, as the kernel walks all pages: it is followed by this many times its own length.
PAUSE = 100
KIB = 1024
ROLLUP_FIELDS = ("Rss", "Pss", "Pss_Anon", "Pss_File", "Pss_Shmem")


@dataclasses.dataclass
class Measurement:
    """One run. Sizes are in bytes; the peaks are of the sum over all processes alive at one moment."""

    exit_code: int
    wall_s: float
    cpu_s: float          # user and system, with the processes it waited for
    max_rss: int          # ru_maxrss: of the largest single process
    peak_rss: int         # sum of RSS: counts a shared page once a process
    peak_pss: int         # sum of PSS: counts a shared page once
    peak_pss_parts: dict  # what peak_pss was made of: Pss_Anon, Pss_File, Pss_Shmem
    processes: int        # most at one moment
    samples: int


def process_tree(root):
    """Returns the ids of a process and of all that descend from it."""
    pids = [root]
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                    pids.extend(int(child) for child in file.read().split())
        except OSError:
            continue  # it ended in between
    return pids


def memory_of(pid):
    """Returns the ROLLUP_FIELDS of a process in bytes; zeros when it has ended."""
    values = dict.fromkeys(ROLLUP_FIELDS, 0)
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                name, _, rest = line.partition(":")
                if name in values:
                    values[name] = int(rest.split()[0]) * KIB
    except OSError:
        pass
    return values


class Sampler(threading.Thread):
    """Looks at the memory of a process tree until it is told to stop."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.ended = threading.Event()
        self.peak_rss = self.processes = self.samples = 0
        self.peak = dict.fromkeys(ROLLUP_FIELDS, 0)

    def run(self):
        while not self.ended.is_set():
            start = time.thread_time()
            self.sample()
            self.ended.wait(max(SAMPLE_S, PAUSE * (time.thread_time() - start)))

    def sample(self):
        """Adds up all processes as they are now."""
        pids = process_tree(self.pid)
        memory = [memory_of(pid) for pid in pids]
        total = {name: sum(one[name] for one in memory) for name in ROLLUP_FIELDS}
        self.peak_rss = max(self.peak_rss, total["Rss"])
        if total["Pss"] > self.peak["Pss"]:
            self.peak = total
        self.processes = max(self.processes, len(pids))
        self.samples += 1


def run(command, environ=None, output=None):
    """Runs `command` to its end; `output` is a file for what it prints, else it is thrown away."""
    sink = output or subprocess.DEVNULL
    start = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    sampler = Sampler(process.pid)
    sampler.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    sampler.ended.set()
    sampler.join()
    return Measurement(
        exit_code=process.returncode, wall_s=wall_s, cpu_s=usage.ru_utime + usage.ru_stime,
        max_rss=usage.ru_maxrss * KIB, peak_rss=sampler.peak_rss, peak_pss=sampler.peak["Pss"],
        peak_pss_parts={name: sampler.peak[name] for name in ROLLUP_FIELDS[2:]},
        processes=sampler.processes, samples=sampler.samples)
