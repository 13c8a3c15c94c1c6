#!/usr/bin/env python3
"""Holds the systemd units to what a daemon that takes orders must not be able to do.

Usage: units.py SOURCE_TREE. Every service has each setting of the table; prints what is missing and exits 1.
"""
import pathlib
import sys

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
    return problems


if __name__ == "__main__":
    found = problems_of(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
