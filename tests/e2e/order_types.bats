#!/usr/bin/env bats
# Order types and instructions through the real binaries, where a restart or the shell has to do with them: what
# each does to the market is in tests/scenarios/orders.
load suite.bash

instruct() {
  t place "$@" --account alice
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
