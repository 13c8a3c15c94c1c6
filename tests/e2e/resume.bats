#!/usr/bin/env bats
# Streams that are resumed with --from-sequence: a consumer that was away misses nothing and gets nothing twice.
load suite.bash

setup() {
  new_home
  small_market
  t account transfer-in bob AAPL 1000000 --cost 100 >/dev/null
  t account deposit alice 100000000 >/dev/null
}

teardown() {
  [ -z "${flow:-}" ] || kill "$flow" 2>/dev/null || true
  remove_home
}

# trade_at PRICE: one trade of one share.
trade_at() {
  t place sell 1 AAPL --limit "$1" --account bob >/dev/null
  t place buy 1 AAPL --limit "$1" --account alice >/dev/null
}

# trades: the sequences of every trade there ever was, from the journal.
trades() {
  "$trade" events --from-sequence 1 --until-now --jsonl --filter 'type == trade_executed or type == trade_printed' | jq .sequence
}

# until_lines N FILE: waits until the file has as many lines.
until_lines() {
  local tries=0
  until [ "$(wc -l <"$2")" -ge "$1" ]; do
    [ $((++tries)) -lt 600 ] || { echo "$2 has only $(wc -l <"$2") lines, not $1"; return 1; }
    sleep 0.05
  done
}

# next_sequence FILE: what a consumer resumes with that has worked through the file's whole lines.
next_sequence() {
  echo $(($(grep '}$' "$1" | tail -n 1 | jq .sequence) + 1))
}

@test "a consumer of the tape that is killed again and again, and feedd too, has every trade once" {
  # Trades all the while, 200 of them.
  (for i in $(seq 200); do trade_at "$((140 + i % 10)).00" || exit 1; done) 3>&- &
  flow=$!
  : >"$TRADE_HOME/seen"
  local from=1
  for round in 1 2 3; do
    "$trade" tape AAPL --jsonl --from-sequence "$from" >"$TRADE_HOME/part" 3>&- &
    local consumer=$!
    until_lines 30 "$TRADE_HOME/part"
    [ "$round" -ne 2 ] || { kill -9 "$(daemon_pid feedd)" && "$trade" up >/dev/null; }
    until_lines 50 "$TRADE_HOME/part"
    kill -9 "$consumer"
    wait "$consumer" || true
    from=$(next_sequence "$TRADE_HOME/part")
    # A line that was being written when it was killed was not worked through.
    grep '}$' "$TRADE_HOME/part" >>"$TRADE_HOME/seen"
  done
  wait "$flow"
  flow=""
  [ "$(trades | wc -l)" -eq 200 ]
  expect_exit 0 timeout 60 "$trade" tape AAPL --jsonl --from-sequence "$from" \
    --count $((200 - $(wc -l <"$TRADE_HOME/seen")))
  printf '%s\n' "$output" >>"$TRADE_HOME/seen"
  diff <(jq .sequence "$TRADE_HOME/seen") <(trades)
  # Nothing more comes.
  expect_exit 0 "$trade" tape AAPL --jsonl --from-sequence "$(next_sequence "$TRADE_HOME/seen")" --for 0.5
  [ -z "$output" ]
}

@test "what the tape no longer has is said, with where to begin" {
  "$trade" generate itch --symbols 1 --messages 30000 --seed 11 >"$TRADE_HOME/day.itch"
  t replay itch "$TRADE_HOME/day.itch" >/dev/null
  local all oldest
  all=$(trades)
  [ "$(wc -l <<<"$all")" -gt 3000 ]
  oldest=$(t tape AAAA --limit 100000 | jq '.[-1].sequence')
  [ "$oldest" = "$(tail -n 1000 <<<"$all" | head -n 1)" ]
  for from in 1 $((oldest - 1)); do
    expect_exit 5 t tape AAAA --from-sequence "$from"
    expect_error trades_not_kept
    jq -e --arg from "$from" --arg oldest "$oldest" '(.message | contains("from sequence " + $from + " ") and endswith(" " + $oldest)) and
      (.hint | endswith("trade events --from-sequence " + $from))' <<<"$errors"
  done
  expect_exit 0 "$trade" tape AAAA --jsonl --from-sequence "$oldest" --count 1000
  [ "$(jq .sequence <<<"$output")" = "$(tail -n 1000 <<<"$all")" ]
  expect_exit 0 "$trade" tape AAAA --jsonl --from-sequence $((oldest + 1)) --count 999
  [ "$(jq .sequence <<<"$output")" = "$(tail -n 999 <<<"$all")" ]
  # Of a symbol that has traded less, everything is there.
  trade_at 150.00
  expect_exit 0 "$trade" tape AAPL --jsonl --from-sequence 1 --count 1
  [ "$(jq .sequence <<<"$output")" = "$(trades | tail -n 1)" ]
}

@test "quotes and depth: nothing while nothing has changed, else the newest state, then the changes" {
  t place buy 5 AAPL --limit 99.00 --account alice >/dev/null
  local stream sequence
  for stream in "quote AAPL" "depth AAPL"; do
    expect_exit 0 "$trade" $stream --watch --jsonl --count 1
    sequence=$(jq .sequence <<<"$output")
    [ "$sequence" -gt 1 ]
    # Seen already: nothing, whatever others do meanwhile.
    t account deposit alice 1 >/dev/null
    expect_exit 0 "$trade" $stream --jsonl --from-sequence $((sequence + 1)) --for 0.5
    [ -z "$output" ]
    expect_exit 0 "$trade" $stream --jsonl --from-sequence "$sequence" --for 0.5
    [ "$(jq .sequence <<<"$output")" = "$sequence" ]
    # Several changes while nobody looked are one line; what happens then is another.
    t place buy 6 AAPL --limit 99.10 --account alice >/dev/null
    t place buy 7 AAPL --limit 99.20 --account alice >/dev/null
    "$trade" $stream --jsonl --from-sequence $((sequence + 1)) --count 2 >"$TRADE_HOME/changes" 3>&- &
    flow=$!
    until_lines 1 "$TRADE_HOME/changes"
    t cancel --all --account alice >/dev/null
    wait "$flow"
    flow=""
    [ "$(jq -s '.[0].sequence < .[1].sequence and .[0].sequence > '"$sequence" "$TRADE_HOME/changes")" = true ]
    grep -q '99.20' <(head -n 1 "$TRADE_HOME/changes")
  done
  # Of several symbols, those that changed since.
  t symbol add MSFT --previous-close 400 >/dev/null
  t place buy 1 MSFT --limit 399 --account alice >/dev/null
  sequence=$(t quote MSFT | jq .sequence)
  expect_exit 0 "$trade" quote --jsonl --from-sequence "$sequence" --for 0.5
  [ "$(jq -r .symbol <<<"$output")" = MSFT ]
  expect_exit 0 "$trade" depth MSFT -o csv
  [ "$(head -n 1 <<<"$output")" = symbol,level,bid_orders,bid_size,bid,ask,ask_size,ask_orders,sequence ]
}

@test "bars are resumed with the start of the last one seen" {
  (for i in $(seq 150); do trade_at "$((140 + i % 10)).00" || exit 1; done) 3>&- &
  flow=$!
  local from=2020-01-01
  : >"$TRADE_HOME/seen"
  for _ in 1 2 3; do
    "$trade" bars AAPL --interval 1s --watch --from "$from" --jsonl >"$TRADE_HOME/part" 3>&- &
    local consumer=$!
    until_lines 4 "$TRADE_HOME/part"
    kill -9 "$consumer"
    wait "$consumer" || true
    grep '}$' "$TRADE_HOME/part" >>"$TRADE_HOME/seen"
    [ "$from" = 2020-01-01 ] || [ "$(head -n 1 "$TRADE_HOME/part" | jq -r .start)" = "$from" ]
    from=$(tail -n 1 "$TRADE_HOME/seen" | jq -r .start)
  done
  wait "$flow"
  flow=""
  expect_exit 0 "$trade" bars AAPL --interval 1s --watch --from "$from" --jsonl --for 1
  printf '%s\n' "$output" >>"$TRADE_HOME/seen"
  # The last state of each is what feedd has.
  diff <(jq -sc 'group_by(.start) | map(last | [.start, .open, .high, .low, .close, .volume, .trades])' "$TRADE_HOME/seen") \
    <(t bars AAPL --interval 1s --from 2020-01-01 | jq -c 'map([.start, .open, .high, .low, .close, .volume, .trades])')
  [ "$(jq -s 'group_by(.start) | map(last.volume) | add' "$TRADE_HOME/seen")" -eq 150 ]
  expect_exit 2 t bars AAPL --watch --from 2020-01-01 --limit 5
  expect_exit 2 t bars AAPL --watch --to 2020-01-01
  expect_exit 0 "$trade" bars AAPL --watch --from 2190-01-01 --jsonl --for 0.5
  [ -z "$output" ]
}
