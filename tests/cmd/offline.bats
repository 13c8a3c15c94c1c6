#!/usr/bin/env bats
# Commands that work without a suite: configuration, generated data, journals that are none.
load command_line.bash

@test "config: defaults, file, environment, in this order" {
  expect 0 "$trade" config get trade.timeout_seconds
  [ "$output" = 5 ]
  expect 0 "$trade" config set trade.timeout_seconds 9
  expect 0 "$trade" config get trade.timeout_seconds
  [ "$output" = 9 ]
  TRADE_TRADE_TIMEOUT_SECONDS=11 expect 0 "$trade" config get trade.timeout_seconds
  [ "$output" = 11 ]
  expect 0 "$trade" --json config get trade.timeout_seconds
  jq -e '.origin | test("trade.toml")' <<<"$output"
}

@test "config: a dry run writes nothing" {
  expect 0 "$trade" config set log.level debug --dry-run
  [ ! -e "$TRADE_HOME/trade.toml" ]
  expect 2 "$trade" config set log.level loud
  expect 2 "$trade" config set log.levle debug
  grep -q "log.level" <<<"$errors"
  expect 2 "$trade" config get nothing.here
}

@test "config: the sample is valid and says every default" {
  "$trade" config sample >"$TRADE_HOME/trade.toml"
  expect 0 "$trade" config check
  expect 0 "$trade" --json config show
  [ "$(jq -c '[.[].origin]|unique' <<<"$output")" = '["default"]' ]
}

@test "config: check finds everything that is wrong, with its line" {
  printf '[log]\nlevel = "loud"\nnonsense = 1\n' >"$TRADE_HOME/trade.toml"
  expect 1 "$trade" --json config check
  [ "$(jq '.problems | length' <<<"$output")" = 2 ]
  [ "$(jq -r .valid <<<"$output")" = false ]
  grep -q "trade.toml:2" <<<"$output"
  expect 1 "$trade" config check
  grep -q "trade.toml:2" <<<"$errors"
}

@test "config: a default output mode holds for every command" {
  "$trade" config set trade.output json
  expect 0 "$trade" version
  jq -e .version <<<"$output"
  expect 0 "$trade" version -o table
  refused jq -e .version <<<"$output" 2>/dev/null
}

@test "a configuration file that is named must exist" {
  expect 5 "$trade" --config "$TRADE_HOME/none.toml" config show
  grep -q "none.toml" <<<"$errors"
}

@test "generate itch: the same bytes for the same seed, and no terminal gets them" {
  "$trade" generate itch --symbols 3 --messages 5000 --seed 7 >"$TRADE_HOME/a"
  "$trade" generate itch --symbols 3 --messages 5000 --seed 7 >"$TRADE_HOME/b"
  "$trade" generate itch --symbols 3 --messages 5000 --seed 8 >"$TRADE_HOME/c"
  cmp "$TRADE_HOME/a" "$TRADE_HOME/b"
  refused cmp -s "$TRADE_HOME/a" "$TRADE_HOME/c"
  expect 2 "$trade" generate itch --symbols 0
  expect 2 "$trade" generate itch --symbols 3 --messages 3
}

@test "replay itch --dry-run reads a file and its books without a suite" {
  "$trade" generate itch --symbols 3 --messages 5000 --seed 7 >"$TRADE_HOME/day.itch"
  expect 0 "$trade" --json replay itch "$TRADE_HOME/day.itch" --dry-run
  [ "$(jq -c '[.messages, .symbols, .executions > 0, .executions == .executions_exact]' <<<"$output")" = '[5000,3,true,true]' ]
  [ "$(jq '[.by_type[]] | add' <<<"$output")" = 5000 ]
  head -c 3000 "$TRADE_HOME/day.itch" >"$TRADE_HOME/short.itch"
  expect 1 "$trade" replay itch "$TRADE_HOME/short.itch" --dry-run
  grep -q "short.itch" <<<"$errors"
  expect 5 "$trade" replay itch "$TRADE_HOME/none.itch" --dry-run
  : >"$TRADE_HOME/empty.itch"
  expect 1 "$trade" replay itch "$TRADE_HOME/empty.itch" --dry-run
}

@test "replay itch plays only the symbols that are asked for" {
  "$trade" generate itch --symbols 3 --messages 5000 --seed 7 >"$TRADE_HOME/day.itch"
  expect 0 "$trade" --json replay itch "$TRADE_HOME/day.itch" --dry-run --symbol AAAB
  [ "$(jq -c '[.messages, .symbols]' <<<"$output")" = '[5000,1]' ]
}

@test "journals that are none are not found" {
  for command in "journal verify" "journal dump" "journal hash" "replay journal"; do
    expect 5 "$trade" $command
    expect 5 "$trade" $command "$TRADE_HOME/nowhere"
  done
}

@test "symbol import names the file and line that is wrong" {
  expect 5 "$trade" symbol import "$TRADE_HOME/none.txt"
  printf 'Name|Price\nA|1\n' >"$TRADE_HOME/wrong.txt"
  expect 1 "$trade" symbol import "$TRADE_HOME/wrong.txt"
  grep -q "wrong.txt:1" <<<"$errors"
}

@test "doctor without a suite says what does not run" {
  expect 1 "$trade" --json doctor
  [ "$(jq -r '.[] | select(.check == "tradingd") | .state' <<<"$output")" = error ]
  chmod 755 "$TRADE_HOME"
  expect 1 "$trade" doctor
  grep -q "chmod 700" <<<"$errors"
}
