#!/usr/bin/env bats
# Stopped processes, maps that must grow, no descriptors left, subscribers that do not read.
load suite.bash

rich_market() {
  deep_market
}

teardown() {
  unset TRADE_TRADINGD_MAP_MEGABYTES TRADE_LEDGERD_MAP_MEGABYTES TRADE_FEEDD_MAP_MEGABYTES
  [ -z "${stopped:-}" ] || kill -CONT "$stopped" 2>/dev/null || true
  remove_home
}

stop_process() {
  stopped=$1
  kill -STOP "$stopped"
}

go_on() {
  kill -CONT "$stopped"
  stopped=
}

resident_kilobytes() {
  awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

@test "a stopped tradingd: clients time out, and what was sent is done once when it goes on" {
  small_market
  stop_process "$(cat "$TRADE_HOME/run/tradingd.pid")"
  expect_exit 6 t --timeout 1 place buy 1 AAPL --limit 149 --account alice --client-id once
  go_on
  expect_exit 0 t place buy 1 AAPL --limit 149 --account alice --client-id once
  expect_exit 0 t orders --account alice
  expect_json length 1
  expect_exit 0 t reconcile
}

@test "a stopped feedd or gatewayd holds up no order" {
  small_market
  for daemon in feedd gatewayd; do
    stop_process "$(cat "$TRADE_HOME/run/$daemon.pid")"
    for _ in $(seq 10); do t place buy 1 AAPL --limit 149 --account alice >/dev/null; done
    go_on
  done
  expect_exit 0 t orders --account alice --status open
  expect_json length 20
  expect_exit 0 t quote AAPL
  expect_json '(if type == "array" then .[0] else . end)|.bid_size' 20
}

@test "memory maps that are too small grow while orders flow" {
  export TRADE_TRADINGD_MAP_MEGABYTES=16 TRADE_LEDGERD_MAP_MEGABYTES=16 TRADE_FEEDD_MAP_MEGABYTES=16
  start_suite
  output=$(t bench orders --home "$TRADE_HOME" --orders 150000 2>/dev/null)
  expect_json .rejected 0
  for part in journal ledger; do
    size=$(stat -c %s "$TRADE_HOME/$part/data.mdb")
    echo "$part has $size bytes"
    [ "$size" -gt $((16 * 1024 * 1024)) ]
  done
  expect_exit 0 t --timeout 60 reconcile
  expect_exit 0 t journal verify
  expect_exit 0 t status
}

@test "a subscriber that does not read slows nobody and costs bounded memory" {
  rich_market
  "$trade" --json quote TEST --watch >"$TRADE_HOME/quotes" &
  watcher=$!
  for _ in $(seq 50); do
    [ -s "$TRADE_HOME/quotes" ] && break
    sleep 0.1
  done
  stop_process "$watcher"
  feed=$(cat "$TRADE_HOME/run/feedd.pid")
  before=$(resident_kilobytes "$feed")
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/acknowledged" 3
  after=$(resident_kilobytes "$feed")
  echo "feedd: $before kB before, $after kB after"
  [ $((after - before)) -lt 131072 ]
  expect_exit 0 t place buy 1 TEST --limit 1 --account buyer
  expect_exit 0 t quote TEST
  go_on
  # What it then gets is the newest: a change that is made now comes through.
  t place buy 7 TEST --limit 99.98 --account buyer >/dev/null
  t place sell 900000 TEST --limit 0.02 --account seller >/dev/null
  for _ in $(seq 100); do
    last=$(tail -n 1 "$TRADE_HOME/quotes" | jq -r .bid)
    [ "$last" = "$(t quote TEST | jq -r '(if type == "array" then .[0] else . end)|.bid')" ] && break
    sleep 0.1
  done
  kill "$watcher"
  wait "$watcher" || true
  [ "$last" = "$(t quote TEST | jq -r '(if type == "array" then .[0] else . end)|.bid')" ]
}

@test "without descriptors left, daemons refuse and go on, and work again when there are some" {
  (
    ulimit -n 64
    "$trade" up >/dev/null
  )
  t account open alice --deposit 10000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  address=$(cat "$TRADE_HOME/run/gatewayd.http")
  port=${address##*:}
  # Connections to the gateway and to the sockets of the others, more than they can have.
  python3 - "$port" "$TRADE_HOME" <<'PY'
import glob, socket, sys, time
held = []
for _ in range(150):
    connection = socket.socket()
    connection.settimeout(2)
    try:
        connection.connect(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        pass
    held.append(connection)
for path in glob.glob(sys.argv[2] + "/run/**/*", recursive=True):
    for _ in range(100):
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            break
        held.append(connection)
print(len(held), "connections held")
time.sleep(2)
PY
  for _ in $(seq 100); do
    "$trade" --json status >"$TRADE_HOME/.status" 2>/dev/null && break
    sleep 0.2
  done
  output=$(cat "$TRADE_HOME/.status")
  expect_json 'all(.[]; .state == "running")' true
  expect_exit 0 t place buy 1 AAPL --limit 149 --account alice
  curl -fsS "http://127.0.0.1:$port/healthz" >/dev/null
  expect_exit 0 t reconcile
}
