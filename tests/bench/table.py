"""Prints tables for people, and the same numbers as JSON for programs."""
import json
import os
import platform
import statistics
import sys
import time

MEGABYTE = 1_000_000


def aligned(head, rows):
    """Returns a table as lines: the first column to the left, the others to the right."""
    cells = [head] + [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = []
    for row in cells:
        padded = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines


def show(title, head, rows):
    """Prints a table below its title."""
    print(f"\n{title}\n")
    print("\n".join(aligned(head, rows)), flush=True)


def number(value, digits=1):
    """Returns a number with thousands separated; nothing for None."""
    return "" if value is None else f"{value:,.{digits}f}"


def megabytes(size, digits=1):
    """Returns bytes in MB, 10^6."""
    return "" if size is None else number(size / MEGABYTE, digits)


def ratio(value, base):
    """Returns how many times `base` a value is."""
    return "" if not value or not base else f"{value / base:.2f}"


def median(values):
    """Returns the median of what is there; None of nothing."""
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def say(text):
    """Says on stderr what goes on."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def machine():
    """Returns what the numbers depend on beside the programs."""
    return {"processors": os.cpu_count(), "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "kernel": platform.release(), "load_average": os.getloadavg(),
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def show_machine():
    """Prints the machine, and whether it has other work: then only ratios mean something."""
    info = machine()
    print(f"{info['processors']} processors, {megabytes(info['memory_bytes'], 0)} MB of memory, kernel "
          f"{info['kernel']}, load {info['load_average'][0]:.1f} at the start. Warm page cache. MB are 10^6 bytes.")
    return info


def write_json(path, report):
    """Writes a report as JSON; nothing without a path."""
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"schema": 1, **report}, file, indent=2, ensure_ascii=False)
            file.write("\n")
