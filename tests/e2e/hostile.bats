#!/usr/bin/env bats
# What must not hurt: garbage on the sockets, full disks, edited journals.
load suite.bash

@test "garbage on the sockets is refused and nothing stops" {
  small_market
  for daemon in tradingd ledgerd feedd gatewayd; do
    for _ in $(seq 20); do
      "$TRADE_TESTS_BIN/send_garbage" "$TRADE_HOME" "$daemon" "$RANDOM"
    done
  done
  expect_exit 0 t status
  expect_json 'all(.[]; .state == "running")' true
  expect_exit 0 t place buy 1 AAPL --limit 149 --account alice
}

@test "a full disk stops tradingd with a clear line, and nothing acknowledged is lost" {
  [ "$(id -u)" = 0 ] || skip "mounting needs root"
  small=$TRADE_HOME/small
  mkdir "$small"
  mount -t tmpfs -o size=24m tmpfs "$small" 2>/dev/null || skip "cannot mount a tmpfs here"
  outer=$TRADE_HOME
  TRADE_HOME=$small/home
  "$trade" up >/dev/null
  t account open buyer --deposit 900000000000 >/dev/null
  t account open seller --deposit 1 >/dev/null
  t symbol add TEST --previous-close 100 >/dev/null
  t account transfer-in seller TEST 900000000 --cost 100 >/dev/null
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$outer/acknowledged" 60 2>"$outer/sender" &
  sender=$!
  pid=$(cat "$TRADE_HOME/run/tradingd.pid")
  for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  refute kill -0 "$pid" 2>/dev/null
  kill "$sender" 2>/dev/null || true
  wait "$sender" || true
  grep -qi "full\|space" "$TRADE_HOME/log/tradingd.log"
  "$trade" down >/dev/null || true
  mount -o remount,size=200m "$small"
  "$trade" up >/dev/null
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$outer/acknowledged"
  expect_exit 0 t --timeout 60 reconcile
  expect_exit 0 t journal verify
  "$trade" down >/dev/null
  # A daemon that has let go of its lock may still be on its way out.
  umount "$small" 2>/dev/null || umount -l "$small"
  TRADE_HOME=$outer
}

@test "an edited journal is found by verify, which exits 8 and names the batch" {
  small_market
  "$trade" down >/dev/null
  expect_exit 0 t journal verify
  # "alice" is in the batch that opened the account; older copies of its page may be in the file too.
  for offset in $(grep -abo alice "$TRADE_HOME/journal/data.mdb" | cut -d: -f1); do
    printf 'A' | dd of="$TRADE_HOME/journal/data.mdb" bs=1 seek="$offset" conv=notrunc 2>/dev/null
  done
  expect_exit 8 t journal verify
  expect_json .bad_batch 2
}

@test "a stopped ledgerd holds up nobody" {
  small_market
  kill -STOP "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  for i in $(seq 20); do t place buy 1 AAPL --limit 149 --account alice >/dev/null; done
  expect_exit 6 t --timeout 1 portfolio --account alice
  kill -CONT "$(cat "$TRADE_HOME/run/ledgerd.pid")"
  expect_exit 0 t orders --account alice --status open
  expect_json length 20
  expect_exit 0 t reconcile
}
