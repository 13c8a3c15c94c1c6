#!/usr/bin/env bats
# What the command line says of itself and of wrong words.
load command_line.bash

@test "without arguments it shows how to begin" {
  expect 0 "$trade"
  grep -q "trade up" <<<"$output"
  [ -z "$errors" ]
}

@test "help lists every command, and explains each" {
  expect 0 "$trade" help
  grep -q "place" <<<"$output"
  expect 0 "$trade" --help
  grep -q "Global options" <<<"$output"
  while read -r command; do
    expect 0 "$trade" help $command
    [ "$(head -1 <<<"$output" | cut -d' ' -f1-2)" = "usage: trade" ]
    expect 0 "$trade" $command --help
  done < <("$trade" -o jsonl help | sed -n 's/^{"command":"trade \([^"]*\)".*/\1/p')
}

@test "an unknown command names the nearest one" {
  usage_error plaec buy 10 AAPL
  grep -q "did you mean 'trade place'" <<<"$errors"
  usage_error qoute AAPL
  grep -q "did you mean 'trade quote'" <<<"$errors"
  usage_error account opne alice
  grep -q "did you mean 'trade account open'" <<<"$errors"
  usage_error help quotee
  grep -q "trade quote" <<<"$errors"
  usage_error xyzzyplugh
}

@test "an unknown option names the nearest one" {
  usage_error place buy 10 AAPL --limitt 5
  grep -q -- "--limit" <<<"$errors"
  usage_error orders --statsu open
  grep -q -- "--status" <<<"$errors"
}

@test "a group without a command lists its commands" {
  usage_error account
  grep -q "deposit" <<<"$errors"
}

@test "wrong arguments are named" {
  usage_error place hold 10 AAPL
  grep -q "side: not one of buy|sell" <<<"$errors"
  usage_error place buy 1.5 AAPL
  grep -q "quantity: not a quantity" <<<"$errors"
  usage_error place buy -5 AAPL
  usage_error place buy 0 AAPL
  usage_error place buy 10 "A B"
  usage_error place buy 10 AAPL --limit 1.00001
  grep -q -- "--limit: not a price" <<<"$errors"
  usage_error place buy 10 AAPL --limit -1
  usage_error place buy 10 AAPL --tif never
  usage_error place buy 10
  grep -q "symbol is required" <<<"$errors"
  usage_error place buy 10 AAPL MSFT
  grep -q "unexpected argument 'MSFT'" <<<"$errors"
  usage_error place buy 10 AAPL --client-id " spaces "
  usage_error orders --limit 0
  usage_error wait 5 --for ever
  usage_error depth AAPL --levels 1001
  usage_error account open "no spaces"
  usage_error account deposit alice 0
  usage_error account limits alice --max-position -1
  usage_error rules set --price-collar 10
  usage_error --timeout 0 status
  usage_error -o xml status
  usage_error up --only nothingd
  usage_error market open --date tomorrow
  usage_error replay itch file --speed fast
}

@test "an order's type and its prices must fit" {
  usage_error place buy 10 AAPL --type limit
  grep -q "needs --limit" <<<"$errors"
  usage_error place buy 10 AAPL --type market --limit 5
  grep -q "takes no --limit" <<<"$errors"
  usage_error place buy 10 AAPL --type stop_loss --limit 5
  usage_error place buy 10 AAPL --type stop_limit --stop 5
  usage_error place buy 10 AAPL --type limit --limit 5 --stop 6
}

@test "cancel and replace want something to do" {
  usage_error cancel
  usage_error cancel 5 --all
  usage_error cancel 5 --symbol AAPL
  usage_error cancel zero
  usage_error replace 5
}

@test "in JSON modes errors are one object, usage errors too" {
  for mode in "--json" "-o json" "--output=jsonl" "-ojson"; do
    expect 2 "$trade" $mode place hold 10 AAPL
    [ "$(jq -r .error <<<"$errors")" = usage ]
    [ "$(jq -r '.message, .hint | type' <<<"$errors" | head -1)" = string ]
  done
  expect 2 "$trade" place hold 10 AAPL --json
  [ "$(jq -r .error <<<"$errors")" = usage ]
}

@test "globals work before and after the command" {
  expect 0 "$trade" --json version
  [ "$(jq -r .version <<<"$output")" != null ]
  expect 0 "$trade" version --json
  [ "$(jq -r .version <<<"$output")" != null ]
  expect 0 "$trade" config get log.level --output json --home "$TRADE_HOME/other"
  [ "$(jq -r .value <<<"$output")" = info ]
}

@test "the version, twice" {
  expect 0 "$trade" --version
  version=$output
  expect 0 "$trade" version
  [ "$output" = "$version" ]
}

@test "an argument that is called as a command is an argument" {
  expect 7 "$trade" account show orders
  expect 7 "$trade" account show status
}

@test "where nothing runs: exit 7, and what to do" {
  for command in "place buy 1 AAPL --account a" "orders --account a" "account list" "symbol list" "portfolio --account a" \
    "quote AAPL" "quote AAPL --watch" "depth AAPL" "tape AAPL" "market status" "rules show" "reconcile" "cancel 5 --account a" \
    "account open alice" "wait 5 --account a" "fills --account a" "symbol add AAPL" "market close"; do
    expect 7 "$trade" --json --timeout 0.3 $command
    [ "$(jq -r .error <<<"$errors")" = not_running ] || { echo "$command: $errors"; false; }
    [ -z "$output" ]
  done
  expect 7 "$trade" --json status
  [ "$(jq -c '[.[].state]|unique' <<<"$output")" = '["stopped"]' ]
  expect 0 "$trade" down
}

@test "a full or closed output is told, or nothing is" {
  [ -e /dev/full ] || skip "no /dev/full here"
  status=0
  "$trade" help >/dev/full 2>"$TRADE_HOME/.stderr" || status=$?
  [ "$status" = 1 ]
  grep -q "standard output" "$TRADE_HOME/.stderr"
  { status=0; "$trade" help || status=$?; echo "$status" >"$TRADE_HOME/.status"; } | true
  [ "$(cat "$TRADE_HOME/.status")" = 0 ]
}

@test "values that cannot be are refused with what can be" {
  usage_error rules set --margin-multiplier 0.5
  grep -q "from 1.00 to 10.00" <<<"$errors"
  usage_error rules set --margin-multiplier 11
  grep -q "from 1.00 to 10.00" <<<"$errors"
  usage_error rules set --price-collar 100.01%
  grep -q "from 0% to 100%" <<<"$errors"
  usage_error rules set --short-margin 99%
  usage_error place buy 1 AAPL --limit 1 --limit 2
  grep -q -- "--limit is given more than once" <<<"$errors"
  usage_error place buy 1 AAPL --limit 1 --until 1969-12-31
  grep -q "before 1970" <<<"$errors"
  usage_error bars AAPL --from 1960-01-01
  usage_error statement alice --from 2026-11-28 --to 2026-11-27
  grep -q -- "--to is before --from" <<<"$errors"
  usage_error symbol add ^X
  grep -q "begins with a letter" <<<"$errors"
}

@test "what is no list takes no part of one" {
  usage_error journal dump --filter "type == trade_executed"
  grep -q "jq" <<<"$errors"
  usage_error journal scenario --fields id
  usage_error completion bash --sort id
}

@test "help and scenarios are lists, too" {
  expect 0 "$trade" --jsonl help --fields command
  grep -qx '{"command":"trade place"}' <<<"$output"
  expect 0 "$trade" -o csv help --fields command,help
  grep -q '^trade place,' <<<"$output"
  usage_error --json help --fields comand
  grep -q "did you mean 'command'" <<<"$errors"
  printf 'scenario one\n  symbol add AAPL\nscenario two\n  symbol add MSFT\n  expect symbol MSFT: lot=2\n' \
    >"$TRADE_HOME/two.scenario"
  expect 0 "$trade" -o csv test --list "$TRADE_HOME/two.scenario" --fields line,scenario --sort -line
  [ "$output" = $'line,scenario\n3,two\n1,one' ]
  expect 8 "$trade" test "$TRADE_HOME/two.scenario" --fields scenario,verdict
  grep -qE '^two +failed$' <<<"$output"
  usage_error test "$TRADE_HOME/two.scenario" --fields vredict
  grep -q "did you mean 'verdict'" <<<"$errors"
  usage_error test "$TRADE_HOME/two.scenario" --update --fields verdict
  usage_error test "$TRADE_HOME/two.scenario" --tap --sort verdict
}

@test "an account cannot be called as an option looks" {
  for name in - -x --help; do
    expect 2 "$trade" --json account open -- "$name"
    grep -q "begins with a dash" <<<"$errors"
  done
  usage_error log level debug
  grep -q "trade log level all debug" <<<"$errors"
}

@test "an endless file is not read to its end" {
  expect 1 timeout 20 "$trade" symbol import /dev/zero
  grep -q "64 KiB" <<<"$errors"
}
