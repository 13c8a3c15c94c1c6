#!/usr/bin/env bats
# What a FIX session must do and must not, case by case, by a client on a raw socket: one suite for all of
# them, since each begins with numbers of its own. The cases are in fix_protocol.py.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

setup_file() {
  new_home
  small_market
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  t fix session add OLDSIDE --account alice --version FIX.4.2 --password open-sesame >/dev/null 2>&1
  t fix session add SLOW --account alice --messages-per-second 10 --password open-sesame >/dev/null 2>&1
  t fix session add ELSEWHERE --account alice --allow 192.0.2.1 --password open-sesame >/dev/null 2>&1
  t fix session add HERE --account alice --allow 192.0.2.1,127.0.0.1 --password open-sesame >/dev/null 2>&1
  t fix session add COPIES --account alice --drop-copy --password open-sesame >/dev/null 2>&1
  "$trade" up >/dev/null
}

teardown_file() {
  remove_home
}

setup() {
  :
}

teardown() {
  [ "${BATS_TEST_COMPLETED:-}" = 1 ] || tail -n 20 "$TRADE_HOME/log/fixd.log"
}

protocol() {
  local port
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
  run timeout 60 python3 "$BATS_TEST_DIRNAME/fix_protocol.py" "$port" open-sesame "$1"
  [ "$status" -eq 0 ] || {
    echo "$output"
    false
  }
}

@test "logon is answered" {
  protocol logon_is_answered
}

@test "logon goes on where it was" {
  protocol logon_goes_on_where_it_was
}

@test "second logon of a connected session" {
  protocol second_logon_of_a_connected_session
}

@test "wrong password changes nothing" {
  protocol wrong_password_changes_nothing
}

@test "logon that names no session" {
  protocol logon_that_names_no_session
}

@test "logon that is not well formed" {
  protocol logon_that_is_not_well_formed
}

@test "logon with a high number" {
  protocol logon_with_a_high_number
}

@test "logon with a low number" {
  protocol logon_with_a_low_number
}

@test "logon with a reset within a session" {
  protocol logon_with_a_reset_within_a_session
}

@test "number too high" {
  protocol number_too_high
}

@test "number too low" {
  protocol number_too_low
}

@test "possible duplicate" {
  protocol possible_duplicate
}

@test "possible resend" {
  protocol possible_resend
}

@test "begin string of another version" {
  protocol begin_string_of_another_version
}

@test "comp ids of somebody else" {
  protocol comp_ids_of_somebody_else
}

@test "sending time that is off" {
  protocol sending_time_that_is_off
}

@test "message types" {
  protocol message_types
}

@test "wrong checksum" {
  protocol wrong_checksum
}

@test "wrong body length" {
  protocol wrong_body_length
}

@test "garbled messages" {
  protocol garbled_messages
}

@test "split and joined messages" {
  protocol split_and_joined_messages
}

@test "test request" {
  protocol test_request
}

@test "heartbeats and their absence" {
  protocol heartbeats_and_their_absence
}

@test "reject is taken" {
  protocol reject_is_taken
}

@test "resend is the same bytes" {
  protocol resend_is_the_same_bytes
}

@test "resend of session messages is a gap fill" {
  protocol resend_of_session_messages_is_a_gap_fill
}

@test "resend requests of both sides" {
  protocol resend_requests_of_both_sides
}

@test "gap fill" {
  protocol gap_fill
}

@test "gap fill too low" {
  protocol gap_fill_too_low
}

@test "sequence reset" {
  protocol sequence_reset
}

@test "logout" {
  protocol logout
}

@test "logout out of turn loses nothing" {
  protocol logout_out_of_turn_loses_nothing
}

@test "fields that are wrong" {
  protocol fields_that_are_wrong
}

@test "fields that are right in any order" {
  protocol fields_that_are_right_in_any_order
}

@test "address that is not allowed" {
  protocol address_that_is_not_allowed
}

@test "too many messages" {
  protocol too_many_messages
}

@test "too many session messages" {
  protocol too_many_session_messages
}

@test "copies may ask for nothing" {
  protocol copies_may_ask_for_nothing
}

@test "version four two" {
  protocol version_four_two
}

@test "idle connections keep nobody out" {
  ulimit -n 4096
  local before
  before=$(grep -c "refused" "$TRADE_HOME/log/fixd.log" || true)
  protocol idle_connections_keep_nobody_out
  [ $(($(grep -c "refused" "$TRADE_HOME/log/fixd.log") - before)) -lt 100 ]
}

@test "every case is run" {
  for name in $(python3 "$BATS_TEST_DIRNAME/fix_protocol.py"); do
    grep -q "^  protocol $name\$" "$BATS_TEST_FILENAME" || {
      echo "$name is not run"
      false
    }
  done
}
