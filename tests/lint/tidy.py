#!/usr/bin/env python3
"""What reviews would only ask for: bounds on files, no doubles near money, no forbidden words, tidy top level.

Usage: tidy.py SOURCE_TREE. Prints each finding and exits 1 when there is one.
"""
import pathlib
import re
import subprocess
import sys

TOP_LEVEL = {"CMakeLists.txt", "cmd", "daemons", "lib", "share", "man", "tests", "completions", "README.md",
             "CMakePresets.json", "LICENSE", "build"}
FILE_LINES_MAX = 700
LINE_LENGTH_MAX = 140
# Libraries in which no floating-point type may appear at all.
INTEGER_ONLY = ("lib/model", "lib/book", "lib/engine", "lib/ledger", "lib/market", "lib/itch")
# The schema is one published document.
LONG_FILES = (".fbs",)
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".py", ".sh", ".bats", ".cmake", ".fbs"}


def tracked_files(root):
    """The files git knows, or every file where there is no repository (an unpacked archive)."""
    try:
        output = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"], check=True,
                                capture_output=True, text=True).stdout
        return [root / line for line in output.splitlines() if (root / line).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return [path for path in root.rglob("*") if path.is_file() and "build" not in path.parts]


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"//[^\n]*", "", text)


def problems_of_text(name, text):
    problems = []
    lines = text.split("\n")
    if len(lines) > FILE_LINES_MAX and not name.endswith(LONG_FILES):
        problems.append(f"{name}: {len(lines)} lines, more than {FILE_LINES_MAX}: split it")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH_MAX:
            problems.append(f"{name}:{number}: line of {len(line)} characters")
        if line != line.rstrip():
            problems.append(f"{name}:{number}: white space at the end of the line")
        if "\t" in line and not name.endswith(("Makefile",)):
            problems.append(f"{name}:{number}: tab")
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line) and "tests/lint" not in name:
            problems.append(f"{name}:{number}: unfinished work marked in the code")
        # bash takes it for no failure of the test unless it is the last line.
        if name.endswith(".bats") and re.match(r"\s*! ", line) and "||" not in line and not line.endswith("\\"):
            problems.append(f"{name}:{number}: a line that begins with ! never fails a test: use refute")
    if text and not text.endswith("\n"):
        problems.append(f"{name}: no newline at the end")
    if name.endswith((".cpp", ".hpp")):
        code = strip_comments(text)
        if name.endswith(".hpp") and "#pragma once" not in text:
            problems.append(f"{name}: no #pragma once")
        if name.startswith(INTEGER_ONLY):
            for match in re.finditer(r"\b(double|float)\b", code):
                line = code.count("\n", 0, match.start()) + 1
                problems.append(f"{name}:{line}: {match.group()} where only integers belong")
        for match in re.finditer(r"(?<![\w.>])assert\s*\(", code):
            line = code.count("\n", 0, match.start()) + 1
            problems.append(f"{name}:{line}: assert() is off in release: use TRADE_ASSERT")
        if name.startswith("lib/engine") or name.startswith("lib/book"):
            for word in (r"std::chrono", r"std::thread", r"std::mutex", r"\brand\(", r"std::random", r"unordered_"):
                for match in re.finditer(word, code):
                    line = code.count("\n", 0, match.start()) + 1
                    problems.append(f"{name}:{line}: {match.group()} in the deterministic core")
    return problems


def main(root):
    problems = []
    for path in sorted(root.iterdir()):
        if not path.name.startswith(".") and path.name not in TOP_LEVEL and path.name != "compile_commands.json":
            problems.append(f"{path.name}: not a place of the top level")
    for path in tracked_files(root):
        name = str(path.relative_to(root))
        if path.suffix in SOURCE_SUFFIXES and "node_modules" not in path.parts:
            problems += problems_of_text(name, path.read_text(encoding="utf-8"))
    return problems


if __name__ == "__main__":
    found = main(pathlib.Path(sys.argv[1]))
    for problem in found:
        print(problem)
    print(f"tidy: {len(found)} problem(s)")
    sys.exit(1 if found else 0)
