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

@test "every stream there is ends with its reader" {
  local -A streams=(
    [quote]="quote --watch AAPL"
    [depth]="depth AAPL --watch"
    [tape]="tape AAPL --watch"
    [bars]="bars AAPL --interval 1s --watch"
    [events]="events --from-sequence 1"
  )
  # A stream is what can be told to end after a count: one that is not tried here fails this test.
  expect_exit 0 t help
  for command in $(jq -r '.[] | select(.options | index("--count")) | .command | ltrimstr("trade ")' <<<"$output"); do
    [ -n "${streams[$command]:-}" ] || { echo "nothing tries 'trade $command' in a pipe"; return 1; }
    for format in --jsonl "-o csv" ""; do
      ends_at_once ${streams[$command]} $format
    done
    unset "streams[$command]"
  done
  [ "${#streams[@]}" -eq 0 ] || { echo "no streams: ${!streams[*]}"; return 1; }
}

@test "streams that begin elsewhere, and long outputs, end with their reader" {
  ends_at_once quote --watch --jsonl
  ends_at_once events --jsonl
  ends_at_once events --account alice --jsonl
  ends_at_once journal dump -o jsonl
  ends_at_once journal scenario
  ends_at_once fills --jsonl
  ends_at_once orders --status all --jsonl
  ends_at_once statement alice -o csv
  timeout 20 bash -o pipefail -c '"$0" generate itch --symbols 50 --messages 2000000 | head -c 1000 >/dev/null' "$trade"
}
