# What every test of the command line has: the binary, and a home in which nothing runs.

trade=${TRADE_BIN:?set TRADE_BIN to the directory of the binaries}/trade

setup() {
  TRADE_HOME=$(mktemp -d "${TMPDIR:-/tmp}/trade-cmd.XXXXXX")
  export TRADE_HOME NO_COLOR=1
  unset TRADE_ACCOUNT TRADE_CONFIG
}

teardown() {
  rm -rf "$TRADE_HOME"
}

# expect STATUS COMMAND...: runs it and keeps `output` (standard output) and `errors` (standard error).
expect() {
  local expected=$1 status=0
  shift
  output=$("$@" 2>"$TRADE_HOME/.stderr") || status=$?
  errors=$(cat "$TRADE_HOME/.stderr")
  [ "$status" -eq "$expected" ] || {
    echo "exit $status, expected $expected: $*"
    echo "stdout: $output"
    echo "stderr: $errors"
    return 1
  }
}

# usage_error ARGUMENTS...: exit 2, nothing on standard output, one or two lines on standard error.
usage_error() {
  expect 2 "$trade" "$@"
  [ -z "$output" ]
  [ "$(wc -l <<<"$errors")" -le 2 ] || { echo "$errors"; return 1; }
}

# refused COMMAND...: it must fail. ('!' before a command does not fail a test.)
refused() {
  if "$@"; then
    echo "this should have failed: $*"
    return 1
  fi
}
