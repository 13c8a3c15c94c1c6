# For bats: a suite in a home of its own for each test. In a test file: load PATH/suite.bash
#
#   setup() { start_trade; }
#   teardown() { stop_trade; }
#   @test "an order" { trade account open alice --deposit 100; }
#
# TRADE_BIN names the directory of the programs where they are not on PATH; daemons other than those of orders, books and
# market data (gatewayd) start with: start_trade gatewayd

start_trade() {
  TRADE_HOME=$(mktemp -d "${TMPDIR:-/tmp}/trade-test.XXXXXX") || return 1
  export TRADE_HOME TRADE_GATEWAYD_LISTEN=127.0.0.1:0 TRADE_GATEWAYD_TLS_LISTEN=127.0.0.1:0
  unset TRADE_ACCOUNT TRADE_CONFIG
  [ -z "${TRADE_BIN:-}" ] || PATH=$TRADE_BIN:$PATH
  local IFS=,
  trade up --only "tradingd,ledgerd,feedd${*:+,$*}" >/dev/null
}

stop_trade() {
  [ -n "${TRADE_HOME:-}" ] || return 0
  trade down >/dev/null || true
  rm -rf "$TRADE_HOME"
  unset TRADE_HOME
}
