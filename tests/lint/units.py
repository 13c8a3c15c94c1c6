#!/usr/bin/env python3
"""Holds the systemd units to what a daemon that takes orders must not be able to do.

Usage: units.py SOURCE_TREE. Every service has each setting of the table, and the drop-in for TCP changes nothing but
the network; where systemd-analyze is installed, it finds nothing wrong with any of them. Prints what is wrong and exits 1.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

# What each service must say; a tuple: one of these.
REQUIRED = {
    "User": "trade",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "ProtectProc": "invisible",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "RemoveIPC": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "@system-service",
    "SystemCallErrorNumber": "EPERM",
}
# Only these speak on the network.
NETWORKED = {"gatewayd", "fixd"}


def settings_of(text):
    settings = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith(("#", "[")):
            name, value = line.split("=", 1)
            settings[name.strip()] = value.strip()
    return settings


def problems_of(tree):
    units = sorted(pathlib.Path(tree, "share/systemd").glob("trade-*.service.in"))
    problems = [] if units else ["share/systemd has no services"]
    for unit in units:
        settings = settings_of(unit.read_text(encoding="utf-8"))
        daemon = unit.name.removeprefix("trade-").removesuffix(".service.in")
        families = "AF_UNIX AF_INET AF_INET6" if daemon in NETWORKED else "AF_UNIX"
        for name, wanted in (REQUIRED | {"RestrictAddressFamilies": families}).items():
            if settings.get(name) != wanted:
                problems.append(f"{unit.name}: {name} is {settings.get(name)!r}, must be {wanted!r}")
        # Five starts within ten seconds, systemd's own limit, would end a daemon for good while a disk is full.
        if settings.get("Restart") == "always" and settings.get("StartLimitIntervalSec") != "0":
            problems.append(f"{unit.name}: Restart=always needs StartLimitIntervalSec=0")
    return problems


def drop_in_problems_of(tree):
    """The drop-in adds the network, for addresses that it names, and touches nothing else."""
    settings = settings_of(pathlib.Path(tree, "share/systemd/tcp.conf").read_text(encoding="utf-8"))
    wanted = {"RestrictAddressFamilies": "AF_INET AF_INET6", "IPAddressDeny": "any", "IPAddressAllow": "localhost"}
    return [] if settings == wanted else [f"tcp.conf: the settings are {settings}, must be {wanted}"]


def systemd_problems_of(tree):
    """What systemd itself says of each unit, by itself and with the drop-in."""
    if shutil.which("systemd-analyze") is None:
        print("systemd-analyze is not installed: the units were not given to it")
        return []
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        source = pathlib.Path(tree, "share/systemd")
        for file in list(source.glob("*.target")) + list(source.glob("*.timer")):
            shutil.copy(file, place)
        names = []
        for unit in sorted(source.glob("trade-*.service.in")):
            text = unit.read_text(encoding="utf-8")
            # It looks whether the programs are there.
            for program in ("trade", "tradingd", "ledgerd", "feedd", "gatewayd", "fixd"):
                shutil.copy(shutil.which("true"), place / program)
            text = text.replace("@CMAKE_INSTALL_FULL_BINDIR@", directory).replace("@CMAKE_INSTALL_FULL_SYSCONFDIR@", "/etc")
            names.append(unit.name.removesuffix(".in"))
            (place / names[-1]).write_text(text, encoding="utf-8")
        for drop_in in (False, True):
            for name in names:
                if drop_in:
                    (place / f"{name}.d").mkdir()
                    shutil.copy(source / "tcp.conf", place / f"{name}.d")
                said = subprocess.run(["systemd-analyze", "verify", "--man=no", place / name], text=True,
                                      env={"SYSTEMD_UNIT_PATH": f"{directory}:", "PATH": "/usr/bin:/bin"},
                                      capture_output=True, check=False)
                lines = [line for line in (said.stdout + said.stderr).splitlines() if directory in line or "trade" in line]
                problems += [f"{name}{' with tcp.conf' if drop_in else ''}: systemd-analyze says: {line}" for line in lines]
                if said.returncode != 0 and not lines:
                    problems.append(f"{name}: systemd-analyze verify exits {said.returncode}")
    return problems


if __name__ == "__main__":
    found = problems_of(sys.argv[1]) + drop_in_problems_of(sys.argv[1]) + systemd_problems_of(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
