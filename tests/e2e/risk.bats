#!/usr/bin/env bats
# How a user meets what risk refuses: exit 3, the rejected order, the error object. Every reason is in
# tests/scenarios.
load suite.bash

setup() {
  new_home
  small_market
}

rejected() {
  local reason=$1
  shift
  expect_exit 3 t place "$@"
  expect_json '[.status,.reject_reason]' "[\"rejected\",\"$reason\"]"
  expect_error "$reason"
}

@test "insufficient_buying_power counts open orders" {
  t place buy 60 AAPL --limit 150 --account alice >/dev/null
  rejected insufficient_buying_power buy 10 AAPL --limit 150 --account alice
  grep -q "Insufficient buying power" <<<"$errors"
  expect_exit 0 t place buy 6 AAPL --limit 150 --account alice
  expect_exit 0 t account show alice
  expect_json '[.cash_balance,.buying_power,.account_type,.status]' '["10000.00","100.00","cash","active"]'
}

@test "account_not_active, until resumed" {
  expect_exit 0 t account suspend alice
  rejected account_not_active buy 1 AAPL --limit 150 --account alice
  expect_exit 0 t account resume alice
  expect_exit 0 t place buy 1 AAPL --limit 150 --account alice
}

@test "market_closed, and a day order expires at the close" {
  order=$(t place buy 1 AAPL --limit 149 --account alice | jq -r .id)
  kept=$(t place buy 1 AAPL --limit 149 --tif gtc --account alice | jq -r .id)
  expect_exit 0 t market close
  rejected market_closed buy 1 AAPL --limit 150 --account alice
  expect_exit 0 t order "$order"
  expect_json .status '"expired"'
  expect_exit 0 t order "$kept"
  expect_json .status '"submitted"'
  expect_exit 0 t market open
  expect_exit 0 t place buy 1 AAPL --limit 149 --account alice
}

@test "a mistyped symbol or account gets the nearest one" {
  t symbol add MSFT --previous-close 400 >/dev/null
  for command in "place buy 1 APPL --account alice" "quote MSFT APPL" "tape APPL" "depth APPL" "symbol show APPL" \
    "orders --symbol APPL"; do
    # shellcheck disable=SC2086 # the words of the command
    output=$(t $command 2>"$TRADE_HOME/.stderr") && [ "$command" = "orders --symbol APPL" ] && continue
    grep -q "did you mean 'AAPL'?" "$TRADE_HOME/.stderr" || { echo "$command: $(cat "$TRADE_HOME/.stderr")"; return 1; }
  done
  for command in "account show alcie" "place buy 1 AAPL --account alcie" "portfolio --account alcie"; do
    # shellcheck disable=SC2086
    ! t $command 2>"$TRADE_HOME/.stderr" || return 1
    grep -q "did you mean 'alice'?" "$TRADE_HOME/.stderr" || { echo "$command: $(cat "$TRADE_HOME/.stderr")"; return 1; }
  done
  ! t symbol show ZZZZZZ 2>"$TRADE_HOME/.stderr" || return 1
  refute grep -q "did you mean" "$TRADE_HOME/.stderr"
}

@test "unknown_symbol and symbol_halted" {
  expect_exit 3 t place buy 1 NOPE --account alice
  expect_error unknown_symbol
  expect_exit 0 t symbol halt AAPL --reason news
  rejected symbol_halted buy 1 AAPL --limit 150 --account alice
  expect_exit 0 t symbol resume AAPL
  expect_exit 0 t place buy 1 AAPL --limit 150 --account alice
}

@test "pattern_day_trader refuses the fourth day trade under 25,000" {
  t account open dave --type margin --deposit 20000 >/dev/null
  for _ in 1 2 3; do
    t place sell 1 AAPL --limit 150 --account bob >/dev/null
    t place buy 1 AAPL --limit 150 --account dave >/dev/null
    t place buy 1 AAPL --limit 150 --account bob >/dev/null
    expect_exit 0 t place sell 1 AAPL --limit 150 --account dave
    expect_json .status '"filled"'
  done
  rejected pattern_day_trader buy 1 AAPL --limit 150 --account dave
  grep -q "PDT limit reached" <<<"$errors"
  t account deposit dave 10000 >/dev/null
  expect_exit 0 t place buy 1 AAPL --limit 150 --account dave
}

@test "money in and out, to the cent" {
  expect_exit 0 t account deposit alice 0.0001
  expect_exit 0 t account show alice
  expect_json .cash_balance '"10000.0001"'
  expect_exit 3 t account withdraw alice 10000.01
  expect_error insufficient_funds
  t place buy 10 AAPL --limit 150 --account alice >/dev/null
  expect_exit 3 t account withdraw alice 9000
  expect_exit 0 t account withdraw alice 8500
  expect_exit 5 t account show nobody
  expect_exit 2 t account deposit alice -5
}
