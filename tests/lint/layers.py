#!/usr/bin/env python3
"""Holds the layers: a library includes only what the table below allows, whoever includes it.

Usage: layers.py SOURCE_TREE. Prints each forbidden include and exits 1 when there is one.
"""
import pathlib
import re
import sys

# What each library may include of ours, and which outside headers are its own alone.
LIBRARIES = {
    "base": [],
    "calendar": ["base"],
    "model": ["base"],
    "book": ["model"],
    "engine": ["book"],
    "workload": ["engine"],
    "ledger": ["model"],
    "market": ["model"],
    "itch": ["model"],
    "wire": ["model"],
    "store": ["base"],
    "journal": ["wire", "store"],
    "bus": ["base"],
    "sequencer": ["engine", "journal", "bus", "calendar"],
    "client": ["wire", "bus"],
    "venue": ["sequencer", "ledger", "market", "client"],
    "scenario": ["format", "calendar"],
    "app": ["base"],
    "follower": ["journal", "client", "app", "access"],
    "format": ["model"],
    "access": ["model", "store", "bus"],
    "fix": [],
    "http": ["base"],
    "backup": ["journal", "app", "format"],
}

# Outside headers that only these libraries (or top-level directories) may include.
GUARDED_HEADERS = {
    r"lmdb\.h": ["store"],
    r"zmq\.hpp|zmq\.h|zmq_addon\.hpp": ["bus"],
    r"flatbuffers/.*|trade_generated\.h": ["wire"],
    r"spdlog/.*": ["app"],
    r"quickfix/.*": ["fix"],
    r"boost/.*|openssl/.*": ["http"],
    r"sodium\.h": ["access", "journal"],
    r"zstd\.h": ["journal"],
}

# The doors never touch the store or the engine, except the commands that work offline on a journal.
TOP_FORBIDDEN = {"cmd": ["store", "engine", "book"], "daemons/gatewayd": ["store", "engine", "book"],
                 "daemons/fixd": ["engine", "book"]}
OFFLINE_COMMANDS = {"replay_check.cpp", "compare_builds.cpp", "journal.cpp", "journal_scenario.cpp", "bench_engine.cpp",
                    "bench_book.cpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def closure(library):
    """The libraries that `library` may include: those named, and what these may include."""
    seen, queue = {library}, [library]
    while queue:
        for dependency in LIBRARIES.get(queue.pop(), []):
            if dependency not in seen:
                seen.add(dependency)
                queue.append(dependency)
    return seen


def problems_of(tree):
    problems = []
    root = pathlib.Path(tree)
    for path in sorted(root.glob("lib/*/**/*")) + sorted(root.glob("cmd/**/*")) + sorted(root.glob("daemons/**/*")):
        if path.suffix not in (".cpp", ".hpp", ".h"):
            continue
        relative = path.relative_to(root)
        parts = relative.parts
        library = parts[1] if parts[0] == "lib" else None
        if library is not None and library not in LIBRARIES:
            problems.append(f"{relative}: library '{library}' is not in the layer table")
            continue
        allowed = closure(library) if library else None
        forbidden = next((names for top, names in TOP_FORBIDDEN.items() if str(relative).startswith(top + "/")), [])
        if path.name in OFFLINE_COMMANDS:
            forbidden = ["store"]
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            header = match.group(2)
            target = header.split("/")[0]
            line = text.count("\n", 0, match.start()) + 1
            if target in LIBRARIES and "/" in header:
                if allowed is not None and target not in allowed:
                    problems.append(f"{relative}:{line}: lib/{library} may not include {header}")
                if target in forbidden:
                    problems.append(f"{relative}:{line}: {parts[0]} may not include {header}")
            for pattern, owners in GUARDED_HEADERS.items():
                if re.fullmatch(pattern, header) and library not in owners:
                    problems.append(f"{relative}:{line}: only lib/{', lib/'.join(owners)} may include {header}")
            if parts[0] == "daemons" and header.split("/")[0] in ("tradingd", "ledgerd", "feedd", "gatewayd", "fixd"):
                if header.split("/")[0] != parts[1]:
                    problems.append(f"{relative}:{line}: daemons never include each other: {header}")
    return problems


if __name__ == "__main__":
    found = problems_of(sys.argv[1])
    for problem in found:
        print(problem)
    print(f"layers: {len(found)} problem(s)")
    sys.exit(1 if found else 0)
