#!/usr/bin/env bats
# Holdings and market data: what the followers answer.
load suite.bash

setup() {
  new_home
  small_market
}

@test "the portfolio after a trade, to the cent" {
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 60 AAPL --account alice >/dev/null
  expect_exit 0 t portfolio --account alice
  expect_json '[.account,.cash_balance,.equity]' '["alice","994.00","10000.00"]'
  expect_json '.positions[0]|[.symbol,.quantity,.average_cost,.market_price]' '["AAPL",60,"150.10","150.10"]'
  expect_json '.positions[0]|[.current_value,.unrealized_pnl,.realized_pnl]' '["9006.00","0.00","0.00"]'
  expect_exit 0 t portfolio --account bob
  expect_json '[.cash_balance,.positions[0].quantity,.positions[0].realized_pnl]' '["19006.00",940,"3006.00"]'
  expect_exit 0 t reconcile
  expect_exit 5 t portfolio --account nobody
}

@test "a quote follows orders and trades" {
  expect_exit 0 t quote AAPL
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 10 AAPL --limit 149.90 --account alice >/dev/null
  t place buy 20 AAPL --limit 150.10 --account alice >/dev/null
  expect_exit 0 t quote AAPL
  quote='if type == "array" then .[0] else . end'
  expect_json "($quote)|[.symbol,.bid,.bid_size,.ask,.ask_size,.last,.last_size,.volume,.open,.high,.low,.previous_close]" \
    '["AAPL","149.90",10,"150.10",40,"150.10",20,20,"150.10","150.10","150.10","150.00"]'
  expect_exit 0 t depth AAPL
  expect_exit 0 t tape AAPL
  expect_json '.[0]|[.price,.quantity]' '["150.10",20]'
  expect_exit 5 t quote NOPE
}

@test "quote --watch prints the present quote, then changes, and ends by count, time, pipe and signal" {
  "$trade" --json quote AAPL --watch --count 2 >"$TRADE_HOME/watched" &
  watcher=$!
  for _ in $(seq 50); do [ -s "$TRADE_HOME/watched" ] && break; sleep 0.1; done
  t place buy 10 AAPL --limit 149.90 --account alice >/dev/null
  wait "$watcher"
  [ "$(wc -l <"$TRADE_HOME/watched")" = 2 ]
  [ "$(tail -1 "$TRADE_HOME/watched" | jq -r .bid)" = "149.90" ]
  expect_exit 0 "$trade" --json quote AAPL --watch --for 0.5
  "$trade" --json quote AAPL --watch | head -1 | jq -e .symbol
  [ "${PIPESTATUS[0]}" = 0 ]
  "$trade" --json quote AAPL --watch >"$TRADE_HOME/watched" &
  watcher=$!
  for _ in $(seq 50); do [ -s "$TRADE_HOME/watched" ] && break; sleep 0.1; done
  kill -INT "$watcher"
  wait "$watcher"
}

@test "everything is there again after a restart" {
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 20 AAPL --account alice >/dev/null
  before=$(t orders --account bob --status all; t portfolio --account bob; t quote AAPL; t tape AAPL; t account list)
  "$trade" down >/dev/null
  start_suite
  after=$(t orders --account bob --status all; t portfolio --account bob; t quote AAPL; t tape AAPL; t account list)
  [ "$before" = "$after" ] || { diff <(echo "$before") <(echo "$after"); false; }
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
  expect_exit 0 t journal verify
}
