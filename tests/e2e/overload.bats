#!/usr/bin/env bats
# More orders than the machine can take: refused early, by name, while what gets out of trouble still works.
load suite.bash

# overloaded_market COMMANDS: a suite that takes no more than that at a time.
overloaded_market() {
  export TRADE_TRADINGD_QUEUE_COMMANDS_MAX=$1
  start_suite
  t account open buyer --deposit 900000000000 >/dev/null
  t symbol add TEST --previous-close 100 >/dev/null
}

teardown() {
  unset TRADE_TRADINGD_QUEUE_COMMANDS_MAX
  remove_home
}

resident_kilobytes() {
  awk '/^VmRSS/ { print $2 }' "/proc/$(daemon_pid tradingd)/status"
}

@test "orders beyond what can be taken are refused as overloaded, cancels go through, memory stays flat" {
  overloaded_market 1000
  "$TRADE_TESTS_BIN/flood_orders" "$TRADE_HOME" 2 >/dev/null
  before=$(resident_kilobytes)
  output=$("$TRADE_TESTS_BIN/flood_orders" "$TRADE_HOME" 4)
  echo "$output"
  expect_json '.accepted > 0 and .overloaded > 0' true
  expect_json '[.other, .cancels_refused]' '[0,0]'
  expect_json '.cancels > 0' true
  accepted=$(jq .accepted <<<"$output")
  after=$(resident_kilobytes)
  # An order that rests takes memory by right: some 300 bytes. What was refused must take none.
  echo "$before kB before, $after kB after"
  [ $((after - before)) -lt $((65536 + accepted * 400 / 1024)) ]
  output=$(t status)
  expect_json '.[] | select(.daemon == "tradingd") | .state' '"running"'
  expect_exit 0 t --timeout 60 reconcile
}

@test "a refusal for overload exits 3 on the command line" {
  # As many as the flood sends in one request: while one is under way, nothing else fits.
  overloaded_market 64
  "$TRADE_TESTS_BIN/flood_orders" "$TRADE_HOME" 6 >/dev/null &
  flood=$!
  refused=
  for _ in $(seq 200); do
    status=0
    "$trade" --json place buy 1 TEST --limit 1 --account buyer >/dev/null 2>"$TRADE_HOME/.refusal" || status=$?
    if [ "$status" -ne 0 ]; then
      refused=$status
      break
    fi
    kill -0 "$flood" 2>/dev/null || break
  done
  cat "$TRADE_HOME/.refusal"
  wait "$flood"
  [ "$refused" = 3 ]
  errors=$(cat "$TRADE_HOME/.refusal")
  expect_error overloaded
}
