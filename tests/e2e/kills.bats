#!/usr/bin/env bats
# kill -9 at random moments under load, again and again. TRADE_KILLS (10) kills in all, or, with
# TRADE_KILLS_EACH, so many of each daemon: continuous integration's long run takes a hundred.
load suite.bash

daemons=(tradingd ledgerd feedd gatewayd)

setup() {
  new_home
  deep_market
}

# kill_once DAEMON: at a random moment, then starts it again.
kill_once() {
  sleep "0.$(printf %03d $((RANDOM % 400)))"
  local pid
  pid=$(cat "$TRADE_HOME/run/$1.pid")
  kill -9 "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  "$trade" --timeout 60 up >/dev/null
}

check_everything() {
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/acknowledged.$1"
  expect_exit 0 t --timeout 120 reconcile
  expect_exit 0 t journal verify
  expect_exit 0 t replay journal
  expect_exit 0 t status
}

@test "kill -9 at random moments loses and doubles nothing" {
  seed=${TRADE_SEED:-$RANDOM}
  echo "TRADE_SEED=$seed"
  RANDOM=$seed
  if [ -n "${TRADE_KILLS_EACH:-}" ]; then
    order=()
    for daemon in "${daemons[@]}"; do
      for _ in $(seq "$TRADE_KILLS_EACH"); do order+=("$daemon"); done
    done
  else
    order=("${daemons[@]}")
    while [ "${#order[@]}" -lt "${TRADE_KILLS:-10}" ]; do
      order+=("${daemons[$((RANDOM % ${#daemons[@]}))]}")
    done
  fi
  killed=0
  round=0
  # A sender a round: what each of them was told is checked before the next.
  while [ "$killed" -lt "${#order[@]}" ]; do
    round=$((round + 1))
    "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/acknowledged.$round" 8 "r$round-" &
    sender=$!
    while kill -0 "$sender" 2>/dev/null && [ "$killed" -lt "${#order[@]}" ]; do
      kill_once "${order[$killed]}"
      killed=$((killed + 1))
    done
    wait "$sender"
    "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/acknowledged.$round"
    expect_exit 0 t --timeout 120 reconcile
  done
  echo "$killed kills in $round rounds"
  check_everything "$round"
}
