#!/usr/bin/env bats
# Old batches go to the archive while orders flow, and everything still finds them.
load suite.bash

teardown() {
  if [ -n "${other:-}" ]; then
    (TRADE_HOME=$other && remove_home)
  fi
  [ -z "${copy:-}" ] || rm -rf "$copy"
  remove_home
}

@test "a journal is archived and pruned under load, and is whole for every reader" {
  deep_market
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/before" 2
  # Stopping leaves a checkpoint: what is before it can be pruned.
  "$trade" down >/dev/null
  half=$(($(t journal verify | jq .batches) / 2))
  "$trade" up >/dev/null
  "$TRADE_TESTS_BIN/acknowledged_orders" send "$TRADE_HOME" "$TRADE_HOME/during" 6 d &
  sender=$!
  expect_exit 0 t journal archive --through "$half"
  expect_json .last_batch "$half"
  expect_json '.compressed_bytes < .bytes' true
  expect_exit 0 t journal prune --dry-run --older-than 0
  expect_json .last_batch "$half"
  expect_exit 0 t journal prune --older-than 0
  expect_json .kept_from $((half + 1))
  wait "$sender"
  expect_exit 0 t journal verify
  expect_json .archived_batches "$half"
  expect_exit 0 t replay journal
  hash=$(jq -r .full_state_hash <<<"$output")
  # A start needs no archive; books made again need it.
  kill -9 $(cat "$TRADE_HOME"/run/*.pid)
  "$trade" up >/dev/null
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/before"
  "$trade" down >/dev/null
  rm -r "$TRADE_HOME/ledger"
  "$trade" up >/dev/null
  "$TRADE_TESTS_BIN/acknowledged_orders" check "$TRADE_HOME" "$TRADE_HOME/during"
  expect_exit 0 t --timeout 60 reconcile
  # A backup takes the archive along.
  expect_exit 0 t backup --verify "$TRADE_HOME/../$(basename "$TRADE_HOME").copy"
  expect_json .full_state_hash "\"$hash\""
  rm -r "$TRADE_HOME/../$(basename "$TRADE_HOME").copy"
  # What was taken away is missed by name.
  mv "$TRADE_HOME/journal/archive" "$TRADE_HOME/taken"
  expect_exit 5 t replay journal
  expect_error batch_not_archived
  expect_exit 0 t status
}

@test "files of the archive that were moved elsewhere are missed by nobody but who reads them" {
  small_market
  for _ in 1 2 3 4 5 6 7 8; do t place buy 1 AAPL --limit 149 --account alice >/dev/null; done
  # Stopping leaves a checkpoint: what is before it can be pruned.
  "$trade" down >/dev/null
  expect_exit 0 t journal verify
  pruned=$(jq .batches <<<"$output")
  sequence=$(jq .last_sequence <<<"$output")
  t journal archive --through "$pruned" >/dev/null
  "$trade" up >/dev/null
  for _ in 1 2 3; do t place buy 1 AAPL --limit 149 --account alice >/dev/null; done
  # What waits in the redo log goes to the database.
  "$trade" down >/dev/null
  expect_exit 0 t journal prune --older-than 0
  expect_json .kept_from $((pruned + 1))
  mv "$TRADE_HOME/journal/archive" "$TRADE_HOME/run/taken"
  "$trade" up >/dev/null

  expect_exit 0 t events --from-sequence $((sequence + 1)) --until-now
  [ "$(head -n 1 <<<"$output" | jq .sequence)" = $((sequence + 1)) ]
  expect_exit 5 t events --from-sequence "$sequence" --until-now
  expect_error batch_not_archived
  grep -q "begin with event $((sequence + 1))" <<<"$errors"
  expect_exit 0 t journal prune --older-than 0
  expect_json .last_batch null
  expect_exit 0 t journal archive --older-than 0
  expect_json .first_batch $((pruned + 1))
  rm -r "$TRADE_HOME/journal/archive"
  expect_exit 5 t replay journal
  expect_error batch_not_archived

  # What a backup has is proven from a checkpoint on.
  copy=$TRADE_HOME/../$(basename "$TRADE_HOME").copy
  expect_exit 0 t backup --verify "$copy"
  expect_json .proven_from $((pruned + 1))
  hash=$(jq .full_state_hash <<<"$output")
  other=$TRADE_HOME/../$(basename "$TRADE_HOME").other
  expect_exit 0 "$trade" --json --home "$other" restore "$copy"
  expect_json .proven_from $((pruned + 1))
  expect_json .full_state_hash "$hash"
  (
    TRADE_HOME=$other
    "$trade" up >/dev/null
    expect_exit 0 t --timeout 60 reconcile
    expect_exit 0 t place buy 1 AAPL --limit 149 --account alice
    "$trade" down >/dev/null
  )
  rm -r "$other"
  # Without one, it is said which files are needed, and where.
  rm "$copy"/journal/checkpoint-*
  expect_exit 5 "$trade" --json --home "$other" restore "$copy"
  expect_error batch_not_archived
  grep -q "batches 1 to $pruned to $copy/journal/archive" <<<"$errors"
  cp -r "$TRADE_HOME/run/taken" "$copy/journal/archive"
  expect_exit 0 "$trade" --json --home "$other" restore "$copy"
  expect_json .proven_from 1
  expect_json .full_state_hash "$hash"
}

@test "the configuration says what is old" {
  small_market
  expect_exit 0 t journal archive
  expect_json .last_batch null
  TRADE_JOURNAL_ARCHIVE_AFTER_DAYS=0 expect_exit 0 t journal archive
  expect_json .segments 0
  expect_exit 0 t journal archive --older-than 0
  expect_json '.segments' 1
  expect_exit 2 t journal archive --older-than 0 --through 1
}
