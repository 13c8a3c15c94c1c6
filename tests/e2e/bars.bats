#!/usr/bin/env bats
# Bars and the tape: kept by feedd over any end, listed, drawn, followed and told over HTTP.
load suite.bash
load gateway.bash

# trade_at PRICE QUANTITY: bob sells to alice.
trade_at() {
  t place sell "$2" AAPL --limit "$1" --account bob >/dev/null
  t place buy "$2" AAPL --limit "$1" --account alice >/dev/null
}

@test "bars of every interval, exact" {
  small_market
  trade_at 10.00 1
  trade_at 12.00 2
  trade_at 9.01 1
  for interval in 1h 1d 1w 1mo; do
    expect_exit 0 t bars AAPL --interval $interval
    expect_json '.[0] | [.interval, .open, .high, .low, .close, .average_price, .volume, .trades]' \
      "[\"$interval\",\"10.00\",\"12.00\",\"9.01\",\"9.01\",\"10.7525\",4,3]"
  done
  expect_exit 0 t bars AAPL --interval 1s
  expect_json '[.[].volume] | add' 4
  expect_exit 0 t bars AAPL --from 2020-01-01 --to 2020-12-31
  expect_json . '[]'
  expect_exit 0 t bars AAPL --interval 1d --from 2020-01-01 --limit 1
  expect_json 'length' 1
  expect_exit 2 t bars AAPL --interval 7x
  expect_error usage
  expect_exit 5 t bars NONE
  expect_exit 0 "$trade" -o csv bars AAPL --interval 1d
  [ "$(head -1 <<<"$output")" = "symbol,interval,start,open,high,low,close,average_price,volume,trades" ]
}

@test "bars and tape survive kill -9, also those that were not yet stored" {
  small_market
  trade_at 10.00 5
  sleep 1.2 # stored by now
  trade_at 11.00 7
  t bars AAPL --interval 1s >"$TRADE_HOME/seconds"
  t bars AAPL --interval 1d >"$TRADE_HOME/days"
  t tape AAPL >"$TRADE_HOME/tape"
  kill -9 "$(daemon_pid feedd)"
  "$trade" up >/dev/null
  t bars AAPL --interval 1s | cmp - "$TRADE_HOME/seconds"
  t bars AAPL --interval 1d | cmp - "$TRADE_HOME/days"
  t tape AAPL | cmp - "$TRADE_HOME/tape"
  expect_exit 0 t quote AAPL
  expect_json '[.open, .high, .low, .last, .volume]' '["10.00","11.00","10.00","11.00",12]'
}

@test "--watch prints the bar that forms at each change, --plot draws" {
  small_market
  trade_at 10.00 1
  "$trade" -o jsonl bars AAPL --interval 1d --watch >"$TRADE_HOME/watched" &
  local watching=$!
  for _ in $(seq 100); do
    [ -s "$TRADE_HOME/watched" ] && break
    sleep 0.1
  done
  trade_at 10.50 2
  for _ in $(seq 100); do
    [ "$(tail -1 "$TRADE_HOME/watched" | jq -r .volume)" = 3 ] && break
    sleep 0.1
  done
  kill -INT $watching
  wait $watching
  output=$(jq -c '[.close, .volume]' "$TRADE_HOME/watched" | tail -1)
  [ "$output" = '["10.50",3]' ]
  LC_ALL=C.UTF-8 expect_exit 0 "$trade" bars AAPL --plot
  grep -q '[┃╻╹]' <<<"$output"
  grep -q 'vol 3' <<<"$output"
  LC_ALL=C expect_exit 0 "$trade" bars AAPL --plot
  grep -q '#.*10.50' <<<"$output"
  LC_ALL=C run grep -q '[^ -~]' <<<"$output"
  [ "$status" -eq 1 ]
  expect_exit 2 t bars AAPL --plot
}

@test "bars and trades over HTTP, page by page" {
  start_gateway
  key=$(new_key alice viewer)
  trade_at 10.00 1
  trade_at 11.00 2
  trade_at 12.00 3
  http 200 GET "/api/v1/bars/AAPL?interval=1d"
  expect_json '.[0] | [.open, .high, .volume, .average_price]' '["10.00","12.00",6,"11.3333"]'
  http 422 GET "/api/v1/bars/AAPL?interval=7x"
  http 200 GET "/v2/stocks/AAPL/bars?timeframe=1Day"
  expect_json '[.symbol, (.bars[0] | .o, .h, .l, .c, .v, .n, .vw), .next_page_token] ==
    ["AAPL",10,12,10,12,6,3,11.3333,null]' true
  http 200 GET "/v2/stocks/bars?timeframe=1Hour&symbols=AAPL"
  expect_json '.bars.AAPL[0].v' 6
  http 200 GET "/v2/stocks/bars/latest?symbols=AAPL"
  expect_json '.bars.AAPL.c == 12' true
  http 200 GET "/v2/stocks/AAPL/snapshot"
  expect_json '[.minuteBar.c, .dailyBar.v, .prevDailyBar] == [12,6,null]' true
  http 422 GET "/v2/stocks/AAPL/bars"
  http 422 GET "/v2/stocks/AAPL/bars?timeframe=2Day"
  # Two trades a page, then the last one, either way.
  http 200 GET "/v2/stocks/AAPL/trades?limit=2"
  expect_json '[.trades[].p] == [10,11]' true
  http 200 GET "/v2/stocks/AAPL/trades?limit=2&page_token=$(jq -r .next_page_token <<<"$output")"
  expect_json '[[.trades[].p], .next_page_token] == [[12],null]' true
  http 200 GET "/v2/stocks/trades?symbols=AAPL&limit=2&sort=desc"
  expect_json '[.trades.AAPL[].p] == [12,11]' true
  http 200 GET "/v2/stocks/trades?symbols=AAPL&limit=2&sort=desc&page_token=$(jq -r .next_page_token <<<"$output")"
  expect_json '[[.trades.AAPL[].p], .next_page_token] == [[10],null]' true
  http 422 GET "/v2/stocks/AAPL/trades?page_token=none"
}
