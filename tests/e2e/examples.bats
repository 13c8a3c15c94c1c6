#!/usr/bin/env bats
# Every example of every --help, of the help topics and of the manual pages, run as it stands there.
load suite.bash

# What is not run, and why.
left_out() {
  case $1 in
    "curl "*) ;;                                  # $ID and $SECRET are the reader's, and so is port 8080
    "flatc "*) ;;                                 # decodes a file that the reader has recorded
    "trade bench day --trades 1000000 "*) ;;      # minutes; the shorter one of --help is run
    "trade bench fix "*" --rate-seconds 30 "*) ;; # half a minute; likewise
    *" --profile alice.profile") ;;               # for a suite that listens on TCP, as tcp.bats has it
    "trade --connect "*) ;;                       # likewise
    *" KEY VALUE") ;;                             # says what to fill in
    *) return 1 ;;
  esac
}

# as_run LINE: what runs it here. Places outside the home are in the current directory, what would go on
# without end ends after a second, and a full screen gets a terminal, on which 'q' is typed.
as_run() {
  local clock="env -u TRADE_TRADINGD_CLOCK -u TRADE_TRADINGD_CLOCK_START" # a benchmark measures real time
  sed -E "s|/backup/|$PWD/backup/|; s|/srv/|$PWD/srv/|
    s/^trade quote .*--watch\$/& --for 1/
    s/^trade (events|tape|quote|bars) .*--from(-sequence)? [^ ]+ --jsonl\$/& --for 1/
    s/^trade bench .*/$clock &/
    s/^trade watch .*/(sleep 1; printf q) | timeout 20 script -qec '&' \/dev\/null/" <<<"$1"
}

# The files that the examples name, in a directory outside the home, which becomes the current one.
directory_of_examples() {
  HOME=$(mktemp -d "$BATS_TEST_TMPDIR/here.XXXXXX")
  export HOME TRADE_ACCOUNT=alice TRADE_FIXD_LISTEN=127.0.0.1:0 PATH=$bin:$PATH
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-02T09:30:00-05:00
  cd "$HOME" || return
  mkdir -p backup srv .config/fish/completions tests
  ln -s "$TRADE_SOURCE_DIR/tests/scenarios" tests/scenarios
  cat >first.scenario <<'END'
symbol add AAPL --previous-close 150
account open alice --deposit 10000

scenario An order rests
  as alice: place buy 60 AAPL --limit 149
    expect status=submitted

scenario A stop limit waits for its stop
  as alice: place buy 10 AAPL --stop 151 --limit 151.50
    expect status=validated
END
  cp first.scenario orders.scenario
  cat >nasdaqlisted.txt <<'END'
Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares
NVDA|NVIDIA Corporation - Common Stock|Q|N|N|100|N|N
File Creation Time: 0302202609:30|||||||
END
}

# A suite with what the examples name. Its orders rest until they are cancelled: some examples end the day.
suite_of_examples() {
  directory_of_examples
  start_suite
  t account open alice --deposit 1000000 >/dev/null
  t account open bob --deposit 10000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  t account transfer-in alice AAPL 500 --cost 100 >/dev/null
  t account transfer-in bob AAPL 1000 --cost 100 >/dev/null
  t --account bob place sell 500 AAPL --limit 150.10 --tif gtc >/dev/null # 1
  t place buy 50 AAPL >/dev/null                                          # 2, filled
  t place buy 10 AAPL --limit 149 --tif gtc >/dev/null                    # 3
  t place buy 5 AAPL --limit 148 --tif gtc >/dev/null                     # 4
  "$trade" generate itch --symbols 2 --messages 5000 --seed 1 >day.itch
}

# run_lines FILE: each line as a shell command of its own, all of them even if one fails.
run_lines() {
  local line failed=0 status
  while IFS= read -r line; do
    ! left_out "$line" || continue
    status=0
    timeout 60 bash -o pipefail -c "$(as_run "$line")" >out 2>err </dev/null || status=$?
    # An example that shows a refusal prints the exit status that --help names for it.
    if [[ $status == 0 && $line == *'|| echo "exit $?"' ]]; then
      [ "$(tail -n 1 out)" = "exit 3" ] || status="0 where a refusal was to be shown"
    fi
    if [ "$status" != 0 ]; then
      echo "exit $status: $line"
      cat out err
      failed=1
    fi
  done <"$1"
  return "$failed"
}

# commands_of PAGE: the lines to type of its EXAMPLES: after a prompt, or a display without any prompt that
# begins with a command. What ends with a backslash goes on in the next line.
commands_of() {
  awk '
    function typed(line) { sub(/^\$ /, "", line); print line }
    /^\.Sh /    { inside = /EXAMPLES/ }
    !inside     { next }
    /^\.Dl /    { sub(/^\.Dl /, ""); typed($0); next }
    /^\.Bd /    { display = 1; count = prompts = 0; next }
    /^\.Ed/     {
      display = 0
      if (!prompts && lines[1] !~ /^(trade|export|eval) /) next
      for (i = 1; i <= count; ++i) if (!prompts || lines[i] ~ /^\$ /) typed(lines[i])
      next
    }
    !display    { next }
    goes_on     { sub(/^ +/, ""); lines[count] = lines[count] $0 }
    !goes_on    { lines[++count] = $0; if (/^\$ /) prompts = 1 }
                { goes_on = sub(/\\e$/, "", lines[count]) }' "$1"
}

@test "every example of every --help works" {
  suite_of_examples
  t help | jq -r 'sort_by(.place)[] | .examples[]' >examples
  [ "$(wc -l <examples)" -gt 90 ]
  # What --help shows is what is run.
  while IFS= read -r line; do
    grep -qxF "  $line" <<<"$("$trade" place --help)" || { echo "not shown: $line"; false; }
  done < <(t help | jq -r '.[] | select(.command == "trade place") | .examples[]')
  run_lines examples
}

@test "every command line of the help topics works" {
  suite_of_examples
  topics=$("$trade" help | sed -n '/^Topics:/,/^$/p' | awk 'NR > 1 && NF { print $1 }')
  [ "$(wc -w <<<"$topics")" -ge 6 ]
  for topic in $topics; do "$trade" help "$topic"; done | sed -n 's/^  \(trade .*\)/\1/p' |
    sed 's/   .*//' >examples
  [ "$(wc -l <examples)" -ge 15 ]
  run_lines examples
  # Once more with the same client order id is the same order.
  [ "$(t orders --status all --filter 'client_order_id == "my-1"' | jq length)" = 1 ]
  expect_exit 2 "$trade" help outptu
  grep -q "trade help output" <<<"$errors"
}

# run_page PAGE: the commands in one shell, in which what they export holds on.
run_page() {
  local line status=0
  while IFS= read -r line; do
    left_out "$line" || as_run "$line"
  done <"$BATS_TEST_TMPDIR/commands" >lines
  timeout 60 bash -euxo pipefail lines >out 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    echo "exit $status: $(basename "$1")"
    cat out
  fi
  return "$status"
}

@test "the examples of the manual pages work" {
  failed=0 pages=0
  suite_of_examples
  # What single pages presume besides.
  t symbol add MSFT --previous-close 410 >/dev/null
  t account open carol --type margin --deposit 100000 >/dev/null
  t symbol borrow AAPL locate >/dev/null
  "$trade" backup backup/2026-11-25 >/dev/null
  for page in "$TRADE_SOURCE_DIR"/man/*.[1-8]; do
    commands_of "$page" >"$BATS_TEST_TMPDIR/commands"
    [ -s "$BATS_TEST_TMPDIR/commands" ] || continue
    pages=$((pages + 1))
    if ! grep -q '^trade up\|^trade account open alice' "$BATS_TEST_TMPDIR/commands"; then
      run_page "$page" || failed=1
      continue
    fi
    # It begins with nothing: a home of its own. The page on the clock sets the clock itself.
    (
      setup
      directory_of_examples
      ! grep -q TRADE_TRADINGD_CLOCK "$BATS_TEST_TMPDIR/commands" ||
        unset TRADE_TRADINGD_CLOCK TRADE_TRADINGD_CLOCK_START
      if ! grep -q '^trade up' "$BATS_TEST_TMPDIR/commands"; then
        start_suite
        t symbol add AAPL --previous-close 150 >/dev/null
      fi
      status=0
      run_page "$page" || status=1
      remove_home
      exit "$status"
    ) || failed=1
  done
  [ "$pages" -ge 19 ]
  [ "$failed" -eq 0 ]
}
