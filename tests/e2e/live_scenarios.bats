#!/usr/bin/env bats
# `trade test --live`: scenarios on daemons, on suites that are thrown away and on one that runs.
load suite.bash

setup() {
  new_home
  # Whatever is set here, throw-away suites are on simulated time.
  export TRADE_TRADINGD_CALENDAR=always
  cat >"$TRADE_HOME/market.steps" <<'END'
symbol add AAPL --previous-close 150
account open alice --deposit 10000
END
}

# scenario FILE: of what is on standard input, behind a market.
scenario() {
  { echo "include market.steps"; cat; } >"$TRADE_HOME/$1"
}

verdicts() {
  jq -r '[.[].verdict] | join(" ")' <<<"$output"
}

# A suite that stands at the opening of a Monday, when scenarios begin unless they say otherwise.
simulated_suite() {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-02T09:30:00-05:00
  start_suite
}

timed_scenarios() {
  scenario timed.scenario <<'END'
scenario Nothing of time
  as alice: place buy 1 AAPL --limit 149
    expect status=submitted
scenario Time passes and is told
  $order = as alice: place buy 1 AAPL --limit 149
    expect created_at=09:30
  in 10m: as alice: place buy 2 AAPL --limit 149
  advance 10m
  expect orders alice: count=2 1.created_at=09:40
  at 12:00
  expect market: trading_date=2026-03-02
  advance 1d
  expect market: trading_date=2026-03-03
  expect order $order: status=expired
END
}

@test "every scenario of the project goes on real daemons as it goes in one process" {
  expect_exit 0 t test "$TRADE_SOURCE_DIR/tests/scenarios"
  here=$(jq length <<<"$output")
  expect_exit 0 t test --live "$TRADE_SOURCE_DIR/tests/scenarios"
  skipped=$(jq -r '.[] | select(.verdict != "passed") | .file + ": " + .scenario + ": " + .skipped_because' <<<"$output")
  [ -z "$skipped" ] || { echo "not passed: $skipped"; return 1; }
  [ "$(jq length <<<"$output")" -eq "$here" ]
}

@test "throw-away suites go by the scenario's time and calendar" {
  timed_scenarios
  expect_exit 0 t test --live "$TRADE_HOME/timed.scenario"
  [ "$(verdicts)" = "passed passed" ]
  scenario calendar.scenario <<'END'
scenario New York's session
  calendar us
  at 16:00
  expect market: status=closed
  calendar always
  at next open
scenario Begins elsewhere
  expect market: status=open trading_date=2026-03-02
END
  expect_exit 0 t test --live "$TRADE_HOME/calendar.scenario"
  { echo "at 2026-07-01 10:00"; echo "symbol add AAPL"; echo "expect market: trading_date=2026-07-01"; } \
    >"$TRADE_HOME/july.scenario"
  expect_exit 0 t test --live "$TRADE_HOME/july.scenario" "$TRADE_HOME/timed.scenario"
  # A difference is one there, too.
  sed -i 's/created_at=09:40/created_at=09:41/' "$TRADE_HOME/timed.scenario"
  expect_exit 8 t test --live "$TRADE_HOME/timed.scenario"
  expect_json '.[1].differences[0].fields | map([.field, .actual])' '[["1.created_at","2026-03-02T09:40:00"]]'
}

# Starts a live run that does not end by itself, and waits for its suite: `run`, `daemons` and `thrown_away`, its home.
begin_endless_run() {
  { echo "include market.steps"; for _ in $(seq 20000); do echo "advance 1s"; done; } >"$TRADE_HOME/endless.scenario"
  "$trade" test --live "$TRADE_HOME/endless.scenario" >"$TRADE_HOME/.run" 2>&1 &
  run=$!
  for _ in $(seq 300); do
    daemons=$(pgrep -P "$run" | paste -s -d ' ')
    [ "$(wc -w <<<"$daemons")" -eq 3 ] && break
    sleep 0.1
  done
  thrown_away=$(tr '\0' '\n' <"/proc/${daemons%% *}/cmdline" | grep -m 1 '^/var/tmp/trade-bench')
  [ -d "$thrown_away" ]
}

# gone "PID PID": all of them, within ten seconds.
gone() {
  # With a list that it does not understand, ps would say the same as of processes that are gone.
  ps -p "$$ $1" >/dev/null
  for _ in $(seq 100); do
    ps -o stat= -p "$1" | grep -qv '^Z' || return 0
    sleep 0.1
  done
  ps -p "$1"
  return 1
}

@test "an interrupted run takes its throw-away suite down, and a killed one leaves no daemon" {
  for signal in INT TERM; do
    begin_endless_run
    kill -"$signal" "$run"
    status=0
    wait "$run" || status=$?
    [ "$status" -eq 130 ]
    gone "$daemons"
    [ ! -e "$thrown_away" ]
  done
  begin_endless_run
  kill -KILL "$run"
  gone "$daemons"
  rm -r "$thrown_away"
}

@test "a suite that runs on simulated time is moved on, and what is over for it is skipped with its step" {
  simulated_suite
  timed_scenarios
  expect_exit 0 t --home "$TRADE_HOME" test --live "$TRADE_HOME/timed.scenario"
  [ "$(verdicts)" = "passed passed" ]
  expect_exit 0 t clock show
  expect_json '[.new_york,.state]' '["2026-03-03 12:00:00","paused"]'
  # Now the clock is past the beginning: what says no time goes on as before.
  expect_exit 0 t --home "$TRADE_HOME" test --live "$TRADE_HOME/timed.scenario"
  [ "$(verdicts)" = "passed skipped" ]
  jq -r '.[1].skipped_because' <<<"$output" | grep -q "^line 7 (expect created_at=09:30): it says when"
  scenario passing.scenario <<'END'
scenario Time may pass
  as alice: place buy 1 AAPL --limit 149
  advance 1h
  expect orders alice: count=1
END
  expect_exit 0 t --home "$TRADE_HOME" test --live "$TRADE_HOME/passing.scenario"
  expect_exit 0 t clock show
  expect_json .new_york '"2026-03-03 13:00:00"'
  # Nothing that could be tried is no success.
  expect_exit 4 t --home "$TRADE_HOME" test --live --filter "time passes" "$TRADE_HOME/timed.scenario"
  expect_error all_skipped
  scenario calendar.scenario <<<"calendar us"
  expect_exit 4 t --home "$TRADE_HOME" test --live "$TRADE_HOME/calendar.scenario"
  grep -q "(calendar us): it follows another calendar than the suite" <<<"$output"
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
}

@test "a suite with New York's hours runs what says so" {
  export TRADE_TRADINGD_CALENDAR=us
  simulated_suite
  scenario us.scenario <<'END'
scenario Closes by itself
  calendar us
  at 16:00
  expect market: status=closed
END
  scenario always.scenario <<'END'
scenario Never closes
  advance 30m
  advance 1d
END
  expect_exit 0 t --home "$TRADE_HOME" test --live "$TRADE_HOME/us.scenario" "$TRADE_HOME/always.scenario"
  [ "$(verdicts)" = "passed skipped" ]
  jq -r '.[1].skipped_because' <<<"$output" | grep -q "(advance .*): the suite's session follows New York's hours"
}

@test "a suite on the machine's clock skips what needs another, and says which step" {
  start_suite
  timed_scenarios
  expect_exit 0 "$trade" --home "$TRADE_HOME" test --live "$TRADE_HOME/timed.scenario"
  grep -q "^skip .*timed.scenario:5: Time passes and is told" <<<"$output"
  grep -q "line 7 (expect created_at=09:30)" <<<"$output"
  grep -q "1 passed, 0 failed, 1 skipped\|1 passed.*1 skipped" <<<"$output"
}
