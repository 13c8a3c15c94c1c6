#!/usr/bin/env bats
# trade test: the language of scenarios, and how differences are told. None of it needs a suite.
load command_line.bash

# A scenario in a file of its own; $file is its name.
scenario() {
  file=$TRADE_HOME/one.scenario
  cat >"$file"
}

beginning='
symbol add AAPL --previous-close 150
account open alice --deposit 10000
account open bob
account transfer-in bob AAPL 100 --cost 100
as bob: place sell 100 AAPL --limit 150.10
'

@test "what goes as expected passes" {
  scenario <<<"$beginning
as alice: place buy 60 AAPL --limit 150.10
  expect status=filled average_price=150.10
expect portfolio alice: AAPL=60 cash_balance=994.00
advance 1h
expect rejected insufficient_buying_power: as alice: place buy 100 AAPL"
  expect 0 "$trade" test "$file"
  grep -q "1 scenario in 1 file: 1 passed (5 expectations" <<<"$output"
}

@test "a wrong expectation is a difference: exit 8, with both values and the lines they are about" {
  scenario <<<"$beginning
as alice: place buy 60 AAPL --limit 150.10
  expect status=partially_filled average_price=150.10"
  expect 8 "$trade" test "$file"
  grep -qE "^ +8 \| as alice: place buy 60" <<<"$output"
  grep -qE "^ +9 \| +expect status=partially_filled" <<<"$output"
  grep -qE "status +expected partially_filled" <<<"$output"
  grep -qE "got filled" <<<"$output"
  refused grep -q "average_price +expected" <<<"$output"
  grep -q "0 passed, 1 failed" <<<"$output"
}

@test "a refusal that is not expected, one that does not come and one for another reason are differences" {
  scenario <<<"$beginning
scenario unexpected
  as alice: place buy 600 AAPL --limit 150.10
  as alice: place buy 1 AAPL
scenario does not come
  expect rejected lot_size: as alice: place buy 60 AAPL --limit 150.10
scenario another reason
  expect rejected lot_size: as alice: place buy 600 AAPL --limit 150.10"
  expect 8 "$trade" test "$file"
  grep -q "refused: insufficient_buying_power" <<<"$output"
  grep -q "expected a refusal (lot_size), and it was accepted" <<<"$output"
  grep -q "reason  expected lot_size" <<<"$output"
  grep -q "0 passed, 3 failed" <<<"$output"
}

@test "every kind of expectation can fail" {
  scenario <<<"$beginning
as alice: place buy 60 AAPL --limit 150.10
  expect average_price=150+-0.05 quantity<60 quantity>60 quantity!=60 price=none stop_price=any created_at=09:31 nonsense=1
expect depth AAPL: asks=60@150.10 bids=1@1
expect tape AAPL: trades=1@1 count=2 1.price=1 2.price=1
expect portfolio alice: AAPL=61 MSFT=1 AAPL.average_cost=1"
  expect 8 "$trade" --json test "$file"
  [ "$(jq '[.[0].differences[].fields | length] | add' <<<"$output")" = 17 ]
}

@test "what cannot be read is an error of usage that names the line" {
  for text in 'expect' 'expect rejected lot_size place' 'for x in' 'end' 'let a' 'place "buy' 'advance' \
    'expect portfolio alice AAPL=1' 'trade place buy 1 AAPL' 'include nowhere' 'as bob:' 'scenario' 'expect x=' \
    'for a, b in
1
do
end'; do
    scenario <<<"# a comment
$text"
    status=0
    "$trade" test "$file" >/dev/null 2>"$TRADE_HOME/errors" || status=$?
    [ "$status" -eq 2 ] || [ "$status" -eq 5 ] || { echo "$text: $status"; return 1; }
    grep -q "one.scenario:[23]: " "$TRADE_HOME/errors" || { echo "$text"; cat "$TRADE_HOME/errors"; return 1; }
  done
  usage_error test
  expect 5 "$trade" test "$TRADE_HOME/nothing.scenario"
}

@test "a step that makes no sense is told with its line" {
  for text in 'plaec buy 1 AAPL' 'up' 'at 25:00' 'advance 5 minutes' 'advance 5x' 'as alice: place buy 1' 'config show' \
    'at 09:00' 'as alice: place buy $none AAPL' 'calendar mars' 'quote AAPL --watch' 'test x' 'key list'; do
    scenario <<<"$beginning
scenario one
  $text"
    status=0
    "$trade" test "$file" >"$TRADE_HOME/output" 2>&1 || status=$?
    [ "$status" -eq 8 ] || [ "$status" -eq 2 ] || { echo "$text: $status"; return 1; }
    grep -q "9 | \|:9: " "$TRADE_HOME/output" || { echo "$text"; cat "$TRADE_HOME/output"; return 1; }
  done
}

@test "loops, variables, includes, comments and quotes" {
  mkdir "$TRADE_HOME/parts"
  echo 'symbol add AAPL --previous-close 150 # one
account open alice --deposit 100000' >"$TRADE_HOME/parts/begin.steps"
  scenario <<'END'
include parts/begin.steps
for size, name in
  10 | "ten shares"
  20 | 'twenty shares'
do
  scenario Size $size: $name
    let limit = 100
    $order = as alice: place buy $size AAPL --limit $limit --client-id "id ${size}"
      expect quantity=$size client_order_id="id $size"
    expect order $order: price=$limit
    for n in 1..3 do
      as alice: place buy $n AAPL --limit $limit
    end
    expect orders alice: count=4
end
END
  expect 0 "$trade" --json test "$file"
  [ "$(jq -r '.[1].scenario' <<<"$output")" = "Size 20: twenty shares" ]
  [ "$(jq '[.[].steps] | add' <<<"$output")" = 20 ]
}

@test "commands come in their time, in the order of their times" {
  scenario <<<"$beginning
account open carol
account transfer-in carol AAPL 1 --cost 1
in 2s: as carol: place sell 1 AAPL --limit 152
in 1s: as alice: place buy 1 AAPL --limit 150.10
\$later = in 3s: as alice: place buy 1 AAPL --limit 149
expect tape AAPL: count=0
advance 1s
expect tape AAPL: count=1 1.executed_at=09:30:01
at 09:31
expect depth AAPL: asks=99@150.10,1@152.00
expect order \$later: created_at=09:30:03"
  expect 0 "$trade" test "$file"
}

@test "results as TAP, as JUnit's XML and as a list" {
  scenario <<<"$beginning
scenario good & well
  expect quote AAPL: ask=150.10
scenario <bad>
  expect quote AAPL: ask=150.11"
  expect 8 "$trade" test "$file" --tap --junit "$TRADE_HOME/results.xml"
  [ "$(head -2 <<<"$output")" = "TAP version 13
1..2" ]
  grep -q "^ok 1 - .*good & well" <<<"$output"
  grep -q "^not ok 2 - " <<<"$output"
  python3 - "$TRADE_HOME/results.xml" <<'END'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.get("tests") == "2" and root.get("failures") == "1", root.attrib
names = [case.get("name") for case in root.iter("testcase")]
assert names == ["good & well", "<bad>"], names
assert "150.11" in root.find(".//failure").text
END
  expect 0 "$trade" test "$file" --list
  grep -q "good & well" <<<"$output"
  expect 0 "$trade" test "$file" --filter GOOD
  expect 2 "$trade" test "$file" --filter nothing
  expect 8 "$trade" --json test "$file" --fail-fast --filter bad
  [ "$(jq -r '.[0].verdict' <<<"$output")" = failed ]
}

@test "--update writes what came of it into the files" {
  scenario <<<"$beginning
scenario one # two
  as alice: place buy 60 AAPL --limit 150.10
    expect status=? average_price=150 quantity>=70  # a comment
  as alice: place buy 6000 AAPL --limit 150.10
scenario two
  expect rejected lot_size: as alice: place buy 6000 AAPL --limit 150.10
  expect rejected lot_size: as alice: place buy 1 AAPL --limit 150.10
  for n in 1 2 do
    as alice: place buy \$n AAPL --limit 1
      expect quantity=3 status=none
  end"
  cp "$file" "$TRADE_HOME/before"
  expect 0 "$trade" test "$file" --update --dry-run --filter one
  cmp "$file" "$TRADE_HOME/before"
  expect 8 "$trade" test "$file" --update
  grep -q "quantity is no plain value" <<<"$output"
  grep -q "a loop came to several values here" <<<"$output"
  grep -q "expect status=filled average_price=150.10 quantity>=70  # a comment" "$file"
  grep -q "^  expect rejected insufficient_buying_power: as alice: place buy 6000" "$file"
  grep -q "^  as alice: place buy 1 AAPL --limit 150.10" "$file"
  [ "$(grep -c "expect rejected insufficient_buying_power: as alice" "$file")" = 2 ]
  sed -i 's/quantity>=70/quantity<70/; s/quantity=3/quantity=$n/' "$file"
  expect 0 "$trade" test "$file" --update
  expect 0 "$trade" test "$file"
  expect 2 "$trade" test "$file" --dry-run
}

@test "--update leaves what a loop came to as it is written in part, and what makes no sense" {
  scenario <<<"$beginning
scenario one
  for n in 1 1 2 do
    as alice: place buy \$n AAPL --limit 1
      expect quantity=1
  end
scenario two
  for n in 1 6000 do
    as alice: place buy \$n AAPL --limit 100
  end
scenario three
  as alice: plcae buy 1 AAPL
scenario four
  expect rejected lot_size: as alice: plcae buy 1 AAPL"
  cp "$file" "$TRADE_HOME/before"
  expect 8 "$trade" test "$file" --update
  cmp "$file" "$TRADE_HOME/before"
  [ "$(grep -c "a loop came to several values here" <<<"$output")" = 2 ]
  [ "$(grep -c "a command that makes no sense is to be mended" <<<"$output")" = 2 ]
}

@test "the venue is told in words, and says what it does not understand" {
  for text in 'fill AAPL' 'fill AAPL 40 on 3' 'fill AAPL 101%' 'reject AAPL nonsense' 'delay soon' 'lose' 'odds' \
    'fill AAPL 1 times 0' 'fill AAPL 1 odds 101%' 'trade 1 AAPL' 'disconnect until' 'dance'; do
    scenario <<<"$beginning
venue $text"
    expect 8 "$trade" --json test "$file"
    [ "$(jq -r '.[0].verdict' <<<"$output")" = invalid ] || { echo "$text: $output"; return 1; }
  done
  scenario <<<"$beginning
for n in 1..40 do
  venue fill AAPL 1..9 odds 50%
  as alice: place buy 10 AAPL --limit 149 --tif ioc
    expect filled_quantity=?
end"
  expect 8 "$trade" --json test "$file" --seed 7
  first=$(jq -c '[.[0].differences[].fields[].actual]' <<<"$output")
  expect 8 "$trade" --json test "$file" --seed 7
  [ "$first" = "$(jq -c '[.[0].differences[].fields[].actual]' <<<"$output")" ]
  expect 8 "$trade" --json test "$file" --seed 8
  [ "$first" != "$(jq -c '[.[0].differences[].fields[].actual]' <<<"$output")" ]
  [ "$(jq -r 'unique | length' <<<"$first")" -gt 5 ]
}
