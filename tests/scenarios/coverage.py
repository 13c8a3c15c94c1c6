#!/usr/bin/env python3
"""Lists what no scenario covers: order types, times in force, reject reasons, session phases, instructions, rules.

Usage: coverage.py TRADE_BINARY SOURCE_TREE. Exits 1 when something is not covered or there are too few scenarios.
"""
import json
import pathlib
import re
import subprocess
import sys

SCENARIOS_MIN = 150
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
directory = root / "tests/scenarios"

# What is shown elsewhere, and where.
EXEMPT = {
    "price_band": "tests/e2e/phases.bats",
}


def without_comments(text):
    return re.sub(r"(^|\s)#.*", "", text)


text = "\n".join(without_comments(path.read_text(encoding="utf-8"))
                 for path in sorted(directory.rglob("*.s*")) if path.suffix in (".scenario", ".steps"))
words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
enums = (root / "lib/model/enums.hpp").read_text(encoding="utf-8")


def names_of(enumeration):
    block = re.search(r"enum_names\(" + enumeration + r"\) \{(.*?)\n\}", enums, re.S)
    return re.findall(r'"([a-z_]+)"', block.group(1))


def named(option, field):
    """The values that an option is given or a field is expected to have."""
    found = set()
    if option:
        found |= set(re.findall(re.escape(option) + r"[ =]([a-z_]+)", text))
    return found | set(re.findall(re.escape(field) + r"=([a-z_]+)", text))


problems = []


def need(kind, wanted, covered):
    for name in wanted:
        if name not in covered and name not in EXEMPT:
            problems.append(f"{kind} {name} is in no scenario")


reasons = re.findall(r"X\(([a-z_]+), \d+,", (root / "lib/model/reject_reason.hpp").read_text(encoding="utf-8"))
need("reject reason", reasons, words)
need("order type", names_of("OrderType"), named("--type", "order_type"))
looped = {value for values in re.findall(r"^for .*?^do", text, re.S | re.M) for value in re.findall(r"[a-z_]+", values)}
need("time in force", names_of("TimeInForce"), named("--tif", "time_in_force"))
need("session phase", names_of("SessionPhase"), set(re.findall(r"market[^\n]*:[^\n]*status=([a-z_]+)", text)) |
     named(None, "phase"))
need("post-only mode", names_of("PostOnly"), named("--post-only", "post_only"))
need("self-trade mode", names_of("SelfTradePrevention"), named("--self-trade", "self_trade_prevention") | looped)
need("account type", names_of("AccountType"), named("--type", "account_type") | looped)
need("day trading rule", names_of("DayTradingRule"), named("--day-trading-rule", "day_trading_rule"))
need("venue state", names_of("VenueState"), named(None, "venue_state"))
need("rule for a venue that is down", names_of("WhenVenueDown"), named("--when-down", "when_down"))
need("order status", [name for name in names_of("OrderStatus") if name != "pending"], named(None, "status"))
need("symbol status", names_of("SymbolStatus"), named(None, "status"))
# Every instruction of an order and every risk rule is an option.
for command in json.loads(subprocess.run([binary, "--json", "help"], check=True, capture_output=True, text=True).stdout):
    if command["command"] in ("trade place", "trade replace", "trade rules set", "trade account limits"):
        need(f"option of '{command['command']}'", command["options"], set(re.findall(r"--[a-z-]+", text)))

listed = json.loads(subprocess.run([binary, "--json", "test", "--list", str(directory)], check=True,
                                   capture_output=True, text=True).stdout)
if len(listed) < SCENARIOS_MIN:
    problems.append(f"{len(listed)} scenarios; there should be {SCENARIOS_MIN}")
for problem in problems:
    print(problem)
print(f"coverage: {len(listed)} scenarios, {len(reasons)} reject reasons, {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
