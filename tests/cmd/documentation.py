#!/usr/bin/env python3
"""Holds manual pages and completions to the command table that the program itself works with.

Usage: documentation.py TRADE_BINARY MAN_DIRECTORY. Every command has a manual page that names it and each of its
options, trade(1) lists it, and each shell's completion knows it; every setting is in trade.toml(5).
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

binary, manual = sys.argv[1], pathlib.Path(sys.argv[2])
problems = []


def run(*arguments):
    return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout


def page_text(name):
    """What a reader of the page sees, hyphens and spaces plain."""
    path = manual / name
    if not path.exists():
        problems.append(f"man/{name} is missing")
        return ""
    source = path.read_text(encoding="utf-8")
    # Only the words matter here: the macros that mark them go.
    text = re.sub(r"^\.\S+ ?", "", source, flags=re.M)
    text = re.sub(r"\b(Fl|Ar|Cm|Op|Nm|Va|Ns|No|Qq|Pa|Ev|Li|Dq|Pq) ", " ", text)
    flags = set(re.findall(r"\bFl (-?[a-z][a-z-]*)", source))
    return text, {"-" + flag for flag in flags}


commands = json.loads(run("--json", "help"))
if len(commands) < 40:
    problems.append(f"only {len(commands)} commands are listed")
trade_source = (manual / "trade.1").read_text(encoding="utf-8")
completions = {shell: run("completion", shell) for shell in ("bash", "zsh", "fish")}

for command in commands:
    words = command["command"].split()
    page = "trade.1" if len(words) == 1 else f"trade-{words[1]}.1"
    text, flags = page_text(page) or ("", set())
    if not command["group"] and len(words) > 1 and command["command"] not in text.replace("\n", " "):
        problems.append(f"man/{page} does not name '{command['command']}'")
    if not command["group"] and len(words) > 1 and not command["examples"]:
        problems.append(f"'{command['command']} --help' has no example")
    for option in command["options"]:
        if option not in flags:
            problems.append(f"man/{page} does not name the option {option} of '{command['command']}'")
        for shell, script in completions.items():
            plain = f"-l {option[2:]}" if shell == "fish" and option.startswith("--") else option
            plain = f"-s {option[1:]}" if shell == "fish" and not option.startswith("--") else plain
            if plain not in script:
                problems.append(f"{shell} completion does not know {option} of '{command['command']}'")
    if len(words) > 1:
        if f"trade-{words[1]} 1" not in trade_source:
            problems.append(f"man/trade.1 does not list '{words[1]}'")
        for shell, script in completions.items():
            if not re.search(rf"\b{re.escape(words[-1])}\b", script):
                problems.append(f"{shell} completion does not know '{command['command']}'")

listed = {command["command"].split()[1] for command in commands if " " in command["command"]}
for path in sorted(manual.glob("trade-*.1")):
    if path.stem.removeprefix("trade-") not in listed:
        problems.append(f"man/{path.name} is of no command")

with tempfile.TemporaryDirectory() as home:
    settings = json.loads(run("--json", "--home", home, "config", "show"))
toml_page = (manual / "trade.toml.5").read_text(encoding="utf-8")
sections = {}
for part in re.split(r"^\.Ss \[", toml_page, flags=re.M)[1:]:
    name, _, body = part.partition("]")
    sections[name] = body
for setting in settings:
    section, _, name = setting["key"].partition(".")
    if not re.search(rf"^\.It Va {re.escape(name)} ", sections.get(section, ""), flags=re.M):
        problems.append(f"man/trade.toml.5 does not explain {setting['key']}")
    elif setting["origin"] == "default" and setting["value"] and setting["value"] not in sections[section]:
        problems.append(f"man/trade.toml.5 does not give {setting['key']}'s default {setting['value']}")

for problem in problems:
    print(problem)
print(f"documentation: {len(commands)} commands, {len(settings)} settings, {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
