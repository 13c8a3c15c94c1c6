#!/usr/bin/env python3
"""Lists what no scenario covers: order types, times in force, reject reasons, session phases, instructions, rules.

Usage: coverage.py TRADE_BINARY SOURCE_TREE. Exits 1 when something is not covered, there are too few scenarios or they
take too long.
"""
import json
import pathlib
import re
import resource
import subprocess
import sys

SCENARIOS_MIN = 150
SECONDS_MAX = 5  # of the processor, so that it does not count what else a machine does
binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
directory = root / "tests/scenarios"

# What a scenario cannot bring about, and where it is shown.
EXEMPT = {
    "disconnected": "tests/e2e/stream.bats",  # the end of a client's session
}


def without_comments(text):
    return re.sub(r"(^|\s)#.*", "", text)


text = "\n".join(without_comments(path.read_text(encoding="utf-8"))
                 for path in sorted(directory.rglob("*.s*")) if path.suffix in (".scenario", ".steps"))
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
looped = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^ *for .*?\bdo$", text, re.S | re.M))))
# A reason counts where a refusal for it is expected, not where its name happens to stand.
need("reject reason", reasons,
     set(re.findall(r"expect rejected ([a-z_]+)", text)) | named(None, "reject_reason") | looped)
need("reason for an order's end", names_of("CancelReason"), named(None, "cancel_reason") | looped)
need("order type", names_of("OrderType"), named("--type", "order_type"))
need("time in force", names_of("TimeInForce"), named("--tif", "time_in_force"))
need("session phase", names_of("SessionPhase"), set(re.findall(r"market[^\n]*:[^\n]*status=([a-z_]+)", text)))
need("market phase", names_of("MarketPhase"), named(None, "phase"))
need("order class", [name for name in names_of("OrderClass") if name != "simple"], named("--class", "order_class"))
need("kind of short sale", names_of("ShortSale"), named(None, "side"))
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
before = resource.getrusage(resource.RUSAGE_CHILDREN)
# Whether they pass is another test's matter.
subprocess.run([binary, "--json", "test", str(directory)], check=False, capture_output=True)
after = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
if seconds > SECONDS_MAX:
    problems.append(f"running them takes {seconds:.1f} s of the processor; they may take {SECONDS_MAX}")
for problem in problems:
    print(problem)
print(f"coverage: {len(listed)} scenarios in {seconds:.2f} s, {len(reasons)} reject reasons, "
      f"{len(problems)} problem(s)")
sys.exit(1 if problems else 0)
