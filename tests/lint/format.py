#!/usr/bin/env python3
"""Every C++ file is as clang-format leaves it. Usage: format.py SOURCE_TREE CLANG_FORMAT"""
import pathlib
import subprocess
import sys

import tidy

root = pathlib.Path(sys.argv[1])
files = [str(path) for path in tidy.tracked_files(root) if path.suffix in (".cpp", ".hpp")]
if not files:
    print("format: no files found")
    sys.exit(1)
result = subprocess.run([sys.argv[2], "--dry-run", "--Werror", *files], capture_output=True, text=True)
wrong = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "error:" in line})
for name in wrong:
    print(f"{pathlib.Path(name).relative_to(root)}: not formatted: clang-format-19 -i it")
print(f"format: {len(files)} files, {len(wrong)} not formatted")
sys.exit(1 if result.returncode else 0)
