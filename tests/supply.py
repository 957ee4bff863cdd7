#!/usr/bin/env python3
"""What the programs are built of: hardening flags in the binaries, and an SBOM that names each library they need.

    supply.py                 the checks of ctest; WAXSEAL_BUILD_DIR says which build
    supply.py --reproduce     builds the committed sources twice, in two folders, and compares the programs; takes minutes
"""
import json
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = ("indexer/waxseal-index", "query/waxseal-query")


def fail(message):
    """Ends the test."""
    sys.exit(f"not ok - {message}")


def passed(message):
    """Prints the line of a check."""
    print(f"ok - {message}", flush=True)


def output(*command, **options):
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def cache_value(build, name):
    """A setting of the build."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(rf"^{name}:\w+=(.*)$", cache.read(), re.M)
    return found.group(1) if found else ""


def check_hardening(program, is_optimised):
    """PIE, RELRO, BIND_NOW, no executable stack, stack protector; FORTIFY where the compiler optimises."""
    dynamic = output("readelf", "-dW", program)
    segments = output("readelf", "-lW", program)
    symbols = output("readelf", "--dyn-syms", "-W", program)
    checks = {
        "PIE": "Type:" in (header := output("readelf", "-hW", program)) and re.search(r"Type:\s+DYN", header),
        "RELRO": "GNU_RELRO" in segments,
        "BIND_NOW": re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic),
        "stack that is not executable": re.search(r"GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RW\s", segments),
        "no segment that is writable and executable": not re.search(r"LOAD.*RWE", segments),
        "stack protector": "__stack_chk_fail" in symbols,
        "no path for libraries": "RPATH" not in dynamic and "RUNPATH" not in dynamic,
        "one SQLite": dynamic.count("libsqlite3.so") == 1
                      and not re.search(r"FUNC .* (?!UND)\S+ sqlite3_", output("readelf", "-sW", program)),
    }
    if is_optimised:
        checks["FORTIFY"] = re.search(r"__(memcpy|read|pread64|snprintf|printf|fprintf)_chk", symbols)
    for name, holds in checks.items():
        if not holds:
            fail(f"{program}: {name}")
    passed(f"{os.path.basename(program)}: {', '.join(checks)}")


def check_sbom(build):
    """The SBOM is SPDX 2.3, and has each library that the programs are linked with or load, in a version."""
    with open(os.path.join(build, "share", "waxseal", "sbom.spdx.json"), encoding="utf-8") as file:
        document = json.load(file)
    for name in ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"):
        if name not in document:
            fail(f"the SBOM has no {name}")
    identifiers = [package["SPDXID"] for package in document["packages"]]
    related = [relation["relatedSpdxElement"] for relation in document["relationships"]]
    if sorted(identifiers) != sorted(related) or len(set(identifiers)) != len(identifiers):
        fail("packages and relationships of the SBOM do not fit")
    objects = {name for package in document["packages"] for name in package["comment"].split()}
    for package in document["packages"]:
        if not package["versionInfo"]:
            fail(f"the SBOM has no version of {package['name']}")
    for program in PROGRAMS:
        needed = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-dW", os.path.join(build, program)))
        with open(os.path.join(build, program), "rb") as file:
            loaded = re.findall(rb"\0(lib[\w.-]+\.so\.\d+)(?=\0)", file.read())
        needed += sorted({name.decode() for name in loaded})
        missing = [name for name in needed if name not in objects and not name.startswith(("libasan", "libubsan"))]
        if missing:
            fail(f"the SBOM lacks {', '.join(missing)}: add it to data/sbom.cmake")
    passed(f"the SBOM has the {len(identifiers) - 1} libraries, with versions")


def reproduce(source):
    """Builds the commit of `source` in two folders of different length."""
    sums = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a", "another-folder"):
            tree = os.path.join(folder, name)
            output("git", "clone", "-q", source, tree)
            source = tree  # the same commit, whatever happens to the first one meanwhile
            environment = {**os.environ, "CCACHE_DISABLE": "1"}
            output("cmake", "--preset", "release", "-DBUILD_TESTING=OFF", cwd=tree, env=environment)
            output("cmake", "--build", "--preset", "release", cwd=tree, env=environment)
            sums.append([output("sha256sum", program, cwd=os.path.join(tree, "build", "release")) for program in PROGRAMS])
    if sums[0] != sums[1]:
        fail(f"two builds differ:\n{sums[0]}\n{sums[1]}")
    passed("two builds in two folders are the same:\n" + "".join(sums[0]).rstrip())


def main():
    """Runs the checks."""
    if sys.argv[1:] == ["--reproduce"]:
        reproduce(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
        return
    build = os.environ["WAXSEAL_BUILD_DIR"]
    is_optimised = cache_value(build, "CMAKE_BUILD_TYPE") in ("Release", "RelWithDebInfo")
    for program in PROGRAMS:
        check_hardening(os.path.join(build, program), is_optimised)
    if not is_optimised:
        print("ok - FORTIFY # SKIP this build is not optimised")
    check_sbom(build)


main()
