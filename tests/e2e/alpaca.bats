#!/usr/bin/env bats
# The official clients as they are, against a suite of our own.
load suite.bash
load gateway.bash
load streams.bash

clients() {
  npm_packages alpaca
  export NODE_EXTRA_CA_CERTS=$certificate
}

# bot SCRIPT BASE: with a key of alice's, who may buy what bob sells at 150 and sell what carol buys at 149.
bot() {
  start_gateway
  clients
  t account open carol --deposit 100000 >/dev/null
  t place sell 500 AAPL --limit 150 --account bob >/dev/null
  t place buy 500 AAPL --limit 149 --account carol >/dev/null
  local pair
  pair=$(new_key alice trader --requests-per-minute 10000)
  KEY=${pair%%:*} SECRET=${pair##*:} BASE=${!2} STREAM=$tls_url timeout 120 node "$BATS_TEST_DIRNAME/alpaca/$1"
}

@test "the 3.x client trades and streams over plain HTTP" {
  bot client3.js url
}

@test "the 3.x client trades and streams over TLS" {
  bot client3.js tls_url
}

@test "the 4.x client trades and streams over plain HTTP" {
  bot client4.js url
}

@test "the 4.x client trades and streams over TLS" {
  bot client4.js tls_url
}

@test "a plain sale of a margin account that holds nothing sells short, by both clients" {
  start_gateway
  clients
  t account open carol --deposit 100000 >/dev/null
  t account open dora --type margin --deposit 100000 >/dev/null
  t symbol borrow AAPL easy >/dev/null
  t symbol add MSFT --previous-close 149 >/dev/null
  t place sell 500 AAPL --limit 150 --account bob >/dev/null
  t place buy 500 AAPL --limit 149 --account carol >/dev/null
  t place buy 10 MSFT --limit 149 --account carol >/dev/null
  local pair
  pair=$(new_key dora trader --requests-per-minute 10000)
  KEY=${pair%%:*} SECRET=${pair##*:} BASE=$url STREAM=$tls_url timeout 120 node "$BATS_TEST_DIRNAME/alpaca/short.js"
  # Marked as what it is, everywhere else.
  output=$(t orders --account dora --status all)
  expect_json 'map(select(.client_order_id == "s1")) | .[0].side' '"sell_short"'
  expect_exit 0 t reconcile
}

@test "what is not here is refused or told as none, never answered with something else" {
  start_gateway
  t account open mia --type margin --deposit 100000 >/dev/null
  key=$(new_key mia trader)
  http 200 GET /v2/account
  expect_json .multiplier '"2"'
  http 200 GET /v2/account/configurations
  expect_json '[.max_margin_multiplier, .no_shorting]' '["2",false]'
  http 200 PATCH /v2/account/configurations '{"max_margin_multiplier":"2"}'
  http 422 PATCH /v2/account/configurations '{"max_margin_multiplier":"4"}'
  key=$(new_key alice trader)
  http 200 GET /v2/account/configurations
  expect_json '[.max_margin_multiplier, .no_shorting]' '["1",true]'
  http 200 POST /v2/orders '{"symbol":"AAPL","qty":1,"side":"buy","type":"limit","limit_price":140,"time_in_force":"day"}'
  for query in asset_class=us_equity asset_class=crypto,us_equity side=; do
    http 200 GET "/v2/orders?$query"
    expect_json length 1
  done
  for query in orders?asset_class=crypto assets?exchange=NYSE assets?attributes=has_options assets?status=inactive; do
    http 200 GET "/v2/$query"
    expect_json . '[]'
  done
  http 200 GET '/v2/assets?exchange=NASDAQ&status=active'
  expect_json length 1
  for query in orders?direction=up assets?status=gone calendar?date_type=SETTLEMENT stocks/AAPL/quotes/latest?currency=EUR \
    'stocks/bars?symbols=AAPL&timeframe=1Day&currency=EUR'; do
    http 422 GET "/v2/$query"
  done
  http 200 GET '/v2/stocks/AAPL/quotes/latest?currency=USD'
}

# streaming PATH MESSAGE...: a client that writes what comes to `out`.
streaming() {
  local path=$1
  shift
  needs_node
  stream_at "$path" "$TRADE_HOME/out" "$@"
}

# comes FILTER: until a line of `out` is like that.
comes() {
  await "$TRADE_HOME/out" "$1"
}

@test "a stream is its first key's, and ends with it whoever signs in after" {
  start_gateway
  pair=$(new_key alice viewer)
  other=$(new_key bob viewer)
  auth() {
    printf '{"action":"auth","key":"%s","secret":"%s"}' "${1%%:*}" "${1##*:}"
  }
  streaming /stream "$(auth "$pair")" '{"action":"listen","data":{"streams":["trade_updates"]}}' "$(auth "$pair")" "$(auth "$other")"
  comes '.action == "error" and .data.error_message == "already authenticated"'
  t place buy 1 AAPL --limit 140 --account alice >/dev/null
  comes '.stream == "trade_updates" and .data.event == "new"'
  t key revoke "${pair%%:*}" >/dev/null
  comes '.type == "closed" and .code == 1008'
  exec 8>&-
  wait "$stream_pid"
}

@test "the data stream says what is wrong with a subscription" {
  start_gateway
  pair=$(new_key alice viewer)
  streaming /v2/iex "{\"action\":\"auth\",\"key\":\"${pair%%:*}\",\"secret\":\"${pair##*:}\"}" \
    '{"action":"subscribe","quotes":"AAPL","trades":null}' '{"action":"subscribe","bars":["NONE"]}'
  comes '.[0].T == "error" and .[0].code == 400 and .[0].msg == "invalid syntax: quotes must be a list of symbols"'
  comes '.[0].T == "error" and .[0].code == 400 and .[0].msg == "no symbol NONE"'
  exec 8>&-
  wait "$stream_pid"
}

@test "bars come when their minute is over, and * is every symbol, new ones too" {
  needs_node
  start_gateway
  pair=$(new_key alice trader)
  streaming /v2/iex "{\"action\":\"auth\",\"key\":\"${pair%%:*}\",\"secret\":\"${pair##*:}\"}" \
    '{"action":"subscribe","trades":["*"],"quotes":["*"],"bars":["*"],"updatedBars":["*"],"dailyBars":["AAPL"],"news":["*"]}'
  # told FILTER SECONDS: until one of the frames is like that.
  told() {
    for _ in $(seq $(($2 * 10))); do
      [ -n "$(jq -c ".[]? | select($1)" "$TRADE_HOME/out" 2>/dev/null)" ] && return 0
      sleep 0.1
    done
    echo "never came: $1"
    cat "$TRADE_HOME/out"
    return 1
  }
  told '.T == "subscription" and .trades == ["*"] and .bars == ["*"] and .dailyBars == ["AAPL"]' 30
  told '.T == "error" and .code == 409' 5
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  t place buy 4 AAPL --limit 150 --account alice >/dev/null
  t symbol add NEW --previous-close 20 >/dev/null
  t account transfer-in bob NEW 100 --cost 20 >/dev/null
  t place sell 10 NEW --limit 21 --account bob >/dev/null
  t place buy 3 NEW --limit 21 --account alice >/dev/null
  told '.T == "t" and .S == "AAPL" and .p == 150 and .s == 4' 20
  told '.T == "t" and .S == "NEW" and .p == 21 and .s == 3' 20
  told '.T == "q" and .S == "NEW" and .ap == 21' 20
  told '.T == "b" and .S == "AAPL" and .h == 150 and .v == 4 and .n == 1 and (.t | test(":00.000000000Z$"))' 70
  told '.T == "b" and .S == "NEW" and .h == 21 and .v == 3' 70
  told '.T == "d" and .S == "AAPL" and .v == 4' 10
  refute grep -q '"T":"d","S":"NEW"' "$TRADE_HOME/out"
  # Each bar once.
  [ "$(grep -c '"T":"b","S":"AAPL"' "$TRADE_HOME/out")" = 1 ]
  exec 8>&-
  wait "$stream_pid"
}
