#!/usr/bin/env bats
# Old batches go to the archive while orders flow, and everything still finds them.
load suite.bash

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
