#!/usr/bin/env bats
# Recorded and generated market data, played in through the house account.
load suite.bash

@test "a generated session is the same bytes for the same seed, and replays exactly" {
  "$trade" generate itch --symbols 5 --messages 20000 --seed 7 >"$TRADE_HOME/day.itch"
  "$trade" generate itch --symbols 5 --messages 20000 --seed 7 | cmp - "$TRADE_HOME/day.itch"
  refute cmp -s - "$TRADE_HOME/day.itch" < <("$trade" generate itch --symbols 5 --messages 20000 --seed 8)
  start_suite
  expect_exit 0 t replay itch "$TRADE_HOME/day.itch"
  expect_json 'has("messages") and has("by_type") and has("symbols") and has("resting_orders")' true
  expect_json 'has("elapsed_seconds") and has("messages_per_second")' true
  expect_json '[.messages, .symbols, (.executions > 1000), (.executions == .executions_exact)]' '[20000,5,true,true]'
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
}

@test "gzip is the same session" {
  "$trade" generate itch --symbols 2 --messages 5000 --seed 3 >"$TRADE_HOME/day.itch"
  gzip -k "$TRADE_HOME/day.itch"
  start_suite
  expect_exit 0 t replay itch "$TRADE_HOME/day.itch.gz"
  expect_json '[.messages, (.executions == .executions_exact)]' '[5000,true]'
}

@test "a real pre-market stretch: all 849 executions hit the order that the file names" {
  file=${TRADE_SHARED_DATA:-$TRADE_SOURCE_DIR/../shared/data}/aapl_20200130_premarket_10k.itch
  [ -f "$file" ] || skip "no real data here"
  start_suite
  expect_exit 0 t replay itch "$file" --verify-book
  expect_json '[.messages,.executions,.executions_exact]' '[10000,849,849]'
  expect_json '.by_type.A' 4758
  expect_exit 0 t reconcile
}

@test "a client's resting order takes its place in the queue and is filled by the recorded aggressors" {
  "$trade" generate itch --symbols 1 --messages 20000 --seed 11 >"$TRADE_HOME/day.itch"
  start_suite
  expect_exit 0 t account open alice --deposit 100000000
  # The symbol is made by the first replay; a bid far above the market is first in every queue of the second.
  expect_exit 0 t replay itch "$TRADE_HOME/day.itch"
  symbol=$(t symbol list | jq -r '.[0].symbol')
  before=$(t fills --account alice | jq length)
  [ "$before" = 0 ]
  ask=$(t quote "$symbol" | jq -r '(if type == "array" then .[0] else . end).bid')
  expect_exit 0 t place buy 100 "$symbol" --limit "$ask" --tif gtc --account alice
  order=$(jq -r .id <<<"$output")
  expect_exit 0 t replay itch "$TRADE_HOME/day.itch"
  expect_json '.executions > .executions_exact' true
  expect_exit 0 t order "$order"
  expect_json '.filled_quantity > 0' true
  expect_exit 0 t reconcile
}

@test "truncated, hostile and missing files are one clear line" {
  start_suite
  "$trade" generate itch --symbols 1 --messages 1000 --seed 1 >"$TRADE_HOME/day.itch"
  head -c 5000 "$TRADE_HOME/day.itch" >"$TRADE_HOME/short.itch"
  expect_exit 1 t replay itch "$TRADE_HOME/short.itch"
  grep -q "short.itch" <<<"$errors"
  head -c 20000 /dev/urandom >"$TRADE_HOME/noise.itch"
  expect_exit 1 t replay itch "$TRADE_HOME/noise.itch"
  : >"$TRADE_HOME/empty.itch"
  expect_exit 1 t replay itch "$TRADE_HOME/empty.itch"
  expect_exit 5 t replay itch "$TRADE_HOME/missing.itch"
  expect_exit 0 t status
}
