#!/usr/bin/env bats
# Orders that go to a venue which is not ours: QuickFIX's own acceptor, which says what it is told to.
load suite.bash
load routing.bash

setup() {
  new_home
  export TRADE_FIXD_LISTEN=off
  mkdir "$TRADE_HOME/exchange"
  mkfifo "$TRADE_HOME/exchange/says"
  exchange_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

teardown() {
  if [ "${BATS_TEST_COMPLETED:-}" != 1 ]; then
    tail -n 30 "$TRADE_HOME"/log/fixd.log "$TRADE_HOME/exchange/heard" 2>/dev/null || true
  fi
  [ -z "${exchange_pid:-}" ] || kill "$exchange_pid" 2>/dev/null || true
  remove_home
}

# start VERSION OPTION...: the exchange, and a broker that routes AAPL to it.
start() {
  local version=$1
  shift
  mkdir "$TRADE_HOME/exchange/store"
  "$TRADE_TESTS_BIN/fix_venue" "$exchange_port" "$TRADE_HOME/exchange/store" \
    "$TRADE_SOURCE_DIR/lib/fix/fix${version//[!0-9]/}.xml" "$version" \
    <"$TRADE_HOME/exchange/says" >"$TRADE_HOME/exchange/heard" 2>&1 3>&- &
  exchange_pid=$!
  exec 9>"$TRADE_HOME/exchange/says"
  start_suite
  t account open alice --deposit 1000000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  t account transfer-in alice AAPL 1000 --cost 100 >/dev/null
  add_exchange "$exchange_port" --version "$version" "$@"
  await 20 venue_is_up
}

did() {
  [ "$(grep -c '^did ' "$TRADE_HOME/exchange/heard")" -ge "$1" ]
}

# says WORD...: tells the exchange what to do, and returns when it has.
says() {
  local before
  before=$(grep -c '^did ' "$TRADE_HOME/exchange/heard" || true)
  echo "$*" >&9
  await 20 did $((before + 1))
}

# heard PATTERN: the exchange has been told so.
heard() {
  grep -qE "$1" "$TRADE_HOME/exchange/heard"
}

place() {
  t place "$@" --account alice 2>/dev/null | jq -r .id
}

reconciled() {
  t reconcile >/dev/null 2>&1
}

through_a_day() {
  # A fill in parts, one of which never was, and one of which was another.
  id=$(place buy 100 AAPL --limit 150.00)
  expect_order "$id" '[.status, .venue_state, .venue_order_id]' "[\"submitted\",\"working\",\"X-$id-1\"]"
  says fill "$id-1" 40 150.00 E1
  expect_order "$id" '[.status, .filled_quantity]' '["partially_filled",40]'
  says fill "$id-1" 10 149.00 E2
  expect_order "$id" .filled_quantity 50
  says again
  says bust "$id-1" E1 E3
  expect_order "$id" '[.filled_quantity, .average_price]' '[10,"149.00"]'
  says correct "$id-1" E2 E4 20 148.00
  expect_order "$id" '[.filled_quantity, .average_price]' '[20,"148.00"]'
  await 20 reconciled

  # Replaced, on request and unasked; cancelled likewise.
  t replace "$id" --quantity 80 --limit 151.00 --account alice >/dev/null
  expect_order "$id" '[.quantity, .price, .venue_state]' '[80,"151.00","working"]'
  says restated "$id-2" 60 151.00
  expect_order "$id" .quantity 60
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" '[.status, .filled_quantity]' '["cancelled",20]'
  heard "35=F.*11=$id-3\|.*41=$id-2\|"
  id=$(place sell 10 AAPL --limit 152.00)
  expect_order "$id" .status '"submitted"'
  says cancelled "$id-1"
  expect_order "$id" .status '"cancelled"'
  id=$(place sell 10 AAPL --limit 152.00)
  expect_order "$id" .status '"submitted"'
  says expired "$id-1"
  expect_order "$id" .status '"expired"'

  # Refused: the order, and changes of it. A cancel that comes too late.
  says auto off
  id=$(place buy 5 AAPL --limit 150.00)
  expect_order "$id" '[.status, .venue_state]' '["pending","sending"]'
  says reject "$id-1" closed
  expect_order "$id" '[.status, .reject_reason]' '["rejected","venue_rejected"]'
  id=$(place buy 5 AAPL --limit 150.00)
  await 20 heard "35=D.*11=$id-1"
  says accept "$id-1"
  expect_order "$id" .venue_state '"working"'
  t replace "$id" --quantity 6 --account alice >/dev/null
  expect_order "$id" .venue_state '"pending_replace"'
  expect_exit 3 t cancel "$id" --account alice
  expect_error pending_at_venue
  says refuse "$id-2" "$id-1" 3 2
  expect_order "$id" '[.venue_state, .quantity]' '["working",5]'
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" .venue_state '"pending_cancel"'
  says fill "$id-1" 5 150.00 E5
  says refuse "$id-3" "$id-1" 0 1
  expect_order "$id" '[.status, .filled_quantity]' '["filled",5]'
  says auto on
  await 20 reconciled
}

after_a_loss() {
  # What was told while nobody listened comes again; what was never told is asked for.
  a=$(place buy 10 AAPL --limit 150.00)
  b=$(place buy 20 AAPL --limit 150.00)
  c=$(place buy 30 AAPL --limit 150.00)
  for id in "$a" "$b" "$c"; do expect_order "$id" .venue_state '"working"'; done
  says hide
  says fill "$a-1" 4 149.50 L1
  says hide
  says cancelled "$b-1"
  says stop
  await 20 venue_is_down
  expect_order "$a" .venue_state '"unknown"'
  says fill "$c-1" 30 149.00 L2
  says start
  await 30 venue_is_up
  expect_order "$c" '[.status, .average_price]' '["filled","149.00"]'
  expect_order "$a" '[.status, .filled_quantity, .average_price, .venue_state]' '["partially_filled",4,"149.50","working"]'
  expect_order "$b" .status '"cancelled"'

  # fixd and tradingd are killed in between.
  kill -9 "$(daemon_pid fixd)"
  says fill "$a-1" 3 149.50 L3
  "$trade" up >/dev/null
  expect_order "$a" .filled_quantity 7
  kill -9 "$(daemon_pid tradingd)"
  says fill "$a-1" 3 149.50 L4
  "$trade" up >/dev/null
  expect_order "$a" .status '"filled"'

  # An order that the venue does not know was never there.
  id=$(place buy 10 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"working"'
  says stop
  says forget
  await 20 venue_is_down
  says start
  await 30 venue_is_up
  expect_order "$id" .status '"cancelled"'
  await 20 is_settled alice
  await 20 reconciled

  # What the venue cannot say the fate of is asked about by its own name, and was never there.
  id=$(place buy 10 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"working"'
  says away on
  t replace "$id" --quantity 12 --account alice >/dev/null
  await 20 heard "35=H.*11=$id-2\|"
  expect_order "$id" '[.venue_state, .quantity]' '["working",10]'
  t cancel "$id" --account alice >/dev/null
  await 20 heard "35=H.*11=$id-3\|"
  expect_order "$id" '[.status, .venue_state]' '["submitted","working"]'
  never=$(place buy 5 AAPL --limit 150.00)
  expect_order "$never" '[.status, .reject_reason]' '["rejected","venue_rejected"]'
  says away off
  # One that was done in spite of all is told late, and names the order from then on.
  says replaced "$id-2" "$id-1" 11 150.00
  expect_order "$id" '[.venue_state, .quantity]' '["working",11]'
  t replace "$id" --quantity 14 --account alice >/dev/null
  expect_order "$id" '[.venue_state, .quantity]' '["working",14]'
  heard "35=G.*11=$id-4\|.*41=$id-2\|"
  says fill "$id-4" 14 150.00 L5
  expect_order "$id" '[.status, .filled_quantity]' '["filled",14]'
  await 20 reconciled
  # Each request was sent once.
  run bash -c "grep '|35=[DFG]|' '$TRADE_HOME/exchange/heard' | grep -v '|43=Y|' | sed 's/.*|11=\([^|]*\)|.*/\1/' | sort | uniq -d"
  [ -z "$output" ]
}

@test "a day with QuickFIX's acceptor in FIX 4.4: fills, busts, corrections, replaces, cancels, refusals" {
  start FIX.4.4
  through_a_day
}

@test "the same day in FIX 4.2" {
  start FIX.4.2
  through_a_day
}

@test "what became of orders while the line was lost is known afterwards, in FIX 4.4" {
  start FIX.4.4
  after_a_loss
}

@test "what became of orders while the line was lost is known afterwards, in FIX 4.2" {
  start FIX.4.2
  after_a_loss
}

# routed_client STEP: a client over FIX goes through that step of fix_routed.py.
routed_client() {
  export TRADE_FIXD_LISTEN=127.0.0.1:0
  start FIX.4.4
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
  sleep 1.5 # it looks at its sessions every second
  run timeout 100 python3 "$BATS_TEST_DIRNAME/fix_routed.py" "$port" open-sesame "$1"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "a FIX client is told what became of its changes that were lost with the venue's session" {
  routed_client lost_changes
  await 20 is_settled alice
}

@test "a FIX client is told why an order whose change its venue has not answered cannot be changed" {
  routed_client pending_changes
}

@test "a venue that is removed and added again at once is logged on to anew" {
  start FIX.4.4
  t route set AAPL internal >/dev/null
  t route remove EXCHANGE >/dev/null
  t route add EXCHANGE --host 127.0.0.1 --port "$exchange_port" --sender BROKER --password open-sesame >/dev/null
  t route set AAPL EXCHANGE >/dev/null
  await 20 venue_is_up
  id=$(place buy 5 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"working"'
}

@test "what the venue does not answer is asked about, and of unknown fate until it is known" {
  start FIX.4.4 --answer-within 1
  output=$(t route list)
  expect_json '.[0].answer_seconds' 1
  # It has the order, and thinks about it.
  says auto off
  id=$(place buy 5 AAPL --limit 150.00)
  expect_order "$id" '[.status, .venue_state]' '["pending","unknown"]'
  await 20 heard "35=H.*11=$id-1\|"
  expect_exit 3 t cancel "$id" --account alice
  expect_error pending_at_venue
  says accept "$id-1"
  expect_order "$id" '[.status, .venue_state]' '["submitted","working"]'
  # It never heard of a cancel, which is asked for again.
  says auto on
  says deaf on
  says status off
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" '[.status, .venue_state]' '["submitted","unknown"]'
  says deaf off
  says status on
  expect_order "$id" .status '"cancelled"'
  # Nor of a replace, which is not; nor of an order, which was never there.
  id=$(place buy 5 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"working"'
  says deaf on
  t replace "$id" --quantity 6 --account alice >/dev/null
  never=$(place buy 7 AAPL --limit 150.00)
  expect_order "$never" '[.status, .reject_reason]' '["rejected","venue_rejected"]'
  expect_order "$id" '[.quantity, .venue_state]' '[5,"working"]'
  says deaf off
  # It answers no question either, until it does.
  says status off
  says auto off
  id=$(place buy 9 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"unknown"'
  await 20 heard "35=H.*11=$id-1\|"
  order_is "$id" .venue_state '"unknown"'
  says fill "$id-1" 9 149.00 S1
  expect_order "$id" '[.status, .average_price]' '["filled","149.00"]'
  grep -q "requests are not answered within 1 seconds" "$TRADE_HOME/log/fixd.log"
  await 20 reconciled
}

@test "orders bear their account where the venue wants that" {
  start FIX.4.2 --send-account
  output=$(t route list)
  expect_json '.[0] | [.send_account, .answer_seconds]' '[true,30]'
  id=$(place buy 5 AAPL --limit 150.00)
  expect_order "$id" .venue_state '"working"'
  t replace "$id" --quantity 6 --account alice >/dev/null
  expect_order "$id" .quantity 6
  t cancel "$id" --account alice >/dev/null
  expect_order "$id" .status '"cancelled"'
  for type in D F G; do heard "\\|35=$type\\|.*\\|1=alice\\|"; done
}

@test "a wrong password is not let in, and the log says so" {
  start FIX.4.4
  t route set AAPL internal >/dev/null
  t route remove EXCHANGE >/dev/null
  t route add EXCHANGE --host 127.0.0.1 --port "$exchange_port" --sender BROKER --password wrong >/dev/null
  await 20 grep -q "the other side logs out: Rejected Logon Attempt: a wrong password" "$TRADE_HOME/log/fixd.log"
  venue_is_down
}
