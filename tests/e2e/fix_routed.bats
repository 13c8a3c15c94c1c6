#!/usr/bin/env bats
# FIX clients of a broker whose orders go on to an exchange, another suite on the same machine, over FIX.
load suite.bash
load routing.bash
load two_suites.bash

@test "a FIX client's orders go through both suites, and it is told all that comes of them, once" {
  start_exchange
  start_broker
  start_client BUYSIDE alice
  await 20 venue_is_up
  step day
  expect_agreement
  # What the client was told is what both have booked.
  sed -n 's/^fill //p' <<<"$output" | sort >"$TRADE_HOME/fills-told"
  diff "$TRADE_HOME/fills-told" "$TRADE_HOME/fills"
}

@test "short sales go there as such, in the account that has them" {
  exchange up >/dev/null
  exchange account open carol --type margin --deposit 100000 >/dev/null
  start_exchange --accounts broker,carol
  exchange symbol borrow AAPL easy >/dev/null
  start_broker --send-account
  t account open carol --type margin --deposit 100000 >/dev/null
  t locate grant carol AAPL --quantity 40 >/dev/null
  start_client SHORT carol
  await 20 venue_is_up
  step short
  expect_agreement carol carol
  output=$(t locate list carol)
  expect_json '.[0] | [.quantity, .held, .used]' '[40,0,10]'
  output=$(exchange orders --account carol --status all)
  expect_json '[.[].side] | sort' '["buy","sell_short","sell_short_exempt"]'
}

@test "a broker's fixd that has lost what it kept asks the exchange, and goes on" {
  start_exchange
  start_broker
  start_client BUYSIDE alice
  await 20 venue_is_up
  step place f1 10 147.00
  a=$(place buy 10 AAPL --limit 150.00)
  b=$(place buy 20 AAPL --limit 149.00)
  c=$(place buy 30 AAPL --limit 148.00)
  for id in "$a" "$b" "$c"; do expect_order "$id" .status '"submitted"'; done
  t replace "$c" --quantity 25 --account alice >/dev/null
  expect_order "$c" '[.quantity, .venue_state]' '[25,"working"]'
  make sell 2 AAPL --limit 150.00
  expect_order "$a" .filled_quantity 2
  "$trade" down >/dev/null
  rm -r "$TRADE_HOME/fix/messages"
  make sell 4 AAPL --limit 150.00
  exchange cancel "$(exchange_order_of "$b" | jq -r .id)" --account broker >/dev/null
  export TRADE_FIXD_LISTEN=127.0.0.1:$client_port
  "$trade" up >/dev/null
  await 20 venue_is_up
  await 20 is_settled alice
  expect_order "$a" '[.filled_quantity, .venue_state]' '[6,"working"]'
  expect_order "$b" .status '"cancelled"'
  t replace "$c" --quantity 24 --limit 148.50 --account alice >/dev/null
  expect_order "$c" '[.quantity, .price, .venue_state]' '[24,"148.50","working"]'
  t cancel "$c" --account alice >/dev/null
  expect_order "$c" .status '"cancelled"'
  make sell 4 AAPL --limit 150.00
  expect_order "$a" .status '"filled"'
  # A client begins at 1 as well, and finds its orders by their ids.
  step find f1
  expect_agreement
}

@test "an exchange's fixd that has lost what it kept is asked, and goes on" {
  start_exchange
  start_broker
  await 20 venue_is_up
  a=$(place buy 10 AAPL --limit 150.00)
  b=$(place buy 20 AAPL --limit 149.00)
  for id in "$a" "$b"; do expect_order "$id" .status '"submitted"'; done
  t replace "$b" --quantity 15 --account alice >/dev/null
  expect_order "$b" '[.quantity, .venue_state]' '[15,"working"]'
  exchange down >/dev/null
  rm -r "$exchange_home/fix/messages"
  await 20 venue_is_down
  exchange up >/dev/null
  await 60 venue_is_up
  await 20 is_settled alice
  for id in "$a" "$b"; do expect_order "$id" '[.status, .venue_state]' '["submitted","working"]'; done
  make sell 4 AAPL --limit 150.00
  expect_order "$a" .filled_quantity 4
  t cancel "$b" --account alice >/dev/null
  expect_order "$b" .status '"cancelled"'
  expect_agreement
}
