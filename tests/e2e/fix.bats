#!/usr/bin/env bats
# FIX sessions, by a client on a raw socket against the running suite.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

start_fix() {
  small_market
  t account deposit alice 100000 >/dev/null
  password=$(t fix session add BUYSIDE --account alice --password open-sesame "$@" 2>/dev/null | jq -r .password)
  t fix session add OLDSIDE --account alice --version FIX.4.2 --password open-sesame >/dev/null 2>&1
  "$trade" up >/dev/null
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
}

drive() {
  timeout 60 python3 "$BATS_TEST_DIRNAME/fix_session.py" "$port" "$password" "$@"
}

@test "a FIX client places, asks for, replaces and cancels orders, and each answer is right" {
  start_fix
  run drive day
  [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "what the session protocol forbids is refused as it says" {
  start_fix
  run drive session
  [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "fills reach the session, and what it missed while fixd was killed comes with a resend" {
  start_fix
  t place sell 4 AAPL --limit 150.50 --account bob >/dev/null
  run drive fill
  [ "$status" -eq 0 ] || { echo "$output"; false; }
  kill -9 "$(daemon_pid fixd)"
  id=$(t orders --account alice --status open | jq -r '.[] | select(.client_order_id == "f1") | .id')
  t cancel "$id" --account alice >/dev/null
  "$trade" up >/dev/null
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
  run drive away 4
  [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "sessions are listed and removed, and fixd runs only where there is one" {
  start_suite
  output=$(t status)
  expect_json '[.[] | select(.daemon == "fixd")] | length' 0
  t fix session add DESK --account alice --drop-copy >/dev/null 2>&1
  output=$(t fix session list)
  expect_json '.[0] | [.comp_id, .kind, .version]' '["DESK","drop_copy","FIX.4.4"]'
  t fix session remove DESK >/dev/null
  expect_exit 5 t fix session remove DESK
  expect_error unknown_fix_session
}
