#!/usr/bin/env bats
# The HTTP API through real sockets.
load suite.bash
load gateway.bash

teardown() {
  [ ! -f "$TRADE_HOME/run/ledgerd.pid" ] || kill -CONT "$(cat "$TRADE_HOME/run/ledgerd.pid")" 2>/dev/null || true
  remove_home
}

@test "the gateway lives, is ready, and says where it serves" {
  start_gateway
  http 200 GET /healthz
  http 200 GET /readyz
  expect_json .daemons '{"tradingd":"running","ledgerd":"running","feedd":"running"}'
  grep -q "^[0-9.]*:[1-9][0-9]*$" "$TRADE_HOME/run/gatewayd.http"
  "$trade" down
  [ ! -e "$TRADE_HOME/run/gatewayd.http" ]
}

@test "orders: placed, listed, changed, cancelled" {
  start_gateway
  key=$(new_key alice trader)
  http 201 POST /api/v1/orders '{"symbol":"aapl","side":"buy","quantity":5,"price":"149.50","client_order_id":"a-1"}'
  expect_json '[.symbol,.side,.quantity,.price,.order_type,.status,.account,.client_order_id]' \
    '["AAPL","buy",5,"149.50","limit","submitted","alice","a-1"]'
  id=$(jq -r .id <<<"$output")
  grep -qi "^location: /api/v1/orders/$id$" <<<"$headers"
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":"5","price":149.50,"client_order_id":"a-1"}'
  expect_json .id "\"$id\""
  http 200 GET "/api/v1/orders/$id"
  expect_json .status '"submitted"'
  http 200 GET '/api/v1/orders?status=open'
  expect_json '[.[].id]' "[\"$id\"]"
  http 200 PATCH "/api/v1/orders/$id" '{"quantity":7,"price":"149.75"}'
  expect_json '[.quantity,.price]' '[7,"149.75"]'
  http 200 DELETE "/api/v1/orders/$id"
  expect_json .status '"cancelled"'
  http 409 DELETE "/api/v1/orders/$id"
  expect_json . '{"error":"Order can no longer be cancelled","code":"order_not_cancellable"}'
  http 404 GET /api/v1/orders/999
  expect_json .code '"unknown_order"'
  http 200 GET '/api/v1/orders?status=open'
  expect_json . '[]'
}

@test "what risk refuses is a 400 with the reason" {
  start_gateway
  key=$(new_key alice trader)
  http 400 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1000,"price":150}'
  expect_json . '{"error":"Insufficient buying power","code":"insufficient_buying_power"}'
  http 400 POST /api/v1/orders '{"symbol":"AAPL","side":"sell","quantity":1,"price":150}'
  expect_json .code '"insufficient_shares"'
  http 404 POST /api/v1/orders '{"symbol":"NONE","side":"buy","quantity":1,"price":150}'
  expect_json .code '"unknown_symbol"'
  http 200 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1000,"price":150,"dry_run":true}'
  expect_json '[.accepted,.code]' '[false,"insufficient_buying_power"]'
}

@test "a trade shows in quotes, fills, the portfolio and the account" {
  start_gateway
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  key=$(new_key alice trader)
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":10}'
  expect_json '[.status,.filled_quantity,.average_price]' '["filled",10,"150.10"]'
  http 200 GET /api/v1/quotes/AAPL
  expect_json '[.last,.ask,.ask_size]' '["150.10","150.10",50]'
  http 200 GET /api/v1/portfolio
  expect_json '[.account,.cash_balance,.positions[0].symbol,.positions[0].quantity]' '["alice","8499.00","AAPL",10]'
  http 200 GET /api/v1/account
  expect_json '[.id,.cash_balance]' '["alice","8499.00"]'
  http 200 GET /api/v1/fills
  expect_json '[.[0].quantity,.[0].price]' '[10,"150.10"]'
  http 200 GET '/api/v1/depth/AAPL?levels=5'
  expect_json '.asks[0].size' 50
  http 200 GET /api/v1/tape/AAPL
  expect_json '.[0].quantity' 10
  http 200 GET /api/v1/symbols
  expect_json '.[0].symbol' '"AAPL"'
  http 200 GET /api/v1/market
  expect_json .status '"open"'
  http 404 GET /api/v1/quotes/NONE
  http 422 GET '/api/v1/quotes/no%20symbol'
}

@test "keys: needed, of a role, of an account, revoked at once, expired" {
  start_gateway
  http 401 GET /api/v1/account
  expect_json . '{"error":"An API key is needed","code":"unauthorized"}'
  key=PKNOBODY:nothing
  http 401 GET /api/v1/account
  key=$(new_key bob trader)
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"sell","quantity":1,"price":160}'
  theirs=$(jq -r .id <<<"$output")
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
  http 403 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1}'
  key=$(new_key alice trader)
  http 403 GET "/api/v1/orders/$theirs"
  expect_json .code '"not_your_order"'
  http 403 DELETE "/api/v1/orders/$theirs"
  http 403 GET '/api/v1/account?account=bob'
  http 403 POST /api/v1/orders '{"account":"bob","symbol":"AAPL","side":"sell","quantity":1}'
  revoked=$key
  key=$(new_key alice operator)
  http 200 GET '/api/v1/account?account=bob'
  expect_json .id '"bob"'
  http 200 DELETE "/api/v1/orders/$theirs"
  expect_exit 0 t key revoke "${revoked%%:*}"
  key=$revoked
  http 401 GET /api/v1/account
  expect_exit 0 t key list
  expect_json 'length' 4
  expect_json '[.[]|select(.revoked_at != null)]|length' 1
  refute grep -q "${revoked##*:}" <<<"$output"
  refute grep -rqaF "${revoked##*:}" "$TRADE_HOME"
  # As the other headers carry it.
  pair=$(new_key alice viewer)
  key=
  http 200 GET /api/v1/key '' --header "APCA-API-KEY-ID: ${pair%%:*}" --header "APCA-API-SECRET-KEY: ${pair##*:}"
  expect_json '[.account,.role]' '["alice","viewer"]'
  expect_exit 5 t key revoke PKNOBODY
  expect_exit 5 t key create --account nobody --role viewer
  expect_exit 2 t key create --account alice --role viewer --expires 2020-01-01
}

@test "keys that are none are counted for their address, where a stream is opened as well" {
  start_gateway
  python3 - "${url#http://}" <<'END'
import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=30)
counts = {}
for _ in range(700):
    connection.request("GET", "/api/v1/stream", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Authorization": "Bearer PKNOBODY:nothing"})
    answer = connection.getresponse()
    answer.read()
    counts[answer.status] = counts.get(answer.status, 0) + 1
    if answer.status == 429 and answer.headers["Retry-After"] is None:
        sys.exit("no Retry-After")
if set(counts) != {401, 429} or counts[401] < 600:
    sys.exit(f"answers by status: {counts}")
END
  # Whoever has a key is not kept out by one who has none.
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
}

@test "a key's rate is limited, with the headers that say so" {
  start_gateway
  key=$(new_key alice viewer --requests-per-minute 3)
  http 200 GET /api/v1/account
  grep -qi '^x-ratelimit-limit: 3$' <<<"$headers"
  grep -qi '^x-ratelimit-remaining: 2$' <<<"$headers"
  http 200 GET /api/v1/account
  http 200 GET /api/v1/account
  http 429 GET /api/v1/account
  grep -qi '^retry-after: [1-9]' <<<"$headers"
  expect_json .code '"too_many_requests"'
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
  grep -qi '^x-ratelimit-limit: 200$' <<<"$headers"
}

@test "every change leaves an audit line with the key, and no secret anywhere" {
  start_gateway
  key=$(new_key alice trader)
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1,"price":"140"}'
  http 400 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1000,"price":"140"}'
  http 200 GET /api/v1/account
  audited() { jq -es --arg key "${key%%:*}" "any(.[]; .key == \$key and $1)" "$TRADE_HOME/log/gatewayd-audit.log"; }
  audited '.status == 201 and (.what | test("place buy 1 AAPL limit 140.00"))'
  audited '.status == 400 and (.what | test("insufficient_buying_power"))'
  audited '.what == "create key"'
  refute audited '.method == "GET"'
  "$trade" down
  [ "$(jq -s '[.[]|select(.method == "GET" and .path == "/api/v1/account")]|length' "$TRADE_HOME/log/gatewayd-access.log")" -ge 1 ]
  refute grep -rqaF "${key##*:}" "$TRADE_HOME"
}

@test "a daemon that is down gives 503 on its routes only, and heals by itself" {
  start_gateway
  key=$(new_key alice trader)
  http 200 GET /api/v1/quotes/AAPL
  "$trade" down --only feedd >/dev/null
  http 503 GET /api/v1/quotes/AAPL
  grep -qi '^retry-after: 1$' <<<"$headers"
  expect_json .code '"not_running"'
  http 200 GET /api/v1/account
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1,"price":"140"}'
  http 503 GET /readyz
  expect_json .daemons.feedd '"not_running"'
  "$trade" up >/dev/null
  http 200 GET /api/v1/quotes/AAPL
  http 200 GET /readyz
}

@test "without ledgerd whoever wants out of the market is let out" {
  start_gateway
  key=$(new_key alice trader)
  place() {
    http 200 POST /v2/orders '{"symbol":"AAPL","qty":"1","side":"buy","type":"limit","limit_price":"140","time_in_force":"day"}'
    id=$(jq -r .id <<<"$output")
  }
  place
  one=$id
  place
  "$trade" down --only ledgerd >/dev/null
  http 503 GET "/v2/orders/$one"
  http 204 DELETE "/v2/orders/$one"
  http 422 DELETE "/v2/orders/$one"
  http 404 DELETE /v2/orders/74726164-0000-4001-8000-000000099999
  two=$id
  place
  http 200 PATCH "/v2/orders/$id" '{"limit_price":"139"}'
  # An operator, too, and whoever is told which orders they were.
  operators=$(new_key bob operator)
  other=$key
  key=$operators
  http 204 DELETE "/v2/orders/$two"
  key=$other
  place
  http 200 PATCH "/api/v1/orders/$((16#${id##*-}))" '{"price":"138"}' -H "Authorization: Bearer $operators"
  http 207 DELETE /v2/orders
  expect_json 'map(.status)' '[200,200]'
  expect_json '.[1].id' "\"$id\""
  "$trade" up >/dev/null
  http 207 DELETE /v2/orders
  expect_json . '[]'
  http 200 GET '/v2/orders?status=closed'
  expect_json 'map(.status) | unique' '["canceled"]'
}

@test "a ledgerd that stands still holds up no way out of the market" {
  start_gateway
  key=$(new_key alice trader)
  operators=$(new_key bob operator)
  place() {
    http 201 POST /api/v1/orders '{"symbol":"AAPL","quantity":1,"side":"buy","price":"140"}'
    id=$(jq -r .id <<<"$output")
  }
  for _ in 1 2 3; do place; done
  kill -STOP "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  begun=$(date +%s)
  key=$operators
  http 200 DELETE "/api/v1/orders/$id"
  expect_json '[.status, .account]' '["cancelled","alice"]'
  http 404 DELETE /api/v1/orders/99999
  key=$(new_key alice trader)
  http 207 DELETE /v2/orders
  expect_json 'map(.status)' '[200,200]'
  # Each question to ledgerd would have taken five seconds.
  [ $(($(date +%s) - begun)) -lt 5 ]
  kill -CONT "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  http 200 GET '/api/v1/orders?status=open'
  expect_json . '[]'
  jq -es 'any(.[]; .what == "cancel order 3 of alice: order 3")' "$TRADE_HOME/log/gatewayd-audit.log" >/dev/null
}

@test "TLS: with the certificate that was made, and with one's own" {
  start_gateway
  key=$(new_key alice viewer)
  base=$tls_url
  http 200 GET /api/v1/account '' --cacert "$certificate"
  expect_json .id '"alice"'
  [ "$(stat -c %a "$TRADE_HOME/access/gatewayd.key")" = 600 ]
  refute curl --silent "$tls_url/healthz"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$TRADE_HOME/own.key" -out "$TRADE_HOME/own.crt" 2>/dev/null
  "$trade" config set gatewayd.tls_cert "$TRADE_HOME/own.crt"
  "$trade" config set gatewayd.tls_key "$TRADE_HOME/own.key"
  "$trade" down --only gatewayd >/dev/null
  "$trade" up >/dev/null
  base=https://$(cat "$TRADE_HOME/run/gatewayd.https")
  http 200 GET /healthz '' --cacert "$TRADE_HOME/own.crt"
}

@test "a port in use is told, and holds up nobody; it is taken when it is free" {
  start_gateway
  taken=$(cat "$TRADE_HOME/run/gatewayd.http")
  first=$TRADE_HOME
  new_home
  second=$TRADE_HOME
  export TRADE_GATEWAYD_LISTEN=$taken
  expect_exit 0 "$trade" up
  grep -q "cannot listen at $taken" <<<"$errors"
  expect_exit 0 t status
  expect_json '[.[].daemon]' '["tradingd","ledgerd","feedd","gatewayd"]'
  t account open carol --deposit 5 >/dev/null
  [ ! -e "$second/run/gatewayd.http" ]
  TRADE_HOME=$first "$trade" down >/dev/null
  for _ in $(seq 100); do [ -e "$second/run/gatewayd.http" ] && break || sleep 0.1; done
  [ "$(cat "$second/run/gatewayd.http")" = "$taken" ]
  TRADE_HOME=$first remove_home
}

@test "plain HTTP where others can reach it is refused, in one line" {
  "$trade" up --only tradingd >/dev/null
  TRADE_GATEWAYD_LISTEN=0.0.0.0:0 expect_exit 2 "$bin/gatewayd" --home "$TRADE_HOME"
  [ "$(grep -c plain_http_anywhere <<<"$errors")" -eq 1 ]
  grep -q "^gatewayd: gatewayd.listen is 0.0.0.0:0" <<<"$errors"
}

@test "metrics cover the gateway and, through it, the other daemons" {
  start_gateway
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
  # They need no key, and so name nobody and nothing.
  key=
  http 200 GET /metrics
  [ "$(grep -ciE 'alice|bob|aapl' <<<"$output")" = 0 ]
  grep -q '^trade_http_requests_total{method="GET",route="/api/v1/account",status="200"} 1$' <<<"$output"
  grep -q '^trade_http_request_seconds_count{method="GET",route="/api/v1/account"} 1$' <<<"$output"
  for daemon in tradingd ledgerd feedd gatewayd; do
    grep -q "^trade_up{daemon=\"$daemon\"} 1$" <<<"$output"
    grep -q "^trade_sequence{daemon=\"$daemon\"} [1-9]" <<<"$output"
  done
}

@test "who asks how the daemons are, without a key, cannot keep them busy" {
  start_gateway
  # By one process: 900 that start one after the other can take so long that the allowance keeps up with them.
  statuses=$(curl --silent --output /dev/null --write-out '%{http_code}\n' "$url/readyz?[1-900]" | sort | uniq -c)
  echo "$statuses"
  grep -q ' 429$' <<<"$statuses"
  # The allowance comes back by and by: somebody goes on asking, so that this one is over it too.
  curl --silent --output /dev/null "$url/readyz?[1-1000000]" &
  local flood=$! limited=""
  for _ in $(seq 20); do http 429 GET /metrics >/dev/null && limited=$headers && break; done
  kill "$flood"
  grep -qi '^retry-after: ' <<<"$limited"
  http 200 GET /healthz
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
}

@test "what needs no key is limited for each address and path, so that a flood of one leaves the others" {
  start_gateway
  curl --silent --output /dev/null "$url/assets/app.js?[1-1000000]" &
  local flood=$! limited=""
  for _ in $(seq 600); do
    http 429 GET /assets/app.js >/dev/null && limited=$headers && break
    sleep 0.1
  done
  kill "$flood"
  grep -qi '^retry-after: [1-9]' <<<"$limited"
  http 200 GET /healthz
  http 200 GET /
  # Paths that are not there count together.
  curl --silent --output /dev/null "$url/none/[1-1000000]" &
  flood=$!
  limited=""
  for _ in $(seq 600); do
    http 429 GET /nothing >/dev/null && limited=$headers && break
    sleep 0.1
  done
  kill "$flood"
  grep -qi '^retry-after: [1-9]' <<<"$limited"
  http 200 GET /healthz
  key=$(new_key alice viewer)
  http 200 GET /api/v1/account
}

@test "addresses and methods that are not there" {
  start_gateway
  key=$(new_key alice trader)
  http 404 GET /nothing
  http 404 GET /api/v1/orders/1/2
  http 405 PUT /api/v1/account '{}'
  grep -qi '^allow: GET$' <<<"$headers"
  http 404 GET /v2/nothing
  expect_json .code 40410000
  http 400 GET /api/v1/../../etc/passwd '' --path-as-is
  http 400 GET /api/v1/orders/%2e%2e '' --path-as-is
  http 400 GET /api/v1/orders/%00 '' --path-as-is
  http 400 GET '/api/v1/orders/%zz'
  http 422 GET /api/v1/orders/abc
  http 200 HEAD /api/v1/account
}

@test "hostile input gets the right answer, and the gateway goes on with no more memory" {
  start_gateway
  key=$(new_key alice trader --requests-per-minute 100000)
  pid=$(daemon_pid gatewayd)
  memory() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
  python3 "$BATS_TEST_DIRNAME/hostile_http.py" "${url#http://}" "${key%%:*}" "${key##*:}" "$RANDOM"
  before=$(memory)
  for seed in 1 2; do
    python3 "$BATS_TEST_DIRNAME/hostile_http.py" "${url#http://}" "${key%%:*}" "${key##*:}" "$seed"
  done
  after=$(memory)
  echo "resident: $before kB, then $after kB"
  [ $((after - before)) -lt 20000 ]
  [ "$(daemon_pid gatewayd)" = "$pid" ]
  http 200 GET /healthz
}

# resident PID: kilobytes.
resident() {
  awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

metric() {
  curl --silent "$url/metrics" | awk -v name="$1" '$1 == name { print $2 }'
}

# Abuses them in every way, until the last is closed: what an open one holds is no leak.
abuse_websockets() {
  python3 "$BATS_TEST_DIRNAME/hostile_websocket.py" "${url#http://}" "${key%%:*}" "${key##*:}"
  for _ in $(seq 100); do [ "$(metric trade_http_websockets_open)" = 0 ] && return; sleep 0.1; done
  echo "WebSockets stay open"
  return 1
}

@test "abuse of WebSockets ends with the right code, and the gateway goes on with no more memory" {
  start_gateway
  key=$(new_key alice trader --requests-per-minute 100000)
  pid=$(daemon_pid gatewayd)
  abuse_websockets
  before=$(resident "$pid")
  abuse_websockets
  after=$(resident "$pid")
  echo "resident: $before kB, then $after kB"
  [ $((after - before)) -lt 20000 ]
  [ "$(daemon_pid gatewayd)" = "$pid" ]
}

@test "slow clients are let go of in time, and others do not wait for them" {
  start_gateway
  key=$(new_key alice trader --requests-per-minute 100000)
  pid=$(daemon_pid gatewayd)
  before=$(resident "$pid")
  python3 "$BATS_TEST_DIRNAME/slow_clients.py" "${url#http://}" "${key%%:*}" "${key##*:}"
  after=$(resident "$pid")
  echo "resident: $before kB, then $after kB"
  [ $((after - before)) -lt 64000 ]
  [ "$(daemon_pid gatewayd)" = "$pid" ]
  [ "$(metric trade_http_connections_timed_out_total)" -ge 80 ]
  for _ in $(seq 100); do [ "$(metric trade_http_websockets_open)" = 0 ] && break; sleep 0.1; done
  [ "$(metric trade_http_websockets_open)" = 0 ]
}

@test "one address holds half of the connections at most, and the others are served" {
  export TRADE_GATEWAYD_CONNECTIONS_MAX=40
  start_gateway
  cat >"$TRADE_HOME/hold.py" <<'PYTHON'
import socket, sys, time
host, port = sys.argv[1].rsplit(":", 1)
held = [socket.create_connection((host, int(port)), timeout=30, source_address=("127.0.0.2", 0)) for _ in range(100)]
stand = 0
for connection in held:
    try:
        connection.settimeout(5 if stand == 0 else 0.1)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        stand += connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        pass
print(stand, flush=True)
time.sleep(60)
PYTHON
  python3 "$TRADE_HOME/hold.py" "${url#http://}" >"$TRADE_HOME/.held" &
  holder=$!
  for _ in $(seq 300); do [ -s "$TRADE_HOME/.held" ] && break; sleep 0.1; done
  [ "$(cat "$TRADE_HOME/.held")" -eq 20 ]
  http 200 GET /healthz
  [ "$(metric trade_http_connections_refused_total)" -eq 80 ]
  kill "$holder"
}

@test "another account's orders can be neither seen nor touched, by whatever name" {
  start_gateway
  theirs=$(t place buy 1 AAPL --limit 140 --account bob --client-id theirs | jq -r .id)
  uuid=74726164-0000-4001-8000-$(printf %012x "$theirs")
  key=$(new_key alice trader)
  for method in GET DELETE; do
    http 403 "$method" "/api/v1/orders/$theirs"
    http 404 "$method" "/v2/orders/$uuid"
    expect_json .code 40410000
  done
  http 403 PATCH "/api/v1/orders/$theirs" '{"quantity":2}'
  http 404 PATCH "/v2/orders/$uuid" '{"qty":"2"}'
  http 404 GET "/v2/orders:by_client_order_id?client_order_id=theirs"
  http 404 GET "/v2/orders:by_client_order_id?client_order_id=$uuid"
  http 404 GET "/api/v1/orders?client_order_id=theirs"
  for path in "orders?account=bob" "fills?account=bob" "portfolio?account=bob" "account?account=bob"; do
    http 403 GET "/api/v1/$path"
  done
  http 403 DELETE "/api/v1/orders?account=bob"
  http 403 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":1,"price":"1","account":"bob"}'
  # What names another in passing is about one's own.
  http 200 GET "/v2/orders?account=bob"
  expect_json length 0
  http 207 DELETE "/v2/orders?account=bob"
  expect_json length 0
  expect_exit 0 t order "$theirs"
  expect_json '[.status,.quantity]' '["submitted",1]'
}

@test "a retry with an idempotency key places once" {
  start_gateway
  key=$(new_key alice trader)
  order='{"symbol":"AAPL","side":"buy","quantity":1,"price":"140"}'
  http 201 POST /api/v1/orders "$order" --header 'Idempotency-Key: once-1'
  first=$(jq -r .id <<<"$output")
  http 201 POST /api/v1/orders "$order" --header 'Idempotency-Key: once-1'
  expect_json .id "\"$first\""
  http 409 POST /api/v1/orders '{"symbol":"AAPL","side":"buy","quantity":2,"price":"140"}' --header 'Idempotency-Key: once-1'
  http 200 GET '/api/v1/orders?status=open'
  expect_json length 1
}

@test "every answer is as the description says" {
  start_gateway
  t place sell 60 AAPL --limit 150.10 --account bob >/dev/null
  t place buy 10 AAPL --account alice >/dev/null
  key=$(new_key alice trader)
  python3 "$BATS_TEST_DIRNAME/openapi.py" "$url" "${key%%:*}" "${key##*:}"
}
