#!/usr/bin/env bats
# From production to test: scenarios of a journal, two builds on one journal, fixtures for others' tests.
load suite.bash

# A day with every kind of outcome, by two people and the house.
trade_a_day() {
  start_suite
  t symbol add AAPL --previous-close 150
  t symbol add MSFT --previous-close 300
  t account open alice --deposit 100000
  t account open bob --type margin --deposit 1000
  t account transfer-in bob AAPL 500 --cost 100
  t account transfer-in bob MSFT 50 --cost 200
  sell=$(t --account bob place sell 100 AAPL --limit 150.10 --client-id "bob's first" | jq -r .id)
  t --account alice place buy 60 AAPL --limit 150.50
  t --account alice place buy 1000000 AAPL --limit 150 || true
  t --account bob replace "$sell" --quantity 80
  t --account bob cancel "$sell"
  t --account alice cancel "$sell" || true
  t --account alice place buy 5 AAPL || true
  t --account bob place sell 50 MSFT --limit 300
  t --account alice place buy 20 MSFT
  t --account alice place buy 10 AAPL --stop 160 --limit 161 --tif gtc
  t account withdraw alice 5
  t --account alice place buy 1 MSFT --limit 1 --client-id=-last
} >/dev/null 2>&1

@test "a journal becomes a scenario that passes, with other names in it" {
  trade_a_day
  "$trade" journal scenario >"$TRADE_HOME/day.scenario"
  grep -q "expect rejected insufficient_buying_power: as trader1: place buy 1000000" "$TRADE_HOME/day.scenario"
  grep -q "expect status=filled filled_quantity=60 average_price=150.10" "$TRADE_HOME/day.scenario"
  [ "$(grep -c "alice\|bob" "$TRADE_HOME/day.scenario")" = 0 ]
  expect_exit 0 "$trade" test "$TRADE_HOME/day.scenario"
  # It holds what it says: another price, and it fails.
  sed -i 's/average_price=150.10/average_price=150.20/' "$TRADE_HOME/day.scenario"
  expect_exit 8 "$trade" test "$TRADE_HOME/day.scenario"
}

@test "symbols with signs that scenarios read otherwise are written so that it passes" {
  "$trade" up --only tradingd >/dev/null
  t account open alice >/dev/null
  for symbol in 'A$B' 'A=B' 'C=' BRK.B '7203' 'A#' 'A+-1'; do
    t symbol add "$symbol" --previous-close 10 >/dev/null
    t account transfer-in alice "$symbol" 5 --cost 1 >/dev/null
    t --account alice place sell 1 "$symbol" --limit 10 >/dev/null
  done
  "$trade" journal scenario >"$TRADE_HOME/day.scenario"
  grep -qF 'A$$B=5' "$TRADE_HOME/day.scenario"
  grep -qF 'let symbol1 = A=B' "$TRADE_HOME/day.scenario"
  expect_exit 0 "$trade" test "$TRADE_HOME/day.scenario"
  sed -i 's/7203=5/7203=6/' "$TRADE_HOME/day.scenario"
  expect_exit 8 "$trade" test "$TRADE_HOME/day.scenario"
}

@test "a stretch of a journal begins with the market as it was" {
  trade_a_day
  from=$("$trade" journal dump | jq -s '[.[] | select(.kind == "event" and .type == "order_accepted")][2].sequence')
  "$trade" journal scenario --from "$from" --keep-names >"$TRADE_HOME/part.scenario"
  grep -q "account transfer-in bob AAPL 440 --cost 100.00" "$TRADE_HOME/part.scenario"
  # An id that a command line would take for an option is the one that is not kept.
  grep -q "place buy 1 MSFT --limit 1.00 --client-id c1" "$TRADE_HOME/part.scenario"
  expect_exit 0 "$trade" test "$TRADE_HOME/part.scenario"
  "$trade" --account alice journal scenario >"$TRADE_HOME/alice.scenario"
  expect_exit 0 "$trade" test "$TRADE_HOME/alice.scenario"
  expect_exit 5 "$trade" --account nobody journal scenario
  expect_exit 5 "$trade" journal scenario --from 99999
}

@test "two builds on the same day: the same, or the first difference" {
  trade_a_day
  expect_exit 0 "$trade" --json replay journal --against "$trade"
  [ "$(jq .difference <<<"$output")" = null ]
  [ "$(jq .commands <<<"$output")" -gt 10 ]
  "$trade" replay journal --write-events "$TRADE_HOME/events"
  expect_exit 0 "$trade" replay journal --events "$TRADE_HOME/events"
  "$trade" journal dump >"$TRADE_HOME/dump"
  expect_exit 0 "$trade" replay journal --events "$TRADE_HOME/dump"
  # A build that gave another price.
  jq -c 'if .type == "trade_executed" and .quantity == 60 then .price = "150.11" else . end' \
    "$TRADE_HOME/events" >"$TRADE_HOME/other"
  expect_exit 8 "$trade" --json replay journal --events "$TRADE_HOME/other"
  [ "$(jq -r .there.price <<<"$output")" = 150.11 ]
  [ "$(jq -r .here.price <<<"$output")" = 150.10 ]
  [ "$(jq -r .command.type <<<"$output")" = place_order ]
  grep -q 'price there .*150.11.*, here .*150.10' <<<"$output"
  # One event less, one more, another state.
  grep -v '"trade_executed"' "$TRADE_HOME/events" >"$TRADE_HOME/other"
  expect_exit 8 "$trade" replay journal --events "$TRADE_HOME/other"
  { cat "$TRADE_HOME/events"; tail -2 "$TRADE_HOME/events"; } >"$TRADE_HOME/other"
  expect_exit 8 "$trade" replay journal --events "$TRADE_HOME/other"
  sed '$s/"state_hash":"[0-9a-f]*"/"state_hash":"0000000000000000"/' "$TRADE_HOME/events" >"$TRADE_HOME/other"
  expect_exit 8 "$trade" replay journal --events "$TRADE_HOME/other"
  grep -q state_hash <<<"$output"
  expect_exit 1 "$trade" replay journal --against /bin/false
  expect_exit 2 "$trade" replay journal --against "$trade" --events "$TRADE_HOME/events"
}

@test "a build that behaves otherwise is found through its program" {
  small_market
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 60 AAPL --account alice >/dev/null
  "$trade" down >/dev/null
  # One whose trades are a cent off: this build's events, changed on their way out.
  cat >"$TRADE_HOME/other" <<END
#!/bin/bash
"$trade" "\$@" | sed '/"trade_executed"/s/"price":"150.10"/"price":"150.11"/'
END
  chmod +x "$TRADE_HOME/other"
  expect_exit 8 t replay journal --against "$TRADE_HOME/other"
  expect_json '[.there.price,.here.price,.command.type]' '["150.11","150.10","place_order"]'
}

@test "another build makes the same of a day" {
  # One with sanitizers, say, or of the version before: TRADE_OTHER_BUILD=PROGRAM.
  other=${TRADE_OTHER_BUILD:-$TRADE_SOURCE_DIR/build/sanitize/bin/trade}
  [ "$other" != "$(realpath "$trade")" ] || other=$TRADE_SOURCE_DIR/build/release/bin/trade
  [ -x "$other" ] || skip "there is no other build at $other"
  small_market
  "$trade" generate itch --symbols 5 --messages 20000 --seed 7 >"$TRADE_HOME/day.itch"
  "$trade" replay itch "$TRADE_HOME/day.itch" >/dev/null 2>&1
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 60 AAPL --limit 150.10 --take-profit 160 --stop-loss 140 --account alice >/dev/null
  t market close >/dev/null
  "$trade" down >/dev/null
  refute cmp -s "$other" "$trade"
  expect_exit 0 t replay journal --against "$other"
  expect_json '[.difference, (.commands > 20000)]' '[null,true]'
}

@test "the fixtures for others start a suite and stop it" {
  # shellcheck source=/dev/null
  (. "$TRADE_SOURCE_DIR/share/ci/suite.bash"
    start_trade
    trade account open alice --deposit 100 >/dev/null
    home=$TRADE_HOME
    [ -d "$home" ]
    stop_trade
    [ ! -d "$home" ])
  # What pytest would call, whether it is installed or not.
  PYTHONPATH=$TRADE_SOURCE_DIR/share/ci PYTHONDONTWRITEBYTECODE=1 python3 - <<'END'
import os
import sys
import types

sys.modules.setdefault("pytest", types.SimpleNamespace(fixture=lambda function: function))
import trade_fixture

suite = trade_fixture.start()
try:
    suite("account", "open", "alice", "--deposit", "100")
    assert suite("account", "show", "alice")["cash_balance"] == "100.00"
    try:
        suite("account", "withdraw", "alice", "101")
        raise AssertionError("this should have been refused")
    except trade_fixture.TradeError as refused:
        assert refused.error["error"] == "insufficient_funds" and refused.status == 3
finally:
    trade_fixture.stop(suite)
assert not os.path.exists(suite.home)
END
}

@test "the same scenarios against daemons that run" {
  cat >"$TRADE_HOME/one.scenario" <<'END'
symbol add AAPL --previous-close 150
account open alice --deposit 10000
account open bob
account transfer-in bob AAPL 100 --cost 150
scenario A trade
  $sell = as bob: place sell 100 AAPL --limit 150.10
  as alice: place buy 60 AAPL --limit 150.10
    expect status=filled average_price=150.10 account=alice symbol=AAPL
  expect order $sell: status=partially_filled
  expect portfolio alice: AAPL=60 cash_balance=994.00
  expect quote AAPL: ask=150.10 last=150.10
scenario The same names again, and the rules and the session as at first
  rules set --max-order-quantity 5
  market close
  expect rejected market_closed: as alice: place buy 6 AAPL --limit 150.10
scenario An answer that is lost
  venue lose answer
  expect portfolio alice: AAPL=0 cash_balance=10000.00
  expect rules: max_order_quantity=none
  expect market: status=open
scenario Needs a clock of its own
  advance 1h
scenario Says when
  as alice: place buy 1 AAPL --limit 1
    expect created_at=09:30
scenario Fails
  expect quote AAPL: last=1
END
  expect_exit 8 "$trade" --home "$TRADE_HOME" --json test --live "$TRADE_HOME/one.scenario"
  [ "$(jq -r '[.[].verdict] | join(" ")' <<<"$output")" = "passed passed passed skipped skipped failed" ] || {
    echo "$output"
    return 1
  }
  expect_exit 0 "$trade" test --live --filter "a trade" "$TRADE_HOME/one.scenario"
}

@test "a journal with linked orders, kill switches, bands and phases becomes a scenario that passes" {
  small_market
  a="--account alice" b="--account bob"
  {
    t account open carol --type margin --deposit 100000
    t symbol add MSFT --previous-close 400
    t symbol borrow AAPL easy
    t rules set --price-collar 20% --short-sale-trigger 10%
    t $b place sell 100 AAPL --limit 150.10 --tif gtc
    t $a place buy 10 AAPL --limit 150.10 --take-profit 160 --stop-loss 140 --tif gtc
    t $a place buy 5 AAPL --limit 149 --take-profit 155 --tif gtc
    t $a place buy 5 AAPL --limit 148 --stop-loss-trail 2%
    t $b place sell 20 AAPL --class oco --take-profit 170 --stop-loss 130 --stop-loss-limit 129 --tif gtc
    t account limits alice --self-trade-prevention cancel_resting
    t --account carol place sell_short 5 AAPL --limit 150.05
    t $a place buy 5 AAPL --limit 150.05
    t symbol bands AAPL --percent 5%
    t symbol halt MSFT --reason 'news: "it" is $5'
    t $a place buy 1 MSFT --limit 400 || true
    t symbol resume MSFT --auction
    t $a place buy 1 MSFT --limit 400
    t $b place sell 1 MSFT --limit 400 || true
    t market phase continuous --symbol MSFT
    t kill account carol
    t --account carol place buy 1 AAPL --limit 1 || true
    t kill account carol --lift
    t kill symbol MSFT
    t rules set --price-collar 10%
    t market phase closing-auction
    t $a place buy 1 AAPL --limit 150
    t market close
    t market open
    t $b place sell 10 AAPL --limit 155 --tif gtc
  } >/dev/null 2>&1
  "$trade" journal scenario >"$TRADE_HOME/day.scenario"
  [ "$(grep -c 'left out' "$TRADE_HOME/day.scenario")" = 0 ]
  for words in "--take-profit 160.00 --stop-loss 140.00" "--take-profit 155.00" "--stop-loss-trail 2%" "--class oco" \
    "--self-trade-prevention cancel_resting" "symbol bands AAPL --percent 5%" "symbol resume MSFT --auction" \
    "market phase continuous --symbol MSFT" "kill account trader3 --lift" "kill symbol MSFT" \
    "rules set --price-collar 10%" "market phase closing-auction" "market open" "symbol borrow AAPL easy"; do
    grep -qF -- "$words" "$TRADE_HOME/day.scenario" || { echo "missing: $words"; false; }
  done
  expect_exit 0 "$trade" test "$TRADE_HOME/day.scenario"
  # From any event on, too: the market before is said by its steps.
  last=$(t status | jq -r '.[] | select(.daemon == "tradingd") | .sequence')
  for from in $(seq 3 7 "$((last - 1))"); do
    "$trade" journal scenario --from "$from" >"$TRADE_HOME/part.scenario" 2>/dev/null
    expect_exit 0 "$trade" test "$TRADE_HOME/part.scenario" || { echo "from $from"; cat "$TRADE_HOME/part.scenario"; false; }
  done
}
