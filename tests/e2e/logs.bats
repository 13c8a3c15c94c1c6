#!/usr/bin/env bats
# What the daemons log, and what they take over while they run.
load suite.bash

# log_has DAEMON TEXT: its log comes to have the text.
log_has() {
  for _ in $(seq 100); do
    grep -qF -- "$2" "$TRADE_HOME/log/$1.log" && return
    sleep 0.1
  done
  echo "not in $1's log: $2"
  cat "$TRADE_HOME/log/$1.log"
  return 1
}

@test "the level of each daemon is shown and changed while it runs" {
  start_suite
  expect_exit 0 t log level
  expect_json 'map(.daemon)' '["tradingd","ledgerd","feedd","gatewayd"]'
  expect_json 'all(.[]; .level == "info")' true
  expect_exit 0 t log level ledgerd debug
  expect_json . '[{"daemon":"ledgerd","level":"debug"}]'
  log_has ledgerd "the log level is debug from now on, it was info"
  expect_exit 0 t log level tradingd
  expect_json '.[0].level' '"info"'
  expect_exit 0 t log level all warning
  expect_json 'map(.level) | unique' '["warning"]'
  expect_exit 2 t log level tradingd loud
  expect_exit 2 t log level nobody info
  expect_exit 0 t log level feedd off
  expect_exit 7 t log level fixd
}

@test "lines are text, or one JSON object each" {
  TRADE_LOG_FORMAT=json start_suite
  for daemon in tradingd ledgerd feedd gatewayd; do
    log_has $daemon '"message"'
    jq -es 'length > 0 and all(.[]; has("time") and has("level") and has("daemon") and has("message"))' \
      "$TRADE_HOME/log/$daemon.log" >/dev/null
  done
  t down >/dev/null
  rm "$TRADE_HOME"/log/*.log
  start_suite
  log_has tradingd " info tradingd: "
}

@test "a reload takes over what can be, and says what cannot" {
  start_suite
  t market status | jq -e '.status == "open"'
  t config set tradingd.opening_call_minutes 5 >/dev/null
  t config set tradingd.batch_commands_max 77 >/dev/null
  t config set log.format json >/dev/null
  t config set gatewayd.requests_per_minute 3 >/dev/null
  t config set gatewayd.connections_max 9 >/dev/null
  expect_exit 0 t reload
  expect_json 'map(.daemon)' '["tradingd","ledgerd","feedd","gatewayd"]'
  log_has tradingd "reload: tradingd.opening_call_minutes is '5' from now on, it was '0'"
  log_has tradingd "reload: tradingd.batch_commands_max stays '4096': '77' needs a new start of tradingd"
  log_has gatewayd "reload: gatewayd.requests_per_minute is '3' from now on, it was '200'"
  log_has gatewayd "reload: gatewayd.connections_max stays '4096'"
  for daemon in tradingd ledgerd feedd gatewayd; do log_has $daemon "reload: log.format is 'json'"; done
  tail -1 "$TRADE_HOME/log/ledgerd.log" | jq -e .message
  refute grep -q "gatewayd" "$TRADE_HOME/log/ledgerd.log"
  # What becomes of the log is in it, whatever it leaves out from then on.
  t config set log.level error >/dev/null
  t config set tradingd.batch_commands_max 78 >/dev/null
  expect_exit 0 t reload
  for daemon in tradingd ledgerd feedd gatewayd; do
    log_has $daemon "reload: log.level is 'error' from now on, it was 'info'"
  done
  log_has tradingd "reload: tradingd.batch_commands_max stays '4096': '78' needs a new start of tradingd"
  # The new limit holds.
  t account open alice --deposit 100 >/dev/null
  key=$(t key create --account alice --role viewer)
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")/api/v1/account
  statuses=$(for _ in 1 2 3 4; do
    curl -s -o /dev/null -w "%{http_code} " --header "APCA-API-KEY-ID: $(jq -r .id <<<"$key")" \
      --header "APCA-API-SECRET-KEY: $(jq -r .secret <<<"$key")" "$url"
  done)
  [ "$statuses" = "200 200 200 429 " ]
}

@test "the calendar is taken over, and the session follows it" {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-01T12:00:00-05:00
  start_suite
  t market status | jq -e '.status == "open"'
  t config set tradingd.calendar us >/dev/null
  t reload tradingd >/dev/null
  log_has tradingd "reload: tradingd.calendar is 'us'"
  # A Sunday, which belonged to Monday while the market never closed: there is no session.
  t market status | jq -e '.status == "closed" and .trading_date == "2026-03-02"'
  t clock set 2026-03-02 10:00 >/dev/null
  t market status | jq -e '.status == "open" and .trading_date == "2026-03-02"'
  t clock set 2026-03-02 16:30 >/dev/null
  t market status | jq -e '.status == "closed" and .trading_date == "2026-03-02"'
}

@test "a calendar that is another after a restart is followed at once; the same leaves what was done by hand" {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-03T18:00:00-05:00
  start_suite
  t account open alice --deposit 100 >/dev/null
  t market status | jq -e '.status == "open"'
  "$trade" down >/dev/null
  t config set tradingd.calendar us >/dev/null
  # A Tuesday's evening, and something happened after the close.
  start_suite
  t market status | jq -e '.status == "closed" and .trading_date == "2026-03-03"'
  t market open >/dev/null
  "$trade" down >/dev/null
  start_suite
  t market status | jq -e '.status == "open"'
  t market close >/dev/null
  kill -9 "$(cat "$TRADE_HOME/run/tradingd.pid")"
  t config set tradingd.calendar always >/dev/null
  start_suite
  t market status | jq -e '.status == "open"'
}

@test "a configuration that is not valid is refused by the command, and changes nothing where a signal comes" {
  start_suite
  echo 'nonsense = [' >>"$TRADE_HOME/trade.toml"
  expect_exit 2 t reload
  grep -q "trade.toml" <<<"$errors"
  kill -HUP "$(cat "$TRADE_HOME/run/feedd.pid")"
  log_has feedd "reload: everything stays as it was"
  rm "$TRADE_HOME/trade.toml"
  expect_exit 0 t reload feedd
  log_has feedd "reload: nothing has changed"
}
