#!/usr/bin/env bats
# Backups that are taken while orders flow, and homes that are made from them.
load suite.bash

teardown() {
  if [ -n "${other:-}" ]; then
    (TRADE_HOME=$other && remove_home)
  fi
  [ -z "${copy:-}" ] || rm -rf "$copy"
  remove_home
}

@test "a backup taken under load is restored to a home that trades on, proven by replay" {
  deep_market
  key=$(t key create --account buyer --role trader | jq -r .id)
  echo '[log]
level = "info"' >"$TRADE_HOME/trade.toml"
  copy=$(mktemp -d)
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$copy/before" 1
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$copy/during" 4 &
  sender=$!
  sleep 1
  expect_exit 0 t backup --verify "$copy/backup"
  hash=$(jq -r .full_state_hash <<<"$output")
  batch=$(jq -r .batch <<<"$output")
  expect_json '.parts | sort' '["access","feed","journal","ledger","trade.toml"]'
  wait "$sender"
  expect_exit 0 t journal verify "$copy/backup/journal"
  expect_json .batches "$batch"

  other=$(mktemp -d)
  rmdir "$other"
  expect_exit 0 "$trade" --json --home "$other" restore "$copy/backup"
  expect_json .full_state_hash "\"$hash\""
  expect_json .replaced null
  [ "$(stat -c %a "$other/journal/data.mdb")" = 600 ]
  (
    TRADE_HOME=$other
    "$trade" up >/dev/null
    "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$copy/before"
    expect_exit 0 t --timeout 60 reconcile
    expect_exit 0 t place buy 1 TEST --limit 1 --account buyer
    expect_exit 0 t key list
    expect_json ".[0].id" "\"$key\""
    expect_exit 0 t quote TEST
    "$trade" down >/dev/null
    expect_exit 0 t replay journal
  )
}

@test "restore does not touch a home that is used, and keeps what it replaces" {
  small_market
  copy=$(mktemp -d)
  expect_exit 0 t backup --journal-only "$copy/backup"
  expect_json '.parts | index("ledger")' null
  expect_exit 2 t backup "$copy/backup"
  expect_exit 3 t restore "$copy/backup"
  expect_error suite_running
  t place buy 1 AAPL --limit 149 --account alice >/dev/null
  "$trade" down >/dev/null
  expect_exit 3 t restore "$copy/backup"
  expect_error home_not_empty
  expect_exit 0 t restore --force --dry-run "$copy/backup"
  expect_json '.replaces | sort' '["access","feed","journal","ledger"]'
  expect_exit 0 t restore --force "$copy/backup"
  [ -f "$(jq -r .replaced <<<"$output")/journal/data.mdb" ]
  "$trade" up >/dev/null
  expect_exit 0 t orders --account alice
  expect_json length 0
  expect_exit 0 t portfolio --account bob
  expect_json '.positions[0].quantity' 1000
  expect_exit 0 t reconcile
}

@test "a damaged backup is refused with exit 8, and the home stays as it was" {
  small_market
  copy=$(mktemp -d)
  t backup "$copy/backup" >/dev/null
  "$trade" down >/dev/null
  for offset in $(grep -abo alice "$copy/backup/journal/data.mdb" | cut -d: -f1); do
    printf 'A' | dd of="$copy/backup/journal/data.mdb" bs=1 seek="$offset" conv=notrunc 2>/dev/null
  done
  other=$(mktemp -d)/home
  expect_exit 8 "$trade" --json --home "$other" restore "$copy/backup"
  [ ! -e "$other/journal/data.mdb" ]
  rm "$copy/backup/backup.json"
  expect_exit 5 "$trade" --json --home "$other" restore "$copy/backup"
  rm -rf "$(dirname "$other")"
  other=
}

@test "a backup does not lie in the home that it copies, nor a home in the backup that it is made from" {
  small_market
  for place in "$TRADE_HOME/backup" "$TRADE_HOME/new/backup" "$TRADE_HOME"; do
    expect_exit 2 t backup "$place"
    grep -q "lies in" <<<"$errors"
  done
  copy=$(mktemp -d)
  ln -s "$TRADE_HOME" "$copy/link"
  expect_exit 2 t backup "$copy/link/backup"
  [ ! -e "$TRADE_HOME/backup" ]
  expect_exit 0 t backup "$copy/backup"
  expect_exit 2 "$trade" --json --home "$copy/backup/journal" restore "$copy/backup"
  grep -q "lies in" <<<"$errors"
}

# A lock as another process has it: shared by a daemon, or alone by a restore.
hold_home() {
  python3 - "$TRADE_HOME/run/home.lock" "$1" >"$copy/held" <<'P' &
import fcntl, os, struct, sys, time
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
kind = fcntl.F_WRLCK if sys.argv[2] == "alone" else fcntl.F_RDLCK
fcntl.fcntl(file, 37, struct.pack("hhqqi4x", kind, 0, 0, 0, 0))  # F_OFD_SETLK
print("held", flush=True)
time.sleep(60)
P
  holder=$!
  for _ in $(seq 100); do
    grep -q held "$copy/held" && return
    sleep 0.1
  done
  return 1
}

@test "no daemon starts in a home that is being restored, and none is restored in which one starts" {
  small_market
  copy=$(mktemp -d)
  t backup --journal-only "$copy/backup" >/dev/null
  "$trade" down >/dev/null
  hold_home alone
  expect_exit 7 t up
  [[ "$errors" == *"is being restored"* ]]
  expect_exit 3 t restore --force "$copy/backup"
  expect_error home_taken
  kill "$holder"
  wait "$holder" || true
  hold_home together
  expect_exit 3 t restore --force "$copy/backup"
  expect_error suite_running
  kill "$holder"
  wait "$holder" || true
  "$trade" up >/dev/null
  expect_exit 0 t portfolio --account bob
  "$trade" down >/dev/null
  # A restore that was killed between taking the journal away and putting the other in its place.
  mkdir -p "$TRADE_HOME/restoring"
  mv "$TRADE_HOME/journal" "$TRADE_HOME/restoring/journal"
  expect_exit 7 t up
  [[ "$errors" == *"trade restore"* ]]
  expect_exit 0 t restore --force "$copy/backup"
  "$trade" up >/dev/null
  expect_exit 0 t portfolio --account bob
  expect_json '.positions[0].quantity' 1000
}
