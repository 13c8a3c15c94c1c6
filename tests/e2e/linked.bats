#!/usr/bin/env bats
# Brackets, one-cancels-other and one-triggers-other orders through the real binaries.
load suite.bash

setup() {
  new_home
  small_market
  t account deposit alice 100000 >/dev/null
}

order_field() {
  t order "$1" | jq -r "$2"
}

@test "a bracket protects what its entry fills, and takes its profit once" {
  expect_exit 0 t place buy 100 AAPL --limit 150 --take-profit 160 --stop-loss 140 --account alice --client-id one
  expect_json '[.status, .order_class, .leg, .parent_order_id]' '["submitted","bracket",null,null]'
  entry=$(jq -r .id <<<"$output")
  profit=$(jq -r '.legs[0]' <<<"$output")
  loss=$(jq -r '.legs[1]' <<<"$output")
  # A retry is the same group.
  expect_exit 0 t place buy 100 AAPL --limit 150 --take-profit 160 --stop-loss 140 --account alice --client-id one
  expect_json .id "\"$entry\""
  expect_exit 0 t order "$profit"
  expect_json '[.status, .order_type, .side, .price, .leg, .parent_order_id, .legs]' \
    "[\"pending\",\"limit\",\"sell\",\"160.00\",\"take_profit\",\"$entry\",null]"
  expect_exit 0 t order "$loss"
  expect_json '[.status, .order_type, .stop_price, .leg]' '["pending","stop_loss","140.00","stop_loss"]'

  t place sell 40 AAPL --account bob >/dev/null
  expect_exit 0 t order "$profit"
  expect_json '[.status, .quantity]' '["submitted",40]'
  t place sell 60 AAPL --account bob >/dev/null
  expect_exit 0 t order "$loss"
  expect_json '[.status, .quantity]' '["validated",100]'
  # Both exits hold the shares once, and so nothing is left to sell.
  expect_exit 3 t place sell 1 AAPL --limit 170 --account alice
  expect_error insufficient_shares

  t account deposit bob 100000 >/dev/null
  t place buy 30 AAPL --limit 160 --account bob >/dev/null
  expect_exit 0 t order "$loss"
  expect_json '[.status, .quantity]' '["validated",70]'
  t place buy 70 AAPL --limit 160 --account bob >/dev/null
  expect_exit 0 t order "$loss"
  expect_json '[.status, .cancel_reason]' '["cancelled","one_cancels_other"]'
  expect_exit 0 t order "$profit"
  expect_json .status '"filled"'
  expect_exit 0 t reconcile
  expect_exit 0 t orders --account alice
  expect_json . '[]'
}

@test "legs that do not go with an order are refused" {
  expect_exit 2 t place buy 10 AAPL --limit 150 --class bracket --take-profit 160 --account alice
  expect_exit 2 t place buy 10 AAPL --limit 150 --class simple --take-profit 160 --account alice
  expect_exit 2 t place buy 10 AAPL --limit 150 --stop-loss-limit 139 --account alice
  expect_exit 2 t place sell 10 AAPL --class oco --take-profit 160 --account bob
  expect_exit 3 t place buy 10 AAPL --limit 150 --take-profit 149 --stop-loss 140 --account alice
  expect_error invalid_legs
  expect_exit 3 t place buy 10 AAPL --limit 150 --take-profit 149 --account alice --dry-run
}

@test "linked orders survive a restart and a replay" {
  entry=$(t place buy 100 AAPL --limit 150 --take-profit 160 --stop-loss 140 --tif gtc --account alice | jq -r .id)
  t place sell 40 AAPL --account bob >/dev/null
  t down >/dev/null
  t up >/dev/null
  expect_exit 0 t order "$((entry + 2))"
  expect_json '[.status, .quantity]' '["validated",40]'
  t account deposit bob 100000 >/dev/null
  t place buy 40 AAPL --limit 160 --account bob >/dev/null
  expect_exit 0 t order "$entry"
  expect_json '[.status, .filled_quantity, .cancel_reason]' '["cancelled",40,"one_cancels_other"]'
  expect_exit 0 t reconcile
  t down >/dev/null
  expect_exit 0 t replay journal
}
