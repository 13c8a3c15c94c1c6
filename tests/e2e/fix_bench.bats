#!/usr/bin/env bats
# The benchmark of orders over FIX, in small: what it counts is right.
load suite.bash

@test "orders over FIX are measured" {
  output=$(t bench fix --rate 200 --rate-seconds 1 --accounts 8 --symbols 4 --sessions 2 2>/dev/null)
  expect_json '[.orders, .rejected, .rate, .sessions]' '[200,0,200,2]'
  expect_json '.latency_us | .p50 > 0 and .p50 <= .p99 and .p99 <= .max' true
}

@test "on simulated time, which stands, they are measured by the machine's" {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-02T09:30:00-05:00
  output=$(t bench fix --rate 200 --rate-seconds 1 --accounts 8 --symbols 4 2>/dev/null)
  expect_json '[.orders, .rejected]' '[200,0]'
  expect_json '.latency_us | .p50 > 0' true
}
