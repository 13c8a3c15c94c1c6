#!/usr/bin/env bats
# The soak in small: a load, visitors and subscribers that come and go, and nothing of theirs that stays behind.
load suite.bash
load routing.bash

@test "what visitors and subscribers held is given back, and the samples say so" {
  output=$(t bench soak --seconds 4 --sample-seconds 1 --rate 300 --accounts 50 --symbols 4 --visitors 5 --subscribers 3 \
    2>"$BATS_TEST_TMPDIR/progress")
  jq -e '.orders == 1200 and .rejected == 0 and .visits >= 15 and .quotes_received > 0 and .quotes_missed == 0' <<<"$output"
  jq -e '.samples | length >= 4' <<<"$output"
  # From the first sample on, at which the first of them are there.
  jq -e '.samples[1:] | all(.tradingd.own_bytes > 0 and .ledgerd.own_bytes > 0 and .feedd.own_bytes > 0)' <<<"$output"
  for daemon in tradingd ledgerd feedd; do
    jq -e --arg daemon $daemon '[.samples[1:][][$daemon].open_files] | max - min <= 6' <<<"$output"
  done
  grep -q '^.* s, .* orders; feedd .* MiB, .* files; ' "$BATS_TEST_TMPDIR/progress"
}

@test "an interrupt ends it early with what there is" {
  "$trade" --json bench soak --seconds 600 --sample-seconds 1 --rate 300 --accounts 50 --symbols 4 \
    >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/progress" 3>&- &
  local pid=$!
  await 60 grep -q ' orders; feedd ' "$BATS_TEST_TMPDIR/progress"
  kill -TERM $pid
  status=0
  wait $pid || status=$?
  [ "$status" -eq 130 ]
  jq -e '.orders > 0 and (.samples | length >= 1)' "$BATS_TEST_TMPDIR/out"
}
