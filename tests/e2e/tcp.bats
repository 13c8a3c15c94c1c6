#!/usr/bin/env bats
# Clients over TCP: let in by a CURVE key, with a role, each request looked at anew.
load suite.bash

# The small market, with every daemon that can be on TCP, on a port that the system chooses.
tcp_market() {
  export TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:0 TRADE_LEDGERD_TCP_LISTEN=127.0.0.1:0
  export TRADE_FEEDD_TCP_LISTEN=127.0.0.1:0
  small_market
  profiles=$TRADE_HOME/profiles
  mkdir -m 700 "$profiles"
}

# profile NAME ARGS: makes a key and its profile; prints the key's id.
profile() {
  local name=$1
  shift
  t key create --curve --profile "$profiles/$name" "$@" 2>/dev/null | jq -r .id
}

# as NAME ARGS: the command line as a client of the network, which has no home of the suite.
as() {
  local name=$1
  shift
  env -u TRADE_HOME HOME="$profiles" "$trade" --json --connect "$profiles/$name" --timeout 2 "$@"
}

@test "a trader places, sees and cancels the orders of its account, and of no other" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  expect_exit 0 as alice place buy 10 AAPL --limit 100
  order=$(jq -r '.id // .[0].id' <<<"$output")
  expect_json .account '"alice"'
  expect_exit 0 as alice orders
  expect_json length 1
  expect_exit 0 as alice order "$order"
  expect_exit 0 as alice portfolio
  expect_exit 0 as alice account show alice
  expect_exit 0 as alice quote AAPL
  expect_exit 0 as alice symbol list
  expect_exit 0 as alice cancel "$order"
  # Here, over ipc, it is the same order.
  expect_exit 0 t orders --account alice --status all
  expect_json '.[0].status' '"cancelled"'

  expect_exit 0 t place buy 1 AAPL --limit 100 --account bob
  other=$(jq -r .id <<<"$output")
  expect_exit 4 as alice --account bob place buy 10 AAPL --limit 100
  expect_error not_permitted
  expect_exit 4 as alice --account bob cancel "$other"
  expect_exit 4 as alice cancel "$other"
  expect_error not_your_order
  expect_exit 4 as alice order "$other"
  expect_error not_your_order
  expect_exit 4 as alice --account bob portfolio
  expect_exit 4 as alice --account bob orders
  expect_exit 4 as alice --account bob fills
  expect_exit 4 as alice account list
  expect_exit 4 as alice account deposit alice 1000000
  expect_exit 4 as alice symbol add EVIL --previous-close 1
  expect_exit 4 as alice cancel --all --every-account
  expect_exit 0 t order "$other"
  expect_json .status '"submitted"'
}

@test "a viewer reads its account and the market, and writes nothing" {
  tcp_market
  profile viewer --account alice --role viewer >/dev/null
  expect_exit 0 as viewer portfolio
  expect_exit 0 as viewer orders
  expect_exit 0 as viewer quote AAPL
  expect_exit 4 as viewer place buy 10 AAPL --limit 100
  expect_error not_permitted
  expect_exit 4 as viewer place buy 10 AAPL --limit 100 --dry-run
  expect_exit 4 as viewer cancel 1
  expect_exit 4 as viewer --account bob portfolio
  expect_exit 0 t orders --account alice --status all
  expect_json length 0
}

@test "an operator may do everything that the daemons on TCP can" {
  tcp_market
  profile desk --role operator >/dev/null
  expect_exit 0 as desk account list
  expect_exit 0 as desk account deposit alice 1000
  expect_exit 0 as desk symbol add MSFT --previous-close 300
  expect_exit 0 as desk --account bob place sell 10 AAPL --limit 140
  expect_exit 0 as desk --account alice place buy 10 AAPL --limit 140
  expect_json .status '"filled"'
  expect_exit 0 as desk --account bob fills
  expect_json length 1
  expect_exit 0 as desk reconcile
}

@test "a key that nobody knows, or that has expired, gets no answer" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  expect_exit 0 as alice portfolio
  # Another key pair in the same profile.
  profile stranger --account alice --role trader >/dev/null
  key=$(t key create --curve --account alice --role trader)
  t key list --curve >/dev/null
  public=$(printf 'ab%.0s' $(seq 32))
  sed -i "s/^public_key = .*/public_key = \"$public\"/" "$profiles/stranger"
  expect_exit 6 as stranger portfolio
  expect_exit 6 as stranger place buy 1 AAPL --limit 100
  # Another server key.
  profile lost --account alice --role trader >/dev/null
  sed -i "s/^server_key = .*/server_key = \"$public\"/" "$profiles/lost"
  expect_exit 6 as lost portfolio
  # What expires while it is used is told so; afterwards it gets no answer.
  at=$(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)
  profile brief --account alice --role trader --expires "$at" >/dev/null
  expect_exit 0 as brief portfolio
  while [ "$(date +%s)" -le "$(date -d "$at" +%s)" ]; do sleep 0.2; done
  expect_exit 6 as brief portfolio
  expect_exit 0 t orders --account alice --status all
  expect_json length 0
  expect_exit 0 as alice portfolio
}

@test "a client without CURVE gets no answer, and what it sends reaches nobody" {
  tcp_market
  port=$(t status | jq '.[] | select(.daemon == "tradingd") | .counters.tcp_port')
  before=$(t status | jq '.[] | select(.daemon == "tradingd") | .counters.malformed_requests')
  # Greets as ZMTP 3.0 with the mechanism NULL, then sends a READY and a message.
  exec 5<>"/dev/tcp/127.0.0.1/$port"
  printf '\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >&5
  printf '\x04\x19\x05READY\x0bSocket-Type\0\0\0\x06DEALER\0\x05hello' >&5 || true
  # It is hung up on; beyond the server's own greeting (64 bytes) nothing comes.
  answered=$(timeout 8 cat <&5 | wc -c)
  exec 5>&-
  [ "$answered" -le 64 ]
  after=$(t status | jq '.[] | select(.daemon == "tradingd") | .counters.malformed_requests')
  [ "$before" = "$after" ]
}

@test "a key that is revoked is cut off at once, on a connection that stands too" {
  tcp_market
  id=$(profile alice --account alice --role trader)
  profile bob --account bob --role trader >/dev/null
  # One process, one connection: the lines of a scenario file are its requests.
  mkfifo "$TRADE_HOME/lines"
  "$TRADE_TESTS_BIN/live_client" "$profiles/alice" alice <"$TRADE_HOME/lines" >"$TRADE_HOME/answers" 3>&- &
  client=$!
  exec 4>"$TRADE_HOME/lines"
  await_answers() {
    for _ in $(seq 200); do
      [ "$(wc -l <"$TRADE_HOME/answers")" -ge "$1" ] && return
      sleep 0.05
    done
    echo "no $1 answers: $(cat "$TRADE_HOME/answers")"
    return 1
  }
  echo portfolio >&4
  echo place >&4
  await_answers 2
  [ "$(cat "$TRADE_HOME/answers")" = "$(printf 'ok\nok')" ]
  expect_exit 0 t key revoke --curve "$id"
  echo portfolio >&4
  echo place >&4
  await_answers 4
  exec 4>&-
  wait "$client"
  [ "$(tail -n 2 "$TRADE_HOME/answers")" = "$(printf 'unauthorized\nunauthorized')" ]
  # A new connection gets no answer; others go on, over TCP and here.
  expect_exit 6 as alice portfolio
  expect_exit 0 as bob portfolio
  expect_exit 0 t orders --account alice
  expect_json length 1
  expect_exit 0 t key list --curve
  expect_json '[.[] | select(.revoked_at != null)] | length' 1
}

@test "keys and their files are for their owner alone, and no secret is in a log" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  created=$(t key create --curve --account alice --role trader 2>/dev/null)
  secret=$(jq -r .secret_key <<<"$created")
  [ "${#secret}" = 64 ]
  [ "$(jq -r .server_key <<<"$created")" = "$(t key server | jq -r .server_key)" ]
  expect_exit 0 as alice portfolio
  [ "$(stat -c %a "$profiles/alice" "$TRADE_HOME/curve/server.key" | sort -u)" = 600 ]
  [ "$(stat -c %a "$TRADE_HOME/curve" "$TRADE_HOME/curve/clients" | sort -u)" = 700 ]
  # The table has public parts only; the server's own key is in its one file.
  ! grep -rlF "$secret" "$TRADE_HOME"
  server_secret=$(cat "$TRADE_HOME/curve/server.key")
  [ "$(grep -rlF "$server_secret" "$TRADE_HOME")" = "$TRADE_HOME/curve/server.key" ]
  profile_secret=$(sed -n 's/^secret_key = "\(.*\)"/\1/p' "$profiles/alice")
  [ "$(grep -rlF "$profile_secret" "$TRADE_HOME")" = "$profiles/alice" ]
  # A profile that others can read is not used, and a wrong one is not quoted.
  chmod 640 "$profiles/alice"
  expect_exit 4 as alice portfolio
  chmod 600 "$profiles/alice"
  echo "oops = \"$profile_secret\"" >>"$profiles/alice"
  expect_exit 2 as alice portfolio
  [[ $errors != *"$profile_secret"* ]]

  expect_exit 0 t doctor
  expect_json '[.[] | select(.check == "keys")] | .[0].state' '"ok"'
  chmod 644 "$TRADE_HOME/curve/server.key"
  expect_exit 1 t doctor
  expect_json '[.[] | select(.check == "keys")] | .[0].state' '"error"'
}

@test "what works on the suite's machine alone says so, and without tcp_listen there is no TCP" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  expect_exit 2 as alice down
  expect_exit 2 as alice key list --curve
  expect_exit 2 as alice key list
  "$trade" down >/dev/null
  expect_exit 7 as alice portfolio
  unset TRADE_TRADINGD_TCP_LISTEN TRADE_LEDGERD_TCP_LISTEN TRADE_FEEDD_TCP_LISTEN
  start_suite
  expect_exit 7 as alice portfolio
  expect_exit 2 t key create --curve --account alice --role trader --profile "$profiles/none"
  [ ! -e "$profiles/none" ]
}
