#!/usr/bin/env bats
# The commands of the runbook, run as they stand there, page by page.
load suite.bash

# run_page PAGE: its indented lines as one script; what is outside the home is put into it.
run_page() {
  local page=$TRADE_SOURCE_DIR/share/doc/runbook/$1.md
  awk '/^```/ { fenced = !fenced } !fenced && /^    / { print substr($0, 5) }' "$page" |
    sed -E "s#(^|[ \"'])/(backup|srv|tmp)\\b#\\1$outside/\\2#g" >"$outside/page.sh"
  [ "$(wc -l <"$outside/page.sh")" -ge 3 ]
  PATH=$bin:$PATH bash -eux "$outside/page.sh" >"$outside/page.out" 2>&1 || {
    echo "exit $? of share/doc/runbook/$1.md:"
    cat "$outside/page.out"
    return 1
  }
}

setup() {
  new_home
  outside=$(mktemp -d "${TMPDIR:-/tmp}/trade-runbook.XXXXXX")
  mkdir "$outside/backup" "$outside/srv" "$outside/tmp"
  unset TRADE_OUTPUT
}

teardown() {
  remove_home
  rm -rf "$outside"
}

# Something to keep: accounts, a trade, an open order.
suite_that_traded() {
  small_market
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  t place buy 5 AAPL --account alice >/dev/null
}

@test "start" {
  run_page start
}

@test "stop" {
  suite_that_traded
  run_page stop
}

@test "upgrade" {
  suite_that_traded
  run_page upgrade
}

@test "back up" {
  suite_that_traded
  run_page back-up
}

@test "restore" {
  suite_that_traded
  run_page restore
  t orders --account bob | jq -e 'length == 1'
}

@test "disk full" {
  suite_that_traded
  run_page disk-full
}

@test "corrupt journal" {
  suite_that_traded
  t backup "$outside/backup/last" >/dev/null
  t place buy 5 AAPL --limit 149 --account alice --client-id after-the-backup >/dev/null
  "$trade" down >/dev/null
  # The same length, so that the file is whole and a record in it is not; older copies of its page may be there too.
  python3 - "$TRADE_HOME/journal/data.mdb" <<'END'
import sys
data = open(sys.argv[1], "rb").read()
assert b"after-the-backup" in data
open(sys.argv[1], "wb").write(data.replace(b"after-the-backup", b"after-the-backuq"))
END
  expect_exit 8 t journal verify
  run_page corrupt-journal
  t account list | jq -e 'map(.id) | index("alice") != null'
  expect_exit 0 t replay journal
}

@test "day roll" {
  suite_that_traded
  run_page day-roll
  t market status | jq -e '.status == "open"'
}

@test "incident" {
  suite_that_traded
  run_page incident
  t orders --account bob --status open | jq -e 'length == 0'
  expect_exit 0 t place buy 1 AAPL --limit 140 --account alice
}

@test "every page is listed, and every page that is listed is there and run" {
  for page in "$TRADE_SOURCE_DIR"/share/doc/runbook/*.md; do
    name=$(basename "$page" .md)
    [ "$name" = README ] && continue
    grep -q "]($name.md)" "$TRADE_SOURCE_DIR/share/doc/runbook/README.md"
    grep -q "run_page $name$" "$BATS_TEST_FILENAME"
  done
}
