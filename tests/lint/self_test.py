#!/usr/bin/env python3
"""The lints find what they are for: each rule is shown a text that breaks it and one that does not."""
import pathlib
import sys
import tempfile

import layers
import tidy
import units

failures = 0


def expect(condition, what):
    global failures
    if not condition:
        print(f"self_test: {what}")
        failures += 1


def layer_problems(name, text):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return layers.problems_of(directory)


expect(not layer_problems("lib/engine/a.cpp", '#include "model/ids.hpp"\n'), "an allowed include is reported")
expect(layer_problems("lib/model/a.cpp", '#include "engine/engine.hpp"\n'), "an upward include passes")
expect(layer_problems("lib/engine/a.cpp", '#include <lmdb.h>\n'), "a guarded header passes")
expect(layer_problems("cmd/place.cpp", '#include "engine/engine.hpp"\n'), "a command includes the engine")
expect(not layer_problems("cmd/replay_check.cpp", '#include "engine/engine.hpp"\n'), "an offline command may not")
expect(layer_problems("daemons/ledgerd/a.cpp", '#include "tradingd/b.hpp"\n'), "a daemon includes another")
with tempfile.TemporaryDirectory() as tree:
    unit = pathlib.Path(tree, "share/systemd/trade-ledgerd.service.in")
    unit.parent.mkdir(parents=True)
    settings = units.REQUIRED | {"RestrictAddressFamilies": "AF_UNIX"}
    unit.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    expect(not units.problems_of(tree), "a unit that has every setting is reported")
    unit.write_text(unit.read_text().replace("NoNewPrivileges=yes\n", "").replace("AF_UNIX", "AF_UNIX AF_INET"))
    expect(len(units.problems_of(tree)) == 2, "a missing or a wider setting passes")
expect(tidy.problems_of_text("lib/engine/a.cpp", "double x;\n"), "a double in the engine passes")
expect(not tidy.problems_of_text("lib/engine/a.cpp", "// double\nint x;\n"), "a double in a comment is reported")
expect(tidy.problems_of_text("tests/e2e/a.bats", "  ! grep -q x y\n"), "a check that cannot fail passes")
expect(not tidy.problems_of_text("tests/e2e/a.bats", "  ! grep -q x y || return 1\n"), "a check that can fail is reported")
expect(tidy.problems_of_text("lib/base/a.cpp", "assert(x);\n"), "assert passes")
expect(not tidy.problems_of_text("lib/base/a.cpp", "static_assert(x);\n"), "static_assert is reported")
expect(tidy.problems_of_text("lib/base/a.hpp", "int x;\n"), "a header without guard passes")
expect(tidy.problems_of_text("lib/base/a.cpp", "int x; \n"), "trailing white space passes")
expect(tidy.problems_of_text("cmd/a.cpp", "int x;\n" * 800), "a long file passes")

print(f"self_test: {failures} failure(s)")
sys.exit(1 if failures else 0)
