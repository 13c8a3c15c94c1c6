#!/usr/bin/env bats
# What scripts do with lists and streams: fields, order and filters, resuming, closed pipes, statements, export.
load suite.bash

# Four orders of alice's, two of them filled.
some_orders() {
  small_market
  t place sell 50 AAPL --limit 10.5 --account bob >/dev/null
  for quantity in 20 9 30 5; do
    t place buy $quantity AAPL --limit "$([ $quantity -gt 10 ] && echo 10.50 || echo 9.75)" --account alice >/dev/null
  done
}

@test "fields, sort and filter, in every kind of output" {
  some_orders
  export TRADE_ACCOUNT=alice
  expect_exit 0 "$trade" -o csv orders --status all --fields quantity,status --sort -quantity
  [ "$output" = $'quantity,status\n30,filled\n20,filled\n9,submitted\n5,submitted' ]
  expect_exit 0 t orders --status all --filter 'status == filled and quantity > 20' --fields id,quantity
  expect_json '[.[] | [keys_unsorted, .quantity]]' '[[["id","quantity"],30]]'
  expect_exit 0 "$trade" orders --status all --fields side,price --filter 'price < 10'
  [ "$(wc -l <<<"$output")" -eq 3 ]
  grep -q 'SIDE *PRICE' <<<"$output"
  expect_exit 0 "$trade" account list --jsonl --filter 'cash_balance >= 10000' --fields id
  [ "$output" = '{"id":"bob"}' ]
  expect_exit 0 t portfolio --filter 'quantity > 100'
  expect_json .positions '[]'
  expect_exit 2 t orders --fields id,statsu
  expect_error usage
  grep -q "did you mean 'status'" <<<"$errors"
  expect_exit 2 t orders --filter 'quantity >'
  expect_error usage
  # What changes something is not done first and then found wanting.
  expect_exit 2 t place buy 1 AAPL --limit 1 --fields id
  expect_exit 0 t orders
  expect_json length 2
}

@test "events: from any one on, of one account, and none is missed" {
  some_orders
  expect_exit 0 "$trade" events --from-sequence 1 --until-now --jsonl
  local all=$output last
  last=$(tail -1 <<<"$all" | jq .sequence)
  [ "$(jq .sequence <<<"$all")" = "$(seq 1 "$last")" ]
  # A reader that was away goes on with the one after the last that it has seen.
  t place buy 1 AAPL --limit 9 --account alice >/dev/null
  expect_exit 0 "$trade" events --from-sequence $((last + 1)) --until-now --jsonl
  [ "$(head -1 <<<"$output" | jq .sequence)" -eq $((last + 1)) ]
  expect_exit 0 "$trade" events --from-sequence 1 --until-now --account alice -o csv --fields type,account
  refute grep -q ',bob' <<<"$output"
  grep -q 'trade_executed' <<<"$output"
  expect_exit 5 t events --account nobody --for 1
  # It goes on with what happens.
  "$trade" events --jsonl --count 1 --for 20 >"$TRADE_HOME/next" &
  local following=$!
  for _ in $(seq 50); do
    t place buy 1 AAPL --limit 8 --account alice >/dev/null
    kill -0 $following 2>/dev/null || break
    sleep 0.2
  done
  wait $following
  [ "$(jq -r 'has("sequence")' "$TRADE_HOME/next")" = true ]
}

@test "a closed pipe ends every stream at once, also a silent one" {
  some_orders
  local command status started
  for command in "quote AAPL --watch" "depth AAPL --watch" "tape AAPL --watch" "bars AAPL --watch" \
    "events --from-sequence 1"; do
    # shellcheck disable=SC2086 # the words of the command
    status=$(
      set +o pipefail
      { timeout 20 "$trade" $command --jsonl; echo $? >"$TRADE_HOME/status"; } | head -1 >/dev/null
      cat "$TRADE_HOME/status"
    )
    [ "$status" -eq 0 ] || { echo "$command: exit $status"; return 1; }
  done
  for command in "tape AAPL --watch" "events"; do
    started=$(date +%s)
    # shellcheck disable=SC2086
    status=$({ timeout 20 "$trade" $command --jsonl; echo $? >"$TRADE_HOME/status"; } | true; cat "$TRADE_HOME/status")
    [ "$status" -eq 0 ] || { echo "$command: exit $status"; return 1; }
    [ $(($(date +%s) - started)) -lt 10 ]
  done
}

@test "a statement is written as a PDF that reads back" {
  command -v pdftotext >/dev/null || skip "pdftotext is not installed"
  some_orders
  # Enough for three pages.
  { for i in $(seq 120); do echo "account deposit alice $i"; done; } >"$TRADE_HOME/deposits"
  while read -r line; do t $line >/dev/null; done <"$TRADE_HOME/deposits"
  expect_exit 0 t statement alice --pdf "$TRADE_HOME/alice.pdf"
  closing=$(jq -r .closing_balance <<<"$output")
  pdftotext -layout "$TRADE_HOME/alice.pdf" "$TRADE_HOME/alice.txt"
  grep -qE "Closing balance +$closing\$" "$TRADE_HOME/alice.txt"
  [ "$(grep -c "Statement of alice" "$TRADE_HOME/alice.txt")" -eq 6 ]
  [ "$(grep -c "TIME (UTC) *WHAT *SYMBOL" "$TRADE_HOME/alice.txt")" -eq 3 ]
  grep -q "Page 3 of 3" "$TRADE_HOME/alice.txt"
  [ "$(grep -c "  deposit  " "$TRADE_HOME/alice.txt")" -eq 121 ]
  grep -qE "AAPL +50 +10.50 +525.00" "$TRADE_HOME/alice.txt"
  # Into a pipe, and nothing else with it.
  "$trade" statement alice --pdf - | cmp - "$TRADE_HOME/alice.pdf"
  expect_exit 1 t statement alice --pdf "$TRADE_HOME/nowhere/alice.pdf"
}

@test "a statement adds up, and everything can be exported" {
  some_orders
  t account deposit alice 100 >/dev/null
  expect_exit 0 t statement alice
  expect_json '[.opening_balance, .deposits, .bought, .closing_balance]' '["0.00","10100.00","525.00","9575.00"]'
  expect_json '[.movements[].kind]' '["deposit","buy","buy","deposit"]'
  expect_json '.movements[-1].balance' '"9575.00"'
  expect_json '.positions[0] | [.symbol, .quantity, .cost]' '["AAPL",50,"525.00"]'
  expect_exit 0 t statement alice --from 2000-01-01 --to 2000-12-31
  expect_json '[.opening_balance, .closing_balance, .movements]' '["0.00","0.00",[]]'
  expect_exit 0 "$trade" -o csv statement alice --fields kind,amount --filter 'kind == buy'
  [ "$output" = $'kind,amount\nbuy,-210.00\nbuy,-315.00' ]
  expect_exit 5 t statement nobody
  expect_exit 0 "$trade" export "$TRADE_HOME/out" --format csv
  [ "$(tail -n +2 "$TRADE_HOME/out/fills.csv" | wc -l)" -eq 4 ]
  [ "$(head -1 "$TRADE_HOME/out/accounts.csv" | cut -d, -f1)" = id ]
  expect_exit 2 "$trade" export "$TRADE_HOME/out"
  expect_exit 0 t export "$TRADE_HOME/lines"
  for list in accounts symbols orders events fills bars; do
    jq -e . "$TRADE_HOME/lines/$list.jsonl" >/dev/null
  done
  # As ledgerd tells them.
  [ "$(jq -cS . "$TRADE_HOME/lines/fills.jsonl" | sort)" = "$("$trade" fills --jsonl | jq -cS . | sort)" ]
}

@test "a quote has a trend for people" {
  small_market
  expect_exit 0 "$trade" quote AAPL
  grep -q AAPL <<<"$output"
  expect_exit 0 t quote AAPL
  expect_json 'has("trend")' false
}

@test "all fills are listed, page by page, and each once" {
  "$trade" up --only tradingd,ledgerd >/dev/null
  "$trade" generate itch --symbols 2 --messages 150000 --seed 3 >"$TRADE_HOME/day.itch"
  executions=$(t replay itch --quiet "$TRADE_HOME/day.itch" | jq .executions)
  [ "$executions" -gt 10000 ]
  expect_exit 0 "$trade" -o csv --timeout 60 fills --account house --limit 1000000 --fields id,liquidity
  [ "$(sed 1d <<<"$output" | sort -u | wc -l)" = "$((2 * executions))" ]
  [ "$(sed 1d <<<"$output" | wc -l)" = "$((2 * executions))" ]
  expect_exit 0 "$trade" -o csv --timeout 60 fills --account house --limit 15001 --fields id
  [ "$(sed 1d <<<"$output" | wc -l)" = 15001 ]
}
