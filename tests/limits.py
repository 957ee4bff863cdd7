#!/usr/bin/env python3
"""Compares the table of limits in docs/tolerances.md with the constants in the code."""
import glob
import os
import re
import sys

SOURCE = os.environ["WAXSEAL_SOURCE_DIR"]
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def constants():
    """The value of each constant that is a number, or a shifted one."""
    found = {}
    for path in glob.glob(os.path.join(SOURCE, "*", "*.[ch]")):
        with open(path, encoding="utf-8") as file:
            for name, value in re.findall(r"^#define ([A-Z][A-Z0-9_]+)\s+(\S.*?)\s*(?:/\*.*)?$", file.read(), re.M):
                plain = re.sub(r"\(\w*_t\)|\(unsigned\)", "", value).strip("()")
                match = re.fullmatch(r"(\d+)(?: << (\d+))?", plain)
                if match:
                    found[name] = int(match.group(1)) << int(match.group(2) or 0)
    return found


def main():
    """Checks each row."""
    values = constants()
    with open(os.path.join(SOURCE, "docs", "tolerances.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `([A-Z_0-9]+)` \| ([\d,]+)(?: (\w+))? \|", file.read(), re.M)
    if len(rows) < 30:
        sys.exit(f"not ok - only {len(rows)} limits were found in the table")
    wrong = [f"{name} is {values.get(name)}, the table says {number} {unit}" for name, number, unit in rows
             if values.get(name) != int(number.replace(",", "")) * UNITS.get(unit, 1)]
    if wrong:
        sys.exit("not ok - " + "; ".join(wrong))
    print(f"ok - {len(rows)} limits are what docs/tolerances.md says")


main()
