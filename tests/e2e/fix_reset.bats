#!/usr/bin/env bats
# Sequence numbers of a session between two suites that begin at 1 again each day. A minute is waited for in each.
load suite.bash
load routing.bash
load two_suites.bash

# next_minute: one that begins in half a minute at least, as HH:MM, UTC.
next_minute() {
  date -u -d "@$(($(date +%s) + 90))" +%H:%M
}

begun_anew_here() {
  grep -q "venue EXCHANGE: the numbers begin at 1 again" "$TRADE_HOME/log/fixd.log"
}

# Both suites, with numbers that begin at 1 again soon, and two orders at the exchange: $a and $b.
start_with_two_orders() {
  local reset_at
  reset_at=$(next_minute)
  start_exchange --reset-at "$reset_at"
  start_broker --reset-at "$reset_at"
  await 20 venue_is_up
  a=$(place buy 10 AAPL --limit 150.00)
  b=$(place buy 20 AAPL --limit 149.00)
  for id in "$a" "$b"; do expect_order "$id" .status '"submitted"'; done
}

@test "the numbers of a session that is up begin at 1 again each day, on both sides, and all goes on" {
  start_with_two_orders
  make sell 3 AAPL --limit 150.00
  expect_order "$a" .filled_quantity 3
  await 100 begun_anew_here
  await 20 eval '[ "$(grep -c "venue EXCHANGE: logged on" "$TRADE_HOME/log/fixd.log")" -ge 2 ]'
  await 20 venue_is_up
  await 20 is_settled alice
  make sell 7 AAPL --limit 150.00
  expect_order "$a" .status '"filled"'
  t replace "$b" --quantity 15 --account alice >/dev/null
  expect_order "$b" '[.quantity, .venue_state]' '[15,"working"]'
  t cancel "$b" --account alice >/dev/null
  expect_order "$b" .status '"cancelled"'
  expect_agreement
}

@test "numbers that begin at 1 again while the exchange is away lose nothing that it had to tell" {
  start_with_two_orders
  kill -9 "$(exchange status | jq -r '.[] | select(.daemon == "fixd") | .pid')"
  await 20 venue_is_down
  # What the journal tells for the session of the day before.
  make sell 4 AAPL --limit 150.00
  exchange cancel "$(exchange_order_of "$b" | jq -r .id)" --account broker >/dev/null
  c=$(place buy 5 AAPL --limit 148.00)
  await 100 begun_anew_here
  exchange up >/dev/null
  await 20 venue_is_up
  await 20 is_settled alice
  expect_order "$a" '[.filled_quantity, .venue_state]' '[4,"working"]'
  expect_order "$b" .status '"cancelled"'
  expect_order "$c" .status '"submitted"'
  make sell 6 AAPL --limit 150.00
  expect_order "$a" .status '"filled"'
  expect_agreement
}
