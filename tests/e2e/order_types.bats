#!/usr/bin/env bats
# Order types and instructions through the real binaries: placed, kept, shown, and ended.
load suite.bash

instruct() {
  t place "$@" --account alice
}

@test "a post-only order is refused or slides" {
  small_market
  t place sell 100 AAPL --limit 150 --account bob >/dev/null
  expect_exit 3 instruct buy 10 AAPL --limit 150 --post-only reject
  expect_error post_only
  expect_exit 0 instruct buy 10 AAPL --limit 151 --post-only slide
  expect_json '[.status, .price, .post_only]' '["submitted","149.99","slide"]'
}

@test "an iceberg shows a part of itself" {
  small_market
  t place sell 300 AAPL --limit 150 --display 100 --account bob >/dev/null
  expect_exit 0 t depth AAPL
  expect_json '[.asks[0].size, .asks[0].orders]' '[100,1]'
  expect_exit 0 instruct buy 60 AAPL --limit 150
  expect_exit 0 t depth AAPL
  expect_json '[.asks[0].size, .asks[0].orders]' '[40,1]'
  t account deposit alice 100000 >/dev/null
  expect_exit 0 instruct buy 140 AAPL --limit 150
  expect_json .status '"filled"'
  expect_exit 0 t depth AAPL
  expect_json '[.asks[0].size, .asks[0].orders]' '[100,1]'
  t reconcile >/dev/null
}

@test "an all-or-none order waits unseen and trades whole" {
  small_market
  t place sell 20 AAPL --limit 150 --account bob >/dev/null
  expect_exit 0 instruct buy 30 AAPL --limit 150 --all-or-none
  expect_json '[.status, .filled_quantity, .all_or_none]' '["submitted",0,true]'
  id=$(jq -r .id <<<"$output")
  expect_exit 0 t depth AAPL
  expect_json '.bids' '[]'
  t place sell 10 AAPL --limit 149 --account bob >/dev/null
  expect_exit 0 t order "$id"
  expect_json '[.status, .filled_quantity]' '["filled",30]'
}

@test "orders of one account do not trade with each other where that is asked for" {
  small_market
  t account transfer-in alice AAPL 50 --cost 100 >/dev/null
  own=$(instruct sell 50 AAPL --limit 150 | jq -r .id)
  expect_exit 0 instruct buy 10 AAPL --limit 150 --self-trade cancel_resting
  expect_json '[.status, .filled_quantity]' '["submitted",0]'
  expect_exit 0 t order "$own"
  expect_json .status '"cancelled"'
}

@test "a trailing stop follows the market" {
  small_market
  stop=$(t place sell 10 AAPL --trail 2% --account bob | jq -r .id)
  expect_exit 0 t order "$stop"
  expect_json '[.order_type, .status, .stop_price, .trail_percent]' '["trailing_stop","validated","147.00","2.00"]'
  t place sell 1 AAPL --limit 160 --account bob >/dev/null
  instruct buy 1 AAPL --limit 160 >/dev/null
  expect_exit 0 t order "$stop"
  expect_json '[.stop_price, .reference_price]' '["156.80","160.00"]'
}

@test "a gtd order expires without any other traffic, and after a restart" {
  small_market
  soon=$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)
  id=$(instruct buy 1 AAPL --limit 100 --until "$soon" | jq -r .id)
  later=$(instruct buy 1 AAPL --limit 100 --until 2099-01-05 | jq -r .id)
  expect_exit 0 t wait "$id" --for done --timeout 60
  expect_json .status '"expired"'
  kill -9 "$(daemon_pid tradingd)"
  "$trade" up >/dev/null
  expect_exit 0 t order "$later"
  expect_json '[.status, .time_in_force, .expires_at]' '["submitted","gtd","2099-01-05T21:00:00.000000000Z"]'
  t replay journal >/dev/null
}

@test "a mass cancel takes a side, a symbol, or every account" {
  small_market
  instruct buy 1 AAPL --limit 100 >/dev/null
  t place sell 1 AAPL --limit 200 --account bob >/dev/null
  t place buy 1 AAPL --limit 90 --account bob >/dev/null
  expect_exit 0 t cancel --all --side sell --account bob
  expect_json '[.cancelled, .side]' '[1,"sell"]'
  expect_exit 0 t cancel --all --every-account
  expect_json '[.cancelled, .account]' '[2,null]'
}

@test "instructions that do not go together are refused with a reason" {
  small_market
  expect_exit 3 instruct buy 10 AAPL --post-only reject
  expect_error invalid_order
  expect_exit 3 instruct buy 10 AAPL --limit 100 --display 20
  expect_error invalid_quantity
  expect_exit 2 instruct buy 10 AAPL --limit 100 --tif gtd
  expect_exit 2 instruct buy 10 AAPL --limit 100 --trail 1
  expect_exit 3 instruct buy 10 AAPL --limit 100 --until 2001-01-01
  expect_error invalid_expiry
}
