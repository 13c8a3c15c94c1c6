#!/usr/bin/env bats
# Venues and routes by the command line, while no venue answers.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

# Nobody listens at this port.
add_venue() {
  t route add NYX --host 127.0.0.1 --port 1 --password "open, sesame" "$@" 2>/dev/null
}

@test "a venue is added, listed with its route, and removed" {
  small_market
  output=$(add_venue --version FIX.4.2 --target NYX-GW --heartbeat 10 --reset-at never)
  expect_json '[.venue, .session, .when_down, .clearing_account, .address]' \
    '["NYX","down","hold","venue.NYX","127.0.0.1:1"]'
  expect_json '[.version, .sender_comp_id, .target_comp_id, .heartbeat_seconds, .reset_at, .tls]' \
    '["FIX.4.2","TRADE","NYX-GW",10,"never",false]'
  expect_json '[.answer_seconds, .send_account]' '[30,false]'
  [[ "$output" != *sesame* ]]
  output=$(t route set AAPL NYX)
  expect_json .route '"NYX"'
  output=$(t route list)
  expect_json '.[0] | [.venue, .symbols, .open_orders]' '["NYX",["AAPL"],0]'
  expect_exit 3 t route remove NYX
  expect_error open_orders
  t route set AAPL internal >/dev/null
  t route remove NYX >/dev/null
  output=$(t route list)
  expect_json length 0
  expect_exit 5 t route set AAPL NYX
  expect_error unknown_venue
}

@test "an order for a venue that is away is held, shown as held, and cancelled at once" {
  small_market
  add_venue >/dev/null
  t route set AAPL NYX >/dev/null
  output=$(t place buy 1 AAPL --limit 150 --account alice)
  expect_json '[.status, .venue, .venue_state]' '["pending","NYX","held"]'
  id=$(jq -r .id <<<"$output")
  output=$(t orders --account alice)
  expect_json '.[0] | [.venue, .venue_state]' '["NYX","held"]'
  [[ "$("$trade" orders --account alice)" == *NYX*held* ]]
  output=$(t cancel "$id" --account alice)
  expect_json '.status // .[0].status' '"cancelled"'
  t reconcile >/dev/null
}

@test "fixd runs where there is a venue" {
  small_market
  output=$(t status)
  expect_json '[.[] | select(.daemon == "fixd")] | length' 0
  add_venue --when-down refuse >/dev/null
  "$trade" up >/dev/null
  output=$(t status)
  expect_json '[.[] | select(.daemon == "fixd")] | map(.state)' '["running"]'
  t route set AAPL NYX >/dev/null
  expect_exit 3 t place buy 1 AAPL --limit 150 --account alice
  expect_error venue_down
}

@test "what is wrong with a venue is told at once, and nothing is added" {
  start_suite
  expect_exit 2 t route add NYX
  expect_exit 2 t route add internal --host 127.0.0.1 --port 1
  expect_exit 2 t route add NYX --host "two words" --port 1
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 65536
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 1 --trust-any-certificate
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 1 --answer-within 3601
  expect_exit 5 t route add NYX --host 127.0.0.1 --port 1 --password-file "$TRADE_HOME/nowhere"
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 1 --password-file - --password secret
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 1 --password-file - </dev/null
  expect_exit 2 t route add NYX --host 127.0.0.1 --port 1 --password-file - < <(printf '%01025d' 0)
  output=$(t route add NYX --host 127.0.0.1 --port 1 --dry-run)
  expect_json .accepted true
  output=$(t route list)
  expect_json length 0
  [ ! -e "$TRADE_HOME/fix/venues" ]
}

@test "the table is mended where only the journal knows a venue" {
  start_suite
  add_venue >/dev/null
  expect_exit 3 add_venue
  rm -r "$TRADE_HOME/fix/venues"
  output=$(t route list)
  expect_json '.[0].address' null
  add_venue --heartbeat 5 >/dev/null
  output=$(t route list)
  expect_json '.[0].heartbeat_seconds' 5
}
