#!/usr/bin/env bats
# A suite on simulated time.
load suite.bash

# A suite that follows New York's hours and stands at 09:00 there on a Monday.
simulated_suite() {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CALENDAR=us
  export TRADE_TRADINGD_CLOCK_START=2026-03-02T09:00:00-05:00
  start_suite
  t account open alice --deposit 100000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
}

@test "a new home's simulated clock stands where it is to begin, and status shows it" {
  simulated_suite
  expect_exit 0 t clock show
  expect_json '[.simulated,.now,.state,.speed,.new_york]' \
    '[true,"2026-03-02T14:00:00.000000000Z","paused","1","2026-03-02 09:00:00"]'
  expect_exit 0 t status
  expect_json '[.[].clock]' '["2026-03-02T14:00:00.000000000Z paused",null,null,null]'
  expect_exit 0 "$trade" status
  grep -q "2026-03-02T14:00:00" <<<"$output"
}

@test "the session opens and closes, and orders end, as the clock says" {
  simulated_suite
  expect_exit 3 t place buy 10 AAPL --limit 149 --account alice
  expect_error market_closed
  expect_exit 0 t clock set 09:30
  expect_exit 0 t market status
  expect_json '[.status,.trading_date]' '["open","2026-03-02"]'
  expect_exit 0 t place buy 10 AAPL --limit 149 --account alice --client-id day
  expect_json '[.status,.created_at]' '["submitted","2026-03-02T14:30:00.000000000Z"]'
  expect_exit 0 t place buy 10 AAPL --limit 149 --account alice --client-id gtd --tif gtd --until 2026-03-02T12:00:00-05:00
  expect_exit 0 t clock step 3h
  expect_exit 0 t orders --account alice --status closed
  expect_json '[.[] | select(.client_order_id == "gtd") | [.status,.updated_at]]' \
    '[["expired","2026-03-02T17:00:00.000000000Z"]]'
  # On to Tuesday: Monday closes on the way, at its own moment.
  expect_exit 0 t clock set 2026-03-03 09:31
  expect_exit 0 t market status
  expect_json '[.status,.trading_date]' '["open","2026-03-03"]'
  expect_exit 0 t orders --account alice --status closed
  expect_json '[.[] | select(.client_order_id == "day") | [.status,.updated_at]]' '[["expired","2026-03-02T21:00:00.000000000Z"]]'
  expect_exit 0 t replay journal
}

@test "it runs at the speed it is given, pauses, and refuses to go back" {
  simulated_suite
  expect_exit 0 t clock speed 3600 --dry-run
  expect_json '[.dry_run,.speed]' '[true,"3600"]'
  expect_exit 0 t clock speed 3600
  expect_exit 0 t clock resume
  expect_json .state '"running"'
  # A second is an hour: within some seconds the market has opened.
  for _ in $(seq 100); do
    [ "$(t market status | jq -r .status)" = open ] && break
    sleep 0.1
  done
  expect_exit 0 t market status
  expect_json .status '"open"'
  expect_exit 0 t clock pause
  expect_exit 0 t clock show
  first=$output
  sleep 0.3
  expect_exit 0 t clock show
  [ "$(jq -r .now <<<"$output")" = "$(jq -r .now <<<"$first")" ]
  expect_exit 3 t clock set 2026-03-02T09:00:00-05:00
  expect_error clock_goes_on
  expect_exit 2 t clock step 0s
  expect_exit 2 t clock speed 0
  expect_exit 2 t clock step 500d
}

@test "what an operator says of a time is about the suite's, not the machine's" {
  simulated_suite
  t account open carol --type margin --deposit 1000 >/dev/null
  # Long over by the machine's clock, and still to come by the suite's.
  expect_exit 0 t locate grant carol AAPL --quantity 10 --until 2026-03-03
  expect_json '[.quantity,.expires_at]' '[10,"2026-03-03T21:00:00.000000000Z"]'
  t clock set 2026-03-03 10:00 >/dev/null
  expect_exit 0 t place sell_short 1 AAPL --limit 150 --account carol
  t clock set 2026-03-04 10:00 >/dev/null
  expect_exit 3 t place sell_short 1 AAPL --limit 150 --account carol
  expect_error no_locate
  # To come by the machine's, and over by the suite's.
  local year
  for year in $(seq 2027 $(($(date +%Y) + 2))); do t clock set "$year-01-04" 10:00 >/dev/null; done
  expect_exit 2 t locate grant carol AAPL --quantity 10 --until "$((year - 1))-06-01"
  grep -q "over already: it is $year-01-04" <<<"$errors"
}

@test "a FIX session begins by the suite's clock, and hears of what comes after" {
  simulated_suite
  expect_exit 0 t fix session add BOT --accounts alice --dry-run
  expect_json .created_at '"2026-03-02T14:00:00.000000000Z"'
  t clock set 10:00 >/dev/null
  t down >/dev/null
  # The clock will go on from the journal's last moment.
  expect_exit 0 t fix session add BOT --accounts alice --dry-run
  expect_json .created_at '"2026-03-02T15:00:00.000000000Z"'
}

@test "after kill -9 the clock goes on from the journal's last moment" {
  simulated_suite
  t clock set 10:00 >/dev/null
  t clock speed 2 >/dev/null
  kill -9 "$(daemon_pid tradingd)"
  start_suite
  expect_exit 0 t clock show
  expect_json '[.now,.state,.speed]' '["2026-03-02T15:00:00.000000000Z","paused","2"]'
  expect_exit 0 t replay journal
}

@test "a suite on the machine's clock shows it and refuses to change it" {
  start_suite
  expect_exit 0 t clock show
  expect_json '[.simulated,.state,.speed]' '[false,"running","1"]'
  for change in pause resume "step 1h" "speed 2" "set 2100-01-01T00:00:00Z"; do
    expect_exit 4 t clock $change
    expect_error clock_not_simulated
  done
}

@test "a recording plays on the suite's clock, from one time to another, and pauses with it" {
  simulated_suite
  "$trade" generate itch --symbols 2 --messages 20000 --seed 5 >"$TRADE_HOME/day.itch"
  # Half an hour in six seconds, held in the middle.
  "$trade" --json replay itch "$TRADE_HOME/day.itch" --at 09:40 --until 10:10 --speed 300 >"$TRADE_HOME/summary" &
  replay=$!
  for _ in $(seq 100); do
    [[ "$(t clock show | jq -r .new_york)" > "2026-03-02 09:45" ]] && break
    sleep 0.05
  done
  t clock pause >/dev/null
  # What was under way when the clock stopped still arrives; then nothing does.
  before=none
  for _ in $(seq 40); do
    now=$(t status | jq '.[0].sequence')
    [ "$now" != "$before" ] || break
    before=$now
    sleep 0.5
  done
  sleep 0.5
  [ "$(t status | jq '.[0].sequence')" = "$before" ]
  kill -0 "$replay"
  t clock resume >/dev/null
  wait "$replay"
  output=$(cat "$TRADE_HOME/summary")
  expect_json '[(.messages > 1000), (.executions > 10), (.executions == .executions_exact)]' '[true,true,true]'
  expect_exit 0 t clock show
  expect_json .state '"paused"'
  [[ "$(jq -r .new_york <<<"$output")" > "2026-03-02 10:09:59" ]]
  # What was recorded at a time has that time, to what the way to the market takes at this speed.
  expect_exit 0 t journal dump
  late=$(jq -s '[.[] | select(.type == "print_trade" or .type == "place_order") | .timestamp] | max' <<<"$output")
  [[ "$late" < '"2026-03-02T15:10:30' ]]
  expect_exit 0 t replay journal
}

@test "at full speed a recording takes the clock along from second to second" {
  simulated_suite
  "$trade" generate itch --symbols 2 --messages 20000 --seed 5 >"$TRADE_HOME/day.itch"
  expect_exit 0 t replay itch "$TRADE_HOME/day.itch" --at 09:30 --until 09:50
  expect_exit 0 t clock show
  expect_json '[.new_york,.state]' '["2026-03-02 09:50:00","paused"]'
  expect_exit 0 t reconcile
}
