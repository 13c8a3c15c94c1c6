#!/usr/bin/env bats
# Every stream in a pipe, while the market moves: when its reader has enough, the pipeline ends with exit 0.
load suite.bash

# ends_at_once COMMAND...: its reader takes five lines.
ends_at_once() {
  local began took
  began=$(date +%s%N)
  timeout 20 bash -o pipefail -c "\"\$0\" $* | head -n 5 >\"$TRADE_HOME/lines\"" "$trade" || {
    echo "exit $? of: trade $* | head -n 5"
    return 1
  }
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$(wc -l <"$TRADE_HOME/lines")" -eq 5 ] || { echo "lines of trade $*:"; cat "$TRADE_HOME/lines"; return 1; }
  echo "$took ms: trade $* | head -n 5"
}

setup() {
  new_home
  small_market
  t account transfer-in bob AAPL 100000 --cost 100 >/dev/null
  t account deposit alice 100000000 >/dev/null
  # A market that moves until the test is over.
  (while :; do
    "$trade" place sell 10 AAPL --limit 150.$((RANDOM % 90 + 10)) --account bob >/dev/null 2>&1 || exit 0
    "$trade" place buy 10 AAPL --limit 151 --account alice >/dev/null 2>&1 || exit 0
  done) 3>&- &
  market=$!
}

teardown() {
  kill "$market" 2>/dev/null || true
  remove_home
}

@test "quotes, depth, trades, bars and events end with their reader" {
  ends_at_once quote --watch AAPL --jsonl
  ends_at_once quote --watch AAPL -o csv
  ends_at_once depth AAPL --watch --jsonl
  ends_at_once tape AAPL --watch --jsonl
  ends_at_once bars AAPL --interval 1s --watch --jsonl
  ends_at_once events --jsonl
  ends_at_once events --from-sequence 1 --jsonl
  ends_at_once journal dump -o jsonl
}
