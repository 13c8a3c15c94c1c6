#!/usr/bin/env bats
# Every example of every --help, of the help topics and of the manual pages, run as it stands there.
load suite.bash

# A suite with what the examples name, and a directory with their files, which becomes the current one.
suite_of_examples() {
  export TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2026-03-02T09:30:00-05:00 TRADE_ACCOUNT=alice
  export TRADE_FIXD_LISTEN=127.0.0.1:0 PATH=$bin:$PATH
  mkdir "$TRADE_HOME/here"
  cd "$TRADE_HOME/here" || return
  start_suite
  t account open alice --deposit 1000000 >/dev/null
  t account open bob --deposit 10000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  t account transfer-in bob AAPL 1000 --cost 100 >/dev/null
  t --account bob place sell 500 AAPL --limit 150.10 >/dev/null # 1
  t place buy 50 AAPL >/dev/null                                # 2, filled
  t place buy 10 AAPL --limit 149 >/dev/null                    # 3
  t place buy 5 AAPL --limit 148 >/dev/null                     # 4
  "$trade" generate itch --symbols 2 --messages 5000 --seed 1 >day.itch
  printf 'symbol add AAPL --previous-close 150\nexpect portfolio: \n' >/dev/null
  cat >first.scenario <<'END'
symbol add AAPL --previous-close 150
account open alice --deposit 10000
as alice: place buy 60 AAPL --limit 149
  expect status=submitted
END
  cp first.scenario orders.scenario
  cat >nasdaqlisted.txt <<'END'
Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares
NVDA|NVIDIA Corporation - Common Stock|Q|N|N|100|N|N
File Creation Time: 0302202609:30|||||||
END
}

# run_lines FILE: each line as a shell command; a full screen gets a terminal, on which 'q' is typed.
run_lines() {
  local line failed=0 status
  while IFS= read -r line; do
    status=0
    if [[ $line == "trade watch"* ]]; then
      (sleep 1.5; printf q) | timeout 20 script -qec "$line" /dev/null >out 2>&1 || status=$?
    else
      timeout 60 bash -o pipefail -c "$line" >out 2>err </dev/null || status=$?
    fi
    if [ "$status" -ne 0 ]; then
      echo "exit $status: $line"
      cat out err
      failed=1
    fi
  done <"$1"
  return "$failed"
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
    sed 's/   .*//' | grep -v ' [A-Z][A-Z]* *\|[A-Z]$' >examples
  [ "$(wc -l <examples)" -ge 15 ]
  run_lines examples
  expect_exit 2 "$trade" help outptu
  grep -q "trade help output" <<<"$errors"
}

@test "the examples of the manual pages work" {
  failed=0
  for page in "$TRADE_SOURCE_DIR"/man/trade*.1; do
    # Lines of commands: after a prompt, or in a display that has none.
    awk '/^\.Sh /{ inside = /EXAMPLES/ } inside' "$page" | sed -n 's/^\.Dl //p; /^\.Bd/,/^\.Ed/{/^\./!p}' |
      sed 's/^\$ //; s/\\e$/\\/' | sed -n '/^\(trade\|export\|eval\) /p' >"$BATS_TEST_TMPDIR/lines"
    [ -s "$BATS_TEST_TMPDIR/lines" ] || continue
    case $(basename "$page") in
      # A suite of its own, or nothing that ends soon.
      trade-bench.1) continue ;;
    esac
    (
      setup
      suite_of_examples >/dev/null
      # The page on the clock starts its suite itself.
      if grep -q '^trade up' "$BATS_TEST_TMPDIR/lines"; then
        "$trade" down >/dev/null
        rm -rf "$TRADE_HOME"/{journal,ledger,feed}
        unset TRADE_TRADINGD_CLOCK TRADE_TRADINGD_CLOCK_START
      fi
      mkdir -p "$TRADE_HOME/outside/backup" "$TRADE_HOME/outside/srv" "$TRADE_HOME/.config/fish/completions"
      "$trade" backup "$TRADE_HOME/outside/backup/2026-11-25" >/dev/null
      cp -r "$TRADE_SOURCE_DIR/tests" . 2>/dev/null || true
      sed "s|/backup|$TRADE_HOME/outside/backup|g; s|/srv/|$TRADE_HOME/outside/srv/|g; s|~/|$TRADE_HOME/|g" \
        "$BATS_TEST_TMPDIR/lines" | sed 's/\(quote .*--watch\|--from-sequence [0-9]* --jsonl\)$/\1 --for 1/' >lines
      # One shell for a page: what it exports holds on.
      sed -i 's/^trade watch/true trade watch/' lines
      timeout 120 bash -euo pipefail lines >out 2>&1 </dev/null || {
        echo "$(basename "$page"):"
        cat lines out
        remove_home
        exit 1
      }
      remove_home
    ) || failed=1
  done
  [ "$failed" -eq 0 ]
}
