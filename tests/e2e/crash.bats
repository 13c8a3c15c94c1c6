#!/usr/bin/env bats
# kill -9 of each daemon while orders flow: nothing acknowledged is lost or doubled, the books agree.
load suite.bash

setup() {
  new_home
  deep_market
}

# kill_while_trading DAEMON TIMES
kill_while_trading() {
  local daemon=$1 times=$2
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/acknowledged" 6 &
  local sender=$!
  for _ in $(seq "$times"); do
    sleep "0.$((RANDOM % 8 + 2))"
    local pid
    pid=$(cat "$TRADE_HOME/run/$daemon.pid")
    kill -9 "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    "$trade" up >/dev/null
  done
  wait "$sender"
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/acknowledged"
  expect_exit 0 t reconcile
  expect_exit 0 t journal verify
  expect_exit 0 t replay journal
  expect_exit 0 t status
}

@test "kill -9 of tradingd: every acknowledged order is there once" {
  kill_while_trading tradingd 4
}

@test "kill -9 of tradingd while it writes checkpoints" {
  "$trade" down >/dev/null
  export TRADE_TRADINGD_CHECKPOINT_EVERY_COMMANDS=1000
  start_suite
  kill_while_trading tradingd 4
  ls "$TRADE_HOME"/journal/checkpoint-* >/dev/null
}

@test "kill -9 of ledgerd: the books catch up and agree" {
  kill_while_trading ledgerd 4
}

@test "kill -9 of feedd: quotes and tape continue" {
  kill_while_trading feedd 4
  expect_exit 0 t quote TEST
  filled=$(t fills --account buyer --limit 1 | jq -r '.[0].price')
  expect_json '(if type == "array" then .[0] else . end)|.last' "\"$filled\""
}

@test "after a crash every command sees what was acknowledged last, whatever became of the index" {
  "$trade" down >/dev/null
  start_suite
  t place buy 1 TEST --limit 1 --account buyer >/dev/null
  kill -9 $(cat "$TRADE_HOME"/run/*.pid)
  sleep 0.2
  expect_exit 0 t journal dump
  sequence=$(tail -n 1 <<<"$output" | jq .sequence)
  # Power loss takes what was never synced.
  mv "$TRADE_HOME/journal/redo-index" "$TRADE_HOME/index"
  expect_exit 0 t journal verify
  expect_json .last_sequence "$sequence"
  expect_exit 0 t journal dump
  [ "$(tail -n 1 <<<"$output" | jq .sequence)" = "$sequence" ]
  expect_exit 0 t backup --verify "$TRADE_HOME.copy"
  rm -r "$TRADE_HOME.copy"
  expect_json .sequence "$sequence"
  # A batch that was acknowledged and is not whole is told by every one of them; what is before it is printed.
  mv "$TRADE_HOME/index" "$TRADE_HOME/journal/redo-index"
  for file in "$TRADE_HOME"/journal/redo-[01]; do
    printf '\377\377\377' | dd of="$file" bs=1 seek=200 conv=notrunc 2>/dev/null
  done
  expect_exit 8 t journal verify
  batch=$(jq .bad_batch <<<"$output")
  expect_exit 1 t journal dump
  grep -q "batch $batch of the journal .* is damaged in its redo log" <<<"$errors"
  [ "$(tail -n 1 <<<"$output" | jq .batch)" = $((batch - 1)) ]
  expect_exit 1 t backup "$TRADE_HOME.copy"
  rm -r "$TRADE_HOME.copy"
  expect_exit 1 t journal archive --older-than 0
}

@test "kill -9 of all of them at once" {
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/acknowledged" 4 &
  sender=$!
  sleep 1.5
  kill -9 $(cat "$TRADE_HOME"/run/*.pid)
  sleep 0.2
  "$trade" up >/dev/null
  wait "$sender"
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/acknowledged"
  expect_exit 0 t reconcile
  expect_exit 0 t journal verify
  expect_exit 0 t replay journal
}

@test "the state hash of a replay is that of the running engine, after a crash too" {
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/acknowledged" 1
  kill -9 "$(cat "$TRADE_HOME/run/tradingd.pid")"
  first=$(t journal hash)
  "$trade" up >/dev/null
  "$trade" down >/dev/null
  second=$(t journal hash)
  [ "$first" = "$second" ] || { echo "$first"; echo "$second"; false; }
}

@test "up starts a daemon that was killed the moment before" {
  small_market
  for _ in 1 2 3; do
    kill -9 "$(cat "$TRADE_HOME/run/tradingd.pid")"
    expect_exit 0 "$trade" up
  done
  t account show alice >/dev/null
}

@test "the others answer and end, however long tradingd is away" {
  kill -9 "$(cat "$TRADE_HOME/run/tradingd.pid")"
  sleep "${TRADE_AWAY_SECONDS:-2}"
  expect_exit 0 t portfolio --account buyer
  expect_exit 0 t quote TEST
  expect_exit 0 t key list
  "$trade" up >/dev/null
  expect_exit 0 t status
  expect_exit 0 t place buy 1 TEST --limit 1 --account buyer
  kill -9 "$(cat "$TRADE_HOME/run/tradingd.pid")"
  sleep "${TRADE_AWAY_SECONDS:-2}"
  expect_exit 0 timeout 30 "$trade" down
}
