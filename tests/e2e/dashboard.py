#!/usr/bin/env python3
"""Holds the Grafana dashboard and the alert rules to what a suite serves.

Usage: dashboard.py SHARE_DIRECTORY < METRICS. Every metric that an expression names is among the samples, with the
daemon's label where it asks for one; every metric of a daemon's status is of a kind that is served; a runbook page that an
alert names is there.
"""
import json
import pathlib
import re
import sys

share = pathlib.Path(sys.argv[1])
served = set()
for line in sys.stdin:
    match = re.match(r'(trade_\w+)(?:\{([^}]*)\})? ', line)
    if match:
        daemon = re.search(r'daemon="(\w+)"', match.group(2) or "")
        served.add((match.group(1), daemon.group(1) if daemon else None))
served |= {(name, None) for name, _ in served}


def expressions(value):
    """Every text under a key 'expr', however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "expr":
                yield inner
            else:
                yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


problems = []
dashboard = json.loads((share / "grafana/trade.json").read_text(encoding="utf-8"))
alerts = (share / "grafana/alerts.yml").read_text(encoding="utf-8")
all_expressions = list(expressions(dashboard)) + re.findall(r"^ *expr: (.*)$", alerts, flags=re.M)
if len(all_expressions) < 30:
    problems.append(f"only {len(all_expressions)} expressions were found")
for expression in all_expressions:
    selectors = re.findall(r"(trade_\w+)(?:\{([^}]*)\})?", expression)
    if not selectors:
        problems.append(f"no metric of ours in: {expression}")
    for name, labels in selectors:
        daemon = re.search(r'daemon="(\w+)"', labels)
        if (name, daemon.group(1) if daemon else None) not in served:
            problems.append(f"{name}{{{labels}}} is not served; asked for by: {expression}")
ids = [panel["id"] for panel in dashboard["panels"]]
if len(ids) != len(set(ids)):
    problems.append("two panels have one id")
for page in re.findall(r"^ *runbook: (.*)$", alerts, flags=re.M):
    if not (share / "doc" / page).is_file():
        problems.append(f"share/doc/{page} is not there")

for problem in problems:
    print(problem)
print(f"dashboard: {len(all_expressions)} expressions, {len(served)} samples, {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
