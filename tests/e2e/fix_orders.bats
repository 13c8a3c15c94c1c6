#!/usr/bin/env bats
# Orders by FIX through changes, copies, and the ends of lines and daemons.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

# session COMPID ARGS: one more session, all with the same password.
session() {
  t fix session add "$@" --password open-sesame >/dev/null 2>&1
}

start_fix() {
  small_market
  t account deposit alice 100000 >/dev/null
  t symbol add MSFT --previous-close 150 >/dev/null
  session BUYSIDE --account alice
  up
}

up() {
  "$trade" up >/dev/null
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
}

# step NAME ARGS: one step of the client.
step() {
  run timeout 100 python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame "$@"
  [ "$status" -eq 0 ] || {
    echo "$output"
    false
  }
}

open_orders() {
  t orders --account alice --status open | jq -r '[.[].client_order_id] | sort | join(" ")'
}

# eventually EXPECTED COMMAND...: within half a minute the command prints this. What was asked of a tradingd that
# is gone is asked again after five seconds, and perhaps once more.
eventually() {
  local expected=$1 got
  shift
  for _ in $(seq 300); do
    got=$("$@" 2>&1) || true
    [ "$got" != "$expected" ] || return 0
    sleep 0.1
  done
  echo "'$*' says '$got', expected '$expected'"
  return 1
}

@test "replaces and cancels: in time, late, of nothing, with used ids, and again" {
  start_fix
  step changes
}

@test "partial fills are told one by one, and a replace and a cancel in between" {
  start_fix
  t place sell 4 AAPL --limit 150.50 --account bob >/dev/null
  t place sell 3 AAPL --limit 150.60 --account bob >/dev/null
  step fills
}

@test "a session sells short, and copies say so" {
  small_market
  t account open carol --type margin --deposit 100000 >/dev/null
  session SHORT --account carol
  session COPIES --accounts carol,alice --drop-copy
  up
  t place buy 10 AAPL --limit 149 --account alice >/dev/null
  mkfifo "$TRADE_HOME/.granted"
  timeout 100 python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame short \
    <"$TRADE_HOME/.granted" >"$TRADE_HOME/.client" 2>&1 &
  exec 7>"$TRADE_HOME/.granted"
  eventually "granted?" head -1 "$TRADE_HOME/.client"
  t locate grant carol AAPL --quantity 100 >/dev/null
  echo >&7
  wait %1 || {
    cat "$TRADE_HOME/.client"
    false
  }
  exec 7>&-
  output=$(t locate list carol)
  expect_json 'map([.held,.used])' '[[0,10]]'
}

@test "mass status and mass cancel cover a session's own orders, also those under way" {
  start_fix
  session SECOND --account alice
  sleep 1.2
  step mass
}

@test "a mass cancel ends every order, however many there are" {
  start_fix
  step mass_of_many 17500
}

@test "orders without end, while tradingd stands still, keep no other session from cancelling" {
  start_fix
  session SECOND --account alice
  sleep 1.2
  tradingd=$(daemon_pid tradingd)
  mkfifo "$TRADE_HOME/.stopped"
  timeout 100 python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame flood \
    <"$TRADE_HOME/.stopped" >"$TRADE_HOME/.client" 2>&1 &
  exec 7>"$TRADE_HOME/.stopped"
  eventually placed head -1 "$TRADE_HOME/.client"
  kill -STOP "$tradingd"
  echo >&7
  eventually asked tail -1 "$TRADE_HOME/.client"
  kill -CONT "$tradingd"
  wait %1 || {
    cat "$TRADE_HOME/.client"
    false
  }
  exec 7>&-
}

@test "a session that is added anew without an account neither hears of it nor ends its orders" {
  start_fix
  t account deposit bob 100000 >/dev/null
  session ACME --accounts alice,bob
  sleep 1.2
  step two_accounts
  t fix session remove ACME >/dev/null
  session ACME --accounts alice
  sleep 1.2
  mkfifo "$TRADE_HOME/.ended"
  timeout 100 python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame one_account \
    <"$TRADE_HOME/.ended" >"$TRADE_HOME/.client" 2>&1 &
  exec 7>"$TRADE_HOME/.ended"
  eventually cancelled head -1 "$TRADE_HOME/.client"
  output=$(t orders --account bob --status open)
  expect_json 'map(.client_order_id)' '["of-bob"]'
  t cancel --all --account bob >/dev/null
  sleep 0.5
  echo >&7
  wait %1 || {
    cat "$TRADE_HOME/.client"
    false
  }
  exec 7>&-
}

@test "a ClOrdID belongs to the session that used it first, over a restart too" {
  start_fix
  session SECOND --account alice
  sleep 1.2
  step same_id
  kill -9 "$(daemon_pid fixd)"
  t cancel --all --account alice >/dev/null
  up
  step missed BUYSIDE same 4 4
  step silent SECOND
}

@test "orders end with the line of a session that wants it: logout, a broken line, a stop, a kill" {
  start_fix
  session CAREFUL --account alice --cancel-on-disconnect
  sleep 1.2
  step place BUYSIDE stays 139.00
  for way in logout break; do
    step place CAREFUL "$way" 140.00 "$way"
    eventually stays open_orders
    step missed CAREFUL "$way" 4 4
  done
  step place CAREFUL missed 140.00 logout
  # fixd is stopped with the session on the line: by the time it has ended, so have the orders.
  python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame place CAREFUL stop 140.00 wait >"$TRADE_HOME/.waiting" &
  eventually placed head -1 "$TRADE_HOME/.waiting"
  kill "$(daemon_pid fixd)"
  wait %1
  eventually stays open_orders
  up
  step missed CAREFUL stop 4 4
  # fixd is killed: they end when it is there again, whether the session is or not.
  python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame place CAREFUL killed 140.00 wait >"$TRADE_HOME/.waiting" &
  eventually placed head -1 "$TRADE_HOME/.waiting"
  kill -9 "$(daemon_pid fixd)"
  wait %1
  [ "$(open_orders)" = "killed stays" ]
  up
  eventually stays open_orders
  step missed CAREFUL killed 4 4
  # tradingd is away when the line breaks: they end once it is back.
  python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame place CAREFUL away 140.00 wait >"$TRADE_HOME/.waiting" &
  client=$!
  eventually placed head -1 "$TRADE_HOME/.waiting"
  kill -9 "$(daemon_pid tradingd)"
  kill "$client"
  sleep 0.5
  up
  eventually stays open_orders
}

@test "a request whose fate is not known is under way, and then known" {
  start_fix
  kill -9 "$(daemon_pid tradingd)"
  timeout 100 python3 "$BATS_TEST_DIRNAME/fix_orders.py" "$port" open-sesame unanswered >"$TRADE_HOME/.client" 2>&1 &
  eventually unanswered head -1 "$TRADE_HOME/.client"
  up
  wait %1 || {
    cat "$TRADE_HOME/.client"
    false
  }
  [ "$(open_orders)" = u1 ]
}

@test "a session is removed and added again while a request is under way: it is answered, and nothing waits for ever" {
  start_fix
  tradingd=$(daemon_pid tradingd)
  fixd=$(daemon_pid fixd)
  kill -STOP "$tradingd"
  step ask_only BUYSIDE caught
  t fix session remove BUYSIDE >/dev/null
  sleep 1.2
  session BUYSIDE --account alice
  sleep 1.2
  kill -CONT "$tradingd"
  eventually caught open_orders
  kill -9 "$fixd"
  up
  step missed BUYSIDE caught 0 0
  eventually 0 fixd_counter requests_pending
}

fixd_counter() {
  t status | jq -r ".[] | select(.daemon == \"fixd\") | .$1 // .counters.$1"
}

@test "copies are of everything in their accounts, and resumed from any number" {
  start_fix
  session COPIES --accounts alice,bob --drop-copy
  sleep 1.2
  step place BUYSIDE before 140.00
  step copies
  t place sell 5 AAPL --limit 150.50 --account bob --client-id elsewhere >/dev/null
  step place BUYSIDE o1 150.50
  t cancel --all --account bob >/dev/null
  t place buy 1 AAPL --limit 150.001 --account alice >/dev/null 2>&1 || true
  sleep 0.5
  # New of bob, New of alice, a fill of each, the cancel, and a refusal.
  step copied 6
  jq -se '.[0] == [["elsewhere","0","0","bob"],["o1","0","0","alice"],["elsewhere","F","1","bob"],
    ["o1","F","2","alice"],["elsewhere","4","4","bob"],["","8","8","alice"]]' <<<"$(head -1 <<<"$output")" || {
    echo "$output"
    false
  }
}

@test "fixd goes on where it was, though the journal before that is gone" {
  start_fix
  step place BUYSIDE o1 140.00
  "$trade" down >/dev/null
  last=$(t journal verify | jq .batches)
  t journal archive --through $((last - 1)) >/dev/null
  output=$(t journal prune --older-than 0)
  expect_json .kept_from "$last"
  rm -r "$TRADE_HOME"/journal/archive/*
  up
  step place BUYSIDE o2 140.00
  t cancel --all --account alice >/dev/null
  step missed BUYSIDE o1 4 4
  # What it kept is gone as well: it says what is missing, and what to do.
  fixd=$(daemon_pid fixd)
  kill "$fixd"
  while kill -0 "$fixd" 2>/dev/null; do sleep 0.05; done
  rm -r "$TRADE_HOME/fix/messages"
  run timeout 20 "$bin/fixd" --home "$TRADE_HOME"
  [ "$status" -ne 0 ]
  [[ "$output" == *"the archive does not have it"* ]] || {
    echo "$output"
    false
  }
}

@test "a resend is larger than what a line may have waiting" {
  start_fix
  step much
}

@test "when numbers begin anew is said by session" {
  start_suite
  for at in 00:00 21:30 never; do
    t fix session add "AT-${at/:/}" --account alice --reset-at "$at" >/dev/null 2>&1
  done
  output=$(t fix session list)
  expect_json '[.[].reset_at]' '["00:00","21:30","never"]'
  for wrong in 24:00 9:30 12:60 noon ""; do
    expect_exit 2 t fix session add OTHER --account alice --reset-at "$wrong"
  done
}
