#!/usr/bin/env bats
# What a monitor asks for is what the suite serves.
load suite.bash

@test "every metric that the dashboard and the alerts name is served" {
  export TRADE_FIXD_LISTEN=127.0.0.1:0
  small_market
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  start_suite
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  t place buy 10 AAPL --account alice >/dev/null
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  curl -s "$url/api/v1/account" >/dev/null
  curl -s "$url/metrics" >"$TRADE_HOME/metrics"
  grep -q '^trade_up{daemon="fixd"} 1$' "$TRADE_HOME/metrics"
  python3 "$BATS_TEST_DIRNAME/dashboard.py" "$TRADE_SOURCE_DIR/share" <"$TRADE_HOME/metrics"
}

@test "a daemon that does not run is told as down, and fixd alone where there is one" {
  start_suite
  kill -9 "$(daemon_pid feedd)"
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  metrics=$(curl -s --max-time 20 "$url/metrics")
  grep -q '^trade_up{daemon="feedd"} 0$' <<<"$metrics"
  grep -q '^trade_up{daemon="tradingd"} 1$' <<<"$metrics"
  refute grep -q 'daemon="fixd"' <<<"$metrics"
}
