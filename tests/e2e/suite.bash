# What every end-to-end test has: a home of its own, the binaries under test, and a suite that is stopped.

# The binaries of the build under test.
bin=${TRADE_BIN:?set TRADE_BIN to the directory of the binaries}
trade=$bin/trade

new_home() {
  TRADE_HOME=$(mktemp -d "${TMPDIR:-/tmp}/trade-e2e.XXXXXX")
  export TRADE_HOME NO_COLOR=1
  # Many suites run at a time: the system chooses the gateway's ports.
  export TRADE_GATEWAYD_LISTEN=127.0.0.1:0 TRADE_GATEWAYD_TLS_LISTEN=127.0.0.1:0
  # A build with AddressSanitizer keeps 256 MB of freed memory a process, which is more than these tests let
  # one grow by.
  export ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=8:thread_local_quarantine_size_kb=256}
  unset TRADE_ACCOUNT TRADE_CONFIG
}

# Stops whatever runs in the home and removes it. Kills by the daemons' own pid files when 'down' cannot.
remove_home() {
  [ -n "${TRADE_HOME:-}" ] || return 0
  "$trade" down >/dev/null 2>&1 || true
  for file in "$TRADE_HOME"/run/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$TRADE_HOME"; then
      kill -9 "$pid" 2>/dev/null || true
    fi
  done
  rm -rf "$TRADE_HOME"
}

setup() {
  new_home
}

teardown() {
  if [ "${BATS_TEST_COMPLETED:-}" != 1 ]; then
    tail -n 20 "$TRADE_HOME"/log/*.log 2>/dev/null || true
  fi
  remove_home
}

start_suite() {
  "$trade" up >/dev/null
}

# t ARGS: the command line with JSON output.
t() {
  "$trade" --json "$@"
}

# expect_exit STATUS COMMAND...: runs it, keeps `output` (standard output) and `errors` (standard error).
expect_exit() {
  local expected=$1 status=0
  shift
  output=$("$@" 2>"$TRADE_HOME/.stderr") || status=$?
  errors=$(cat "$TRADE_HOME/.stderr")
  if [ "$status" -ne "$expected" ]; then
    echo "exit $status, expected $expected: $*"
    echo "stdout: $output"
    echo "stderr: $errors"
    return 1
  fi
}

# refute COMMAND...: fails where the command succeeds. (bash lets a line that begins with ! fail a test only where
# it is the last.)
refute() {
  if "$@"; then
    echo "succeeded, and should not: $*"
    return 1
  fi
}

# expect_end PID: the process is gone, or will be in a moment: who stops it may be told before its parent has taken note.
expect_end() {
  for _ in $(seq 100); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  echo "process $1 is still there"
  return 1
}

# expect_json FILTER EXPECTED: what jq makes of `output`.
expect_json() {
  local got
  got=$(jq -c "$1" <<<"$output") || {
    echo "not JSON: $output"
    return 1
  }
  if [ "$got" != "$2" ]; then
    echo "$1 is $got, expected $2, in: $output"
    return 1
  fi
}

# expect_error NAME: the error object on standard error in JSON modes.
expect_error() {
  local name
  name=$(jq -r .error <<<"$errors" 2>/dev/null) || {
    echo "no error object: $errors"
    return 1
  }
  [ "$name" = "$1" ] || {
    echo "error is '$name', expected '$1': $errors"
    return 1
  }
}

# A market with two funded accounts, one symbol, and shares to sell.
small_market() {
  start_suite
  t account open alice --deposit 10000 >/dev/null
  t account open bob --deposit 10000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  t account transfer-in bob AAPL 1000 --cost 100 >/dev/null 2>&1 || t account transfer-in bob AAPL 1000 --cost 100
}

# A market for a flood of orders: a buyer and a seller that never run out, and one symbol.
deep_market() {
  start_suite
  t account open buyer --deposit 900000000000 >/dev/null
  t account open seller --deposit 1 >/dev/null
  t symbol add TEST --previous-close 100 >/dev/null
  t account transfer-in seller TEST 900000000 --cost 100 >/dev/null
}

daemon_pid() {
  t status | jq -r ".[] | select(.daemon == \"$1\") | .pid"
}

# eventually_portfolio ACCOUNT FILTER WANTED: ledgerd has folded what makes it so.
eventually_portfolio() {
  local try
  for try in $(seq 100); do
    output=$(t portfolio --account "$1")
    [ "$(jq -c "$2" <<<"$output")" = "$3" ] && return 0
    sleep 0.05
  done
  echo "$2 of $1 never was $3: $output"
  return 1
}
