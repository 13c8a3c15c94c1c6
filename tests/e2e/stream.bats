#!/usr/bin/env bats
# The WebSocket at /api/v1/stream.
load suite.bash
load gateway.bash
load streams.bash

setup() {
  new_home
  needs_node
}

teardown() {
  [ ! -f "$TRADE_HOME/run/ledgerd.pid" ] || kill -CONT "$(cat "$TRADE_HOME/run/ledgerd.pid")" 2>/dev/null || true
  remove_home
}

# stream_to FILE MESSAGE...: a client of /api/v1/stream.
stream_to() {
  stream_at /api/v1/stream "$@"
}

sign_in() {
  printf '{"action":"auth","key":"%s","secret":"%s"}' "${key%%:*}" "${key##*:}"
}

@test "a quote comes at once, then every change, and the account's orders unasked" {
  start_gateway
  t place sell 100 AAPL --limit 151 --account bob >/dev/null
  key=$(new_key alice trader)
  stream_to "$TRADE_HOME/out" "$(sign_in)" '{"action":"subscribe","symbols":["AAPL"]}'
  await "$TRADE_HOME/out" '.type == "quote" and .data.ask == "151.00"'
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  await "$TRADE_HOME/out" '.type == "quote_update" and .data.ask == "150.00"'
  t place buy 10 AAPL --account alice >/dev/null
  await "$TRADE_HOME/out" '.type == "order_update" and .data.status == "filled" and .data.average_price == "150.00"'
  await "$TRADE_HOME/out" '.type == "quote_update" and .data.last == "150.00"'
  # Bob's orders are nobody else's business.
  [ -z "$(jq -c 'select(.type == "order_update" and .data.account == "bob")' "$TRADE_HOME/out")" ]
  exec 8>&-
  wait "$stream_pid"
}

@test "depth, trades and open orders: what there is, then changes" {
  start_gateway
  t place buy 5 AAPL --limit 140 --account alice >/dev/null
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  t place buy 1 AAPL --limit 150 --account alice >/dev/null
  key=$(new_key alice viewer)
  stream_to "$TRADE_HOME/out" "$(sign_in)" \
    '{"action":"subscribe","symbols":["AAPL"],"channels":["depth","trades","orders"]}'
  await "$TRADE_HOME/out" '.type == "depth" and .data.asks[0].size == 9'
  await "$TRADE_HOME/out" '.type == "trade" and .data.quantity == 1'
  await "$TRADE_HOME/out" '.type == "order" and .data.price == "140.00"'
  t place buy 2 AAPL --limit 150 --account alice >/dev/null
  await "$TRADE_HOME/out" '.type == "depth_update" and .data.asks[0].size == 7'
  await "$TRADE_HOME/out" '.type == "trade_update" and .data.quantity == 2'
  exec 8>&-
  wait "$stream_pid"
}

@test "what is wrong is said; a revoked key ends its streams" {
  start_gateway
  key=$(new_key alice viewer)
  stream_to "$TRADE_HOME/out" '{"action":"subscribe","symbols":["AAPL"]}'
  await "$TRADE_HOME/out" '.type == "error" and .code == "unauthorized"'
  say "$(sign_in)"
  await "$TRADE_HOME/out" '.type == "authenticated" and .data.account == "alice"'
  say 'nonsense'
  await "$TRADE_HOME/out" '.type == "error" and .code == "malformed_body"'
  say '{"action":"subscribe","symbols":["NONE"]}'
  await "$TRADE_HOME/out" '.type == "error" and .code == "unknown_symbol"'
  say '{"action":"fly"}'
  await "$TRADE_HOME/out" '.type == "error" and .code == "invalid_request"'
  t key revoke "${key%%:*}" >/dev/null
  await "$TRADE_HOME/out" '.type == "closed" and .code == 1008'
  exec 8>&-
  wait "$stream_pid"
}

@test "a key is revoked at once while ledgerd stands still, and what was not told of orders is logged" {
  start_gateway
  key=$(new_key alice trader)
  stream_to "$TRADE_HOME/out" "$(sign_in)"
  await "$TRADE_HOME/out" '.type == "authenticated"'
  t place buy 1 AAPL --limit 1 --account alice >/dev/null
  await "$TRADE_HOME/out" '.type == "order_update"'
  kill -STOP "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  # Of each the gateway would ask ledgerd.
  for _ in $(seq 10); do t place buy 1 AAPL --limit 1 --account alice >/dev/null; done
  expect_exit 0 t --timeout 3 key create --account alice --role viewer
  expect_exit 0 t --timeout 3 key revoke "${key%%:*}"
  expect_exit 0 t --timeout 3 key list
  await "$TRADE_HOME/out" '.type == "closed" and .code == 1008'
  kill -CONT "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  grep -q 'are lost until the books answer' "$TRADE_HOME/log/gatewayd.log"
  exec 8>&-
  wait "$stream_pid"
}

@test "subscribing counts as a request of the key" {
  start_gateway
  key=$(new_key alice viewer --requests-per-minute 4)
  stream_to "$TRADE_HOME/out" "$(sign_in)"
  await "$TRADE_HOME/out" '.type == "authenticated"'
  for _ in $(seq 6); do say '{"action":"subscribe","channels":["orders"]}'; done
  await "$TRADE_HOME/out" '.type == "error" and .code == "too_many_requests"'
  http 429 GET /api/v1/account
  exec 8>&-
  wait "$stream_pid"
}

# slow_reader PATH MESSAGE...: a client in the background that reads nothing until `now_read`, and writes what it then
# gets to `read`.
slow_reader() {
  mkfifo "$TRADE_HOME/.go"
  python3 "$BATS_TEST_DIRNAME/slow_reader.py" "${url#http://}" "$@" <"$TRADE_HOME/.go" >"$TRADE_HOME/read" 3>&- &
  stream_pid=$!
  exec 8>"$TRADE_HOME/.go"
  for _ in $(seq 100); do
    [ -s "$TRADE_HOME/read" ] && return 0
    sleep 0.1
  done
  echo "the slow reader never was ready"
  return 1
}

now_read() {
  echo >&8
  exec 8>&-
  wait "$stream_pid"
}

# place_many COUNT CURL ARGS: so many orders of alice's, by a key of hers in `trader`.
place_many() {
  local count=$1
  shift
  curl -sSf --no-progress-meter --parallel --parallel-max 40 -o /dev/null -H "Authorization: Bearer $trader" "$@" \
    "$url/api/v1/orders?n=[1-$count]"
}

@test "a revoked key is told nothing that happens afterwards, however slowly its client reads" {
  start_gateway
  trader=$(new_key alice trader --requests-per-minute 100000)
  local alpaca_listen='{"action":"listen","data":{"streams":["trade_updates"]}}'
  for surface in v1 alpaca; do
    key=$(new_key alice viewer)
    if [ "$surface" = v1 ]; then
      slow_reader /api/v1/stream "$(sign_in)" '{"action":"ping"}'
    else
      slow_reader /stream "$(sign_in)" "$alpaca_listen"
    fi
    # More than the system takes for a client that does not read.
    place_many 5000 -d '{"symbol":"AAPL","side":"buy","quantity":1,"price":"0.10"}'
    t key revoke "${key%%:*}" >/dev/null
    # Streams look at their keys once a second.
    sleep 2
    t place buy 1 AAPL --limit 1 --account alice --client-id "after-$surface" >/dev/null
    sleep 1
    now_read
    # Some of what was before, which the system had taken already.
    [ "$(wc -l <"$TRADE_HOME/read")" -gt 10 ]
    [ "$(grep -c "after-$surface" "$TRADE_HOME/read")" = 0 ]
    rm "$TRADE_HOME/.go" "$TRADE_HOME/read"
  done
}

@test "what is unsubscribed before its first answer stays silent" {
  start_gateway
  t symbol add MSFT --previous-close 300 >/dev/null
  key=$(new_key alice viewer)
  local hasty=()
  for _ in $(seq 20); do
    hasty+=('{"action":"subscribe","symbols":["AAPL"],"channels":["quotes","depth","trades"]}'
      '{"action":"unsubscribe","symbols":["AAPL"],"channels":["quotes","depth","trades"]}')
  done
  stream_to "$TRADE_HOME/out" "$(sign_in)" "${hasty[@]}" '{"action":"subscribe","symbols":["MSFT"]}'
  await "$TRADE_HOME/out" '.type == "quote" and .data.symbol == "MSFT"'
  sleep 1
  t place sell 10 AAPL --limit 149.99 --account bob >/dev/null
  t place buy 10 MSFT --limit 1 --account alice >/dev/null
  await "$TRADE_HOME/out" '.type == "quote_update" and .data.symbol == "MSFT"'
  [ -z "$(jq -c 'select(.type | endswith("_update")) | select(.data.symbol == "AAPL" and .type != "order_update")' "$TRADE_HOME/out")" ]
  # The same symbol again and again is one.
  say '{"action":"subscribe","symbols":['"$(printf '"AAPL",%.0s' $(seq 3000))"'"AAPL"]}'
  await "$TRADE_HOME/out" '.type == "quote" and .data.symbol == "AAPL" and .data.ask == "149.99"'
  say '{"action":"subscribe","symbols":['"$(printf '"S%d",' $(seq 3000))"'"AAPL"]}'
  await "$TRADE_HOME/out" '.type == "error" and .code == "too_many_symbols"'
  exec 8>&-
  wait "$stream_pid"
}

@test "the stream goes on when feedd is started again" {
  start_gateway
  key=$(new_key alice viewer)
  stream_to "$TRADE_HOME/out" "$(sign_in)" '{"action":"subscribe","symbols":["AAPL"]}'
  await "$TRADE_HOME/out" '.type == "quote"'
  "$trade" down --only feedd >/dev/null
  "$trade" up >/dev/null
  t place sell 10 AAPL --limit 149.99 --account bob >/dev/null
  await "$TRADE_HOME/out" '.type == "quote_update" and .data.ask == "149.99"'
  exec 8>&-
  wait "$stream_pid"
}

@test "orders that are bound to a stream end with it, and no others" {
  start_gateway
  key=$(new_key alice trader)
  stream_to "$TRADE_HOME/out" "$(sign_in)"
  await "$TRADE_HOME/out" '.type == "authenticated"'
  say '{"action":"cancel_on_disconnect","enabled":true}'
  await "$TRADE_HOME/out" '.type == "cancel_on_disconnect" and .data.enabled'
  session=$(jq -r 'select(.type == "cancel_on_disconnect") | .data.session' "$TRADE_HOME/out")
  # place MORE: one share at 100, and what else the order says.
  place() {
    curl -sS -H "Authorization: Bearer $key" -d '{"symbol":"AAPL","side":"buy","quantity":1,"price":"100"'"$1}" \
      "$url/api/v1/orders"
  }
  free=$(place "" | jq -r .id)
  bound=$(place ",\"take_profit_price\":\"160\",\"session\":\"$session\"" | jq -r .id)
  [ "$(place ',"session":"12345"' | jq -r .code)" = session_not_open ]
  exec 8>&-
  wait "$stream_pid"
  for _ in $(seq 100); do
    [ "$(t order "$bound" | jq -r .status)" = cancelled ] && break
    sleep 0.1
  done
  expect_exit 0 t order "$bound"
  expect_json '[.status, .cancel_reason]' '["cancelled","disconnected"]'
  expect_exit 0 t order "$((bound + 1))"
  expect_json .status '"cancelled"'
  expect_exit 0 t order "$free"
  expect_json .status '"submitted"'
  # The session is over with its stream.
  [ "$(place ",\"session\":\"$session\"" | jq -r .code)" = session_not_open ]
}
