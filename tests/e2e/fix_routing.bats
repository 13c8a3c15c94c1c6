#!/usr/bin/env bats
# Two suites on one machine: the broker's routes its orders to the exchange's, over FIX.
load suite.bash
load routing.bash
load two_suites.bash

@test "orders go to the other suite, and its fills, replaces, cancels and refusals come back" {
  start_exchange
  start_broker
  await 20 venue_is_up

  # Filled in two parts.
  id=$(place buy 10 AAPL --limit 150.00)
  expect_order "$id" '[.status, .venue_state]' '["submitted","working"]'
  output=$(exchange_order_of "$id")
  expect_json '[.client_order_id, .side, .quantity, .price, .status]' "[\"$id-1\",\"buy\",10,\"150.00\",\"submitted\"]"
  make sell 4 AAPL --limit 150.00
  expect_order "$id" '[.status, .filled_quantity]' '["partially_filled",4]'
  make sell 6 AAPL --limit 150.00
  expect_order "$id" '[.status, .filled_quantity, .average_price]' '["filled",10,"150.00"]'
  expect_exit 3 t cancel "$id" --account alice
  expect_error order_not_cancellable

  # Replaced, traded on the new terms, and cancelled.
  id=$(place buy 20 AAPL --limit 149.00)
  expect_order "$id" .status '"submitted"'
  t replace "$id" --quantity 15 --limit 149.50 --account alice >/dev/null
  expect_order "$id" '[.quantity, .price, .venue_state]' '[15,"149.50","working"]'
  make sell 5 AAPL --limit 149.50
  expect_order "$id" .filled_quantity 5
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" '[.status, .filled_quantity]' '["cancelled",5]'
  output=$(exchange_order_of "$id")
  expect_json '[.status, .filled_quantity, .quantity]' '["cancelled",5,15]'

  # At once, as it comes.
  make buy 30 AAPL --limit 148.00
  id=$(place sell 30 AAPL)
  expect_order "$id" '[.status, .average_price]' '["filled","148.00"]'

  # What the exchange does not take is refused here, and what it ends by itself ends here.
  id=$(place buy 99000 AAPL --limit 151.00)
  expect_order "$id" '[.status, .reject_reason]' '["rejected","venue_rejected"]'
  id=$(place buy 7 AAPL --limit 140.00)
  expect_order "$id" .status '"submitted"'
  exchange cancel "$(exchange_order_of "$id" | jq -r .id)" --account broker >/dev/null
  expect_order "$id" .status '"cancelled"'
  id=$(place buy 7 AAPL --limit 140.00 --tif ioc)
  expect_order "$id" .status '"cancelled"'
  expect_agreement
}

@test "the line is TLS where that is wanted, to a venue whose certificate is known" {
  exchange_tls=127.0.0.1:0
  start_exchange
  exchange_port=$(sed 's/.*://' "$exchange_home/run/fixd.fix-tls")
  start_broker --tls --authorities "$exchange_home/access/fixd.crt"
  await 20 venue_is_up
  id=$(place buy 10 AAPL --limit 150.00)
  expect_order "$id" .status '"submitted"'
  # The machine does not know who signed it.
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" .status '"cancelled"'
  t route set AAPL internal >/dev/null
  t route remove EXCHANGE >/dev/null
  t route add EXCHANGE --host 127.0.0.1 --port "$exchange_port" --sender BROKER --target TRADE \
    --password open-sesame --tls >/dev/null
  await 20 grep -q "certificate verify failed" "$TRADE_HOME/log/fixd.log"
  await 20 venue_is_down
}

@test "while the venue is down orders are held, sent when it is up again, or refused where that is wanted" {
  start_exchange
  start_broker
  await 20 venue_is_up
  working=$(place buy 5 AAPL --limit 149.00)
  expect_order "$working" .status '"submitted"'
  exchange down >/dev/null
  await 20 venue_is_down
  expect_order "$working" '[.status, .venue_state]' '["submitted","unknown"]'
  held=$(place buy 10 AAPL --limit 150.00)
  gone=$(place buy 11 AAPL --limit 150.00)
  expect_order "$held" '[.status, .venue_state]' '["pending","held"]'
  t cancel "$gone" --account alice >/dev/null
  expect_order "$gone" .status '"cancelled"'
  exchange up >/dev/null
  expect_order "$held" '[.status, .venue_state]' '["submitted","working"]'
  expect_order "$working" '[.status, .venue_state]' '["submitted","working"]'
  make sell 15 AAPL --limit 149.00
  expect_order "$held" .status '"filled"'
  expect_order "$working" .status '"filled"'
  expect_agreement
}

@test "an order is refused while the venue is down, where that is wanted" {
  start_exchange
  start_broker --when-down refuse
  await 20 venue_is_up
  exchange down >/dev/null
  await 20 venue_is_down
  expect_exit 3 t place buy 10 AAPL --limit 150.00 --account alice
  expect_error venue_down
}

@test "what happened at the venue while fixd or tradingd of either side was killed is known afterwards" {
  start_exchange
  start_broker
  await 20 venue_is_up
  a=$(place buy 10 AAPL --limit 150.00)
  b=$(place buy 20 AAPL --limit 149.00)
  c=$(place buy 30 AAPL --limit 148.00)
  for id in "$a" "$b" "$c"; do expect_order "$id" .status '"submitted"'; done

  kill -9 "$(daemon_pid fixd)"
  make sell 4 AAPL --limit 150.00
  exchange cancel "$(exchange_order_of "$b" | jq -r .id)" --account broker >/dev/null
  t place buy 6 AAPL --limit 147.00 --client-id meanwhile --account alice >/dev/null
  "$trade" up >/dev/null
  expect_order "$a" '[.status, .filled_quantity, .venue_state]' '["partially_filled",4,"working"]'
  expect_order "$b" .status '"cancelled"'
  expect_order "$c" '[.status, .venue_state]' '["submitted","working"]'

  kill -9 "$(daemon_pid tradingd)"
  make sell 6 AAPL --limit 150.00
  "$trade" up >/dev/null
  expect_order "$a" '[.status, .filled_quantity]' '["filled",10]'

  kill -9 "$(exchange status | jq -r '.[] | select(.daemon == "fixd") | .pid')"
  make sell 10 AAPL --limit 148.00
  exchange up >/dev/null
  expect_order "$c" .filled_quantity 10

  kill -9 "$(exchange status | jq -r '.[] | select(.daemon == "tradingd") | .pid')"
  t replace "$c" --limit 148.50 --account alice >/dev/null || true
  exchange up >/dev/null
  await 30 is_settled alice
  make sell 20 AAPL --limit 147.50
  expect_order "$c" .status '"filled"'
  await 30 is_settled alice
  expect_agreement
}

@test "a storm of orders while both suites' daemons are killed: none lost, none doubled, fills one for one" {
  start_exchange
  start_broker
  await 20 venue_is_up
  RANDOM=${TRADE_STORM_SEED:-$$}
  echo "seed $RANDOM (TRADE_STORM_SEED=${TRADE_STORM_SEED:-$$})"
  end=$((SECONDS + ${TRADE_STORM_SECONDS:-20}))
  turn=0
  while ((SECONDS < end)); do
    turn=$((turn + 1))
    price=$((149 + RANDOM % 3)).$((RANDOM % 10))0
    side=$((RANDOM % 2))
    t place "$([ $side = 0 ] && echo buy || echo sell)" $((1 + RANDOM % 20)) AAPL --limit "$price" --account alice \
      --client-id "s$turn" >/dev/null 2>&1 || true
    exchange place "$([ $side = 1 ] && echo buy || echo sell)" $((1 + RANDOM % 20)) AAPL --limit "$price" \
      --account maker >/dev/null 2>&1 || true
    last=$(t orders --account alice --status open --limit 1 2>/dev/null | jq -r '.[0].id // empty')
    case $((RANDOM % 6)) in
      0) [ -z "$last" ] || t cancel "$last" --account alice >/dev/null 2>&1 || true ;;
      1) [ -z "$last" ] || t replace "$last" --quantity $((1 + RANDOM % 30)) --account alice >/dev/null 2>&1 || true ;;
    esac
    if ((turn % 6 == 0)); then
      daemon=$([ $((RANDOM % 2)) = 0 ] && echo fixd || echo tradingd)
      if ((RANDOM % 2 == 0)); then
        kill -9 "$(cat "$TRADE_HOME/run/$daemon.pid")" 2>/dev/null || true
        "$trade" up >/dev/null 2>&1 || "$trade" up >/dev/null
      else
        kill -9 "$(cat "$exchange_home/run/$daemon.pid")" 2>/dev/null || true
        exchange up >/dev/null 2>&1 || exchange up >/dev/null
      fi
    fi
  done
  echo "$turn turns"
  await 30 venue_is_up
  await 60 is_settled alice
  # What is still open is the same there, and nothing is on its way.
  sleep 1
  expect_agreement
}
