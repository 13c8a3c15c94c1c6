"""For pytest: a suite in a home of its own for each test. In conftest.py: from trade_fixture import trade

    def test_an_order(trade):
        trade("account", "open", "alice", "--deposit", "100")
        assert trade("account", "show", "alice")["cash_balance"] == "100.00"

TRADE_BIN names the directory of the programs where they are not on PATH.
"""
import json
import os
import shutil
import subprocess
import tempfile

import pytest


class TradeError(Exception):
    """A command that failed: `status` is its exit status, `error` the object that it wrote."""

    def __init__(self, status, error):
        super().__init__(f"exit {status}: {error.get('message', '')}")
        self.status = status
        self.error = error


class Suite:
    """A running suite. Called with the words of a command, it returns what the command printed as JSON."""

    def __init__(self, home):
        self.home = home
        self.program = os.path.join(os.environ["TRADE_BIN"], "trade") if "TRADE_BIN" in os.environ else "trade"
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in ("TRADE_ACCOUNT", "TRADE_CONFIG")}
        self.environment.update(TRADE_HOME=home, TRADE_GATEWAYD_LISTEN="127.0.0.1:0",
                                TRADE_GATEWAYD_TLS_LISTEN="127.0.0.1:0")

    def __call__(self, *words):
        done = subprocess.run([self.program, "--json", *map(str, words)], env=self.environment, capture_output=True,
                              text=True, timeout=60, check=False)
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            try:
                error = json.loads(lines[-1])
            except (IndexError, ValueError):
                error = {"message": done.stderr.strip()}
            raise TradeError(done.returncode, error)
        return json.loads(done.stdout) if done.stdout.strip() else None


def start(only="tradingd,ledgerd,feedd"):
    """A suite of these daemons in a temporary home; end it with stop()."""
    suite = Suite(tempfile.mkdtemp(prefix="trade-test."))
    try:
        subprocess.run([suite.program, "up", "--only", only], env=suite.environment, capture_output=True, timeout=60,
                       check=True)
    except Exception:
        stop(suite)
        raise
    return suite


def stop(suite):
    subprocess.run([suite.program, "down"], env=suite.environment, capture_output=True, timeout=60, check=False)
    shutil.rmtree(suite.home, ignore_errors=True)


@pytest.fixture
def trade():
    suite = start()
    yield suite
    stop(suite)
