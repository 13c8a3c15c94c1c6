#!/usr/bin/env bats
# Market data and the market's status over FIX, by a client on a raw socket against the running suite.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

start_fix_market() {
  small_market
  t account deposit alice 100000 >/dev/null
  t symbol add MSFT --previous-close 400 >/dev/null
  t place sell 100 AAPL --limit 150.50 --account bob >/dev/null
  t place buy 10 AAPL --limit 150.50 --account alice >/dev/null
  t place buy 60 AAPL --limit 149.50 --account alice >/dev/null
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  t fix session add OLDSIDE --account alice --version FIX.4.2 --password open-sesame >/dev/null 2>&1
  t fix session add COPIES --account alice --drop-copy --password open-sesame >/dev/null 2>&1
  "$trade" up >/dev/null
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
}

drive() {
  run timeout 90 python3 "$BATS_TEST_DIRNAME/fix_market.py" "$port" open-sesame "$@"
  [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "a snapshot tells book, last trade and the day's figures, in 4.4 and 4.2" {
  start_fix_market
  drive snapshot
}

@test "subscriptions are told each change, in increments or as a whole, until they end" {
  start_fix_market
  drive updates
}

@test "an auction's price and imbalance are told while orders gather for it" {
  start_fix_market
  drive auction
}

@test "a market data request that cannot be served is refused with its reason" {
  start_fix_market
  drive reject
}

@test "symbols, halts, phases and kill switches are told when asked for and as they change" {
  start_fix_market
  drive status
}

@test "after feedd and tradingd were killed, subscriptions go on" {
  start_fix_market
  drive restart
}

@test "a client that does not read costs no memory, and is told why it is told no more" {
  start_fix_market
  # A market that moves all the time: the symbol that comes next.
  "$trade" bench orders --home "$TRADE_HOME" --orders 1 --symbols 1 --accounts 20 --rate 1000 --rate-seconds 60 \
    >/dev/null 2>&1 &
  load=$!
  for _ in $(seq 100); do
    t symbol list | jq -e '.[] | select(.symbol == "B3")' >/dev/null && break
    sleep 0.1
  done
  run timeout 90 python3 "$BATS_TEST_DIRNAME/fix_market.py" "$port" open-sesame slow B3
  kill -INT "$load" 2>/dev/null || true
  wait "$load" || true
  [ "$status" -eq 0 ] || { echo "$output"; false; }
}
