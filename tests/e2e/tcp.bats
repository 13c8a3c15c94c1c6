#!/usr/bin/env bats
# Clients over TCP: let in by a CURVE key, with a role, each request looked at anew.
load suite.bash

# The small market, with every daemon that can be on TCP, on a port that the system chooses.
tcp_market() {
  export TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:0 TRADE_LEDGERD_TCP_LISTEN=127.0.0.1:0
  export TRADE_FEEDD_TCP_LISTEN=127.0.0.1:0 TRADE_FEEDD_TCP_PUBLISH=127.0.0.1:0
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
  env -u TRADE_HOME HOME="$profiles" "$trade" --json --connect "$profiles/$name" --timeout "${seconds:-2}" "$@"
}

# The same, and `t`, for the background, where the process is to be told to end.
stream_as() {
  local name=$1
  shift
  exec env -u TRADE_HOME HOME="$profiles" "$trade" --json --connect "$profiles/$name" --timeout "${seconds:-2}" "$@"
}
stream_here() {
  exec "$trade" --json "$@"
}

# The second home of a test is another suite.
teardown() {
  if [ "${BATS_TEST_COMPLETED:-}" != 1 ]; then
    tail -n 20 "$TRADE_HOME"/log/*.log "$TRADE_HOME"/other/log/*.log 2>/dev/null || true
  fi
  [ ! -d "$TRADE_HOME/other" ] || env -u TRADE_HOME "$trade" --home "$TRADE_HOME/other" down >/dev/null 2>&1 || true
  remove_home
}

# counter DAEMON NAME: of a daemon's status.
counter() {
  t status | jq ".[] | select(.daemon == \"$1\") | .counters.$2"
}

# await_lines FILE COUNT: until so many lines are there.
await_lines() {
  for _ in $(seq 400); do
    [ -f "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ] && return
    sleep 0.05
  done
  echo "no $2 lines in $1: $(cat "$1")"
  return 1
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
  port=$(counter tradingd tcp_port)
  before=$(counter tradingd malformed_requests)
  # Greets as ZMTP 3.0 with the mechanism NULL, then sends a READY and a message.
  exec 5<>"/dev/tcp/127.0.0.1/$port"
  printf '\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >&5
  printf '\x04\x19\x05READY\x0bSocket-Type\0\0\0\x06DEALER\0\x05hello' >&5 || true
  # It is hung up on; beyond the server's own greeting (64 bytes) nothing comes.
  answered=$(timeout 8 cat <&5 | wc -c)
  exec 5>&-
  [ "$answered" -le 64 ]
  after=$(counter tradingd malformed_requests)
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
  echo portfolio >&4
  echo place >&4
  await_lines "$TRADE_HOME/answers" 2
  [ "$(cat "$TRADE_HOME/answers")" = "$(printf 'ok\nok')" ]
  expect_exit 0 t key revoke --curve "$id"
  echo portfolio >&4
  echo place >&4
  await_lines "$TRADE_HOME/answers" 4
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
  refute grep -rlF "$secret" "$TRADE_HOME"
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
  unset TRADE_TRADINGD_TCP_LISTEN TRADE_LEDGERD_TCP_LISTEN TRADE_FEEDD_TCP_LISTEN TRADE_FEEDD_TCP_PUBLISH
  start_suite
  expect_exit 7 as alice portfolio
  expect_exit 2 t key create --curve --account alice --role trader --profile "$profiles/none"
  [ ! -e "$profiles/none" ]
}

@test "market data streams over TCP to whoever has a key, as it does here" {
  tcp_market
  profile viewer --account alice --role viewer >/dev/null
  [ "$(sed -n '/^\[publications\]/,$p' "$profiles/viewer" | grep -c '^feedd = "tcp://127.0.0.1:')" = 1 ]
  out=$TRADE_HOME/out
  mkdir "$out"
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  for where in here afar; do
    run_one=stream_here
    if [ "$where" = afar ]; then run_one="stream_as viewer"; fi
    $run_one quote AAPL --watch --for 60 >"$out/quote.$where" 3>&- &
    echo $! >>"$out/pids"
    $run_one depth AAPL --watch --for 60 >"$out/depth.$where" 3>&- &
    echo $! >>"$out/pids"
    $run_one bars AAPL --interval 1d --watch --for 60 >"$out/bars.$where" 3>&- &
    echo $! >>"$out/pids"
    $run_one tape AAPL --watch --count 2 --for 60 >"$out/tape.$where" 3>&- &
    echo $! >>"$out/tapes"
  done
  for where in here afar; do
    await_lines "$out/quote.$where" 1
    await_lines "$out/depth.$where" 1
  done
  t place buy 4 AAPL --limit 150 --account alice >/dev/null
  t place buy 6 AAPL --limit 150 --account alice >/dev/null
  # A tape misses nothing: it ends by itself after both trades.
  while read -r pid; do wait "$pid"; done <"$out/tapes"
  for where in here afar; do
    for _ in $(seq 200); do
      [ "$(tail -n 1 "$out/quote.$where" | jq .volume)" = 10 ] &&
        [ "$(tail -n 1 "$out/depth.$where" | jq '.asks | length')" = 0 ] &&
        [ "$(tail -n 1 "$out/bars.$where" | jq .volume)" = 10 ] && break
      sleep 0.05
    done
    [ "$(tail -n 1 "$out/quote.$where" | jq .volume)" = 10 ]
    [ "$(tail -n 1 "$out/depth.$where" | jq '.asks | length')" = 0 ]
    [ "$(tail -n 1 "$out/bars.$where" | jq .volume)" = 10 ]
  done
  while read -r pid; do kill -INT "$pid"; done <"$out/pids"
  while read -r pid; do wait "$pid"; done <"$out/pids"
  cmp "$out/tape.here" "$out/tape.afar"
  cmp <(tail -n 1 "$out/quote.here") <(tail -n 1 "$out/quote.afar")
  cmp <(tail -n 1 "$out/bars.here") <(tail -n 1 "$out/bars.afar")
}

@test "a stream over TCP goes on when feedd is killed and started again" {
  tcp_market
  port=$((20000 + RANDOM % 10000))
  "$trade" down >/dev/null
  export TRADE_FEEDD_TCP_LISTEN=127.0.0.1:$port TRADE_FEEDD_TCP_PUBLISH=127.0.0.1:$((port + 1))
  start_suite
  profile alice --account alice --role trader >/dev/null
  seconds=20 stream_as alice tape AAPL --watch --count 3 --for 60 >"$TRADE_HOME/tape" 3>&- &
  stream=$!
  t place sell 30 AAPL --limit 150 --account bob >/dev/null
  t place buy 10 AAPL --limit 150 --account alice >/dev/null
  await_lines "$TRADE_HOME/tape" 1
  kill -9 "$(daemon_pid feedd)"
  t place buy 10 AAPL --limit 150 --account alice >/dev/null
  start_suite
  t place buy 10 AAPL --limit 150 --account alice >/dev/null
  wait "$stream"
  [ "$(jq -s 'map(.quantity) | add' "$TRADE_HOME/tape")" = 30 ]
}

@test "events over TCP are those of the key's accounts, and of a trade the own side alone" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  profile desk --role operator >/dev/null
  t place sell 10 AAPL --limit 150 --account bob --client-id secret-of-bob >/dev/null
  stream_as alice events --count 3 --for 60 >"$TRADE_HOME/live" 3>&- &
  stream=$!
  # It has begun once ledgerd was asked.
  before=$(counter ledgerd requests_answered)
  for _ in $(seq 200); do
    [ "$(counter ledgerd requests_answered)" -gt "$((before + 1))" ] && break
    sleep 0.05
  done
  expect_exit 0 as alice place buy 15 AAPL --limit 150 --client-id mine
  wait "$stream"
  [ "$(jq -r .type "$TRADE_HOME/live" | xargs)" = "order_accepted trade_executed order_rested" ]
  trade_seen=$(sed -n 2p "$TRADE_HOME/live")
  [ "$(jq -c '[.taker_account, .maker_account, .maker_order_id, .maker_leaves, .quantity]' <<<"$trade_seen")" = \
    '["alice",null,null,0,10]' ]

  # From any event on, and nothing of bob in it.
  expect_exit 0 as alice events --from-sequence 1 --until-now
  [ "$(jq -r .type <<<"$output" | head -n 2 | xargs)" = "account_opened cash_moved" ]
  [[ $output != *bob* ]]
  # The same events as are here of that account, but for what is not alice's to see.
  own='del(.maker_account, .maker_order_id, .maker_leaves)'
  cmp <(jq -c "$own" <<<"$output") <(t events --account alice --from-sequence 1 --until-now | jq -c "$own")
  last=$(tail -n 1 <<<"$output" | jq .sequence)
  expect_exit 0 as alice events --from-sequence "$last" --until-now
  [ "$(jq -r .type <<<"$output")" = order_rested ]

  expect_exit 4 as alice --account bob events --from-sequence 1 --until-now
  expect_error not_permitted
  # All of it is an operator's.
  expect_exit 0 as desk events --from-sequence 1 --until-now
  cmp <(echo "$output") <(t events --from-sequence 1 --until-now)
}

@test "a key that is revoked loses its streams, and the others go on" {
  tcp_market
  id=$(profile alice --account alice --role trader)
  profile bob --account bob --role viewer >/dev/null
  stream_as alice quote AAPL --watch --for 60 >"$TRADE_HOME/alice" 2>"$TRADE_HOME/alice.errors" 3>&- &
  alice=$!
  stream_as alice events --from-sequence 1 --for 60 >"$TRADE_HOME/events" 2>"$TRADE_HOME/events.errors" 3>&- &
  events=$!
  stream_as bob quote AAPL --watch --for 60 >"$TRADE_HOME/bob" 3>&- &
  bob=$!
  for stream in alice events bob; do
    await_lines "$TRADE_HOME/$stream" 1
  done
  # It is no key of the gateway: the command that revokes it is named.
  expect_exit 5 t key revoke "$id"
  jq -r .hint <<<"$errors" | grep -qF "trade key revoke --curve $id"
  expect_exit 5 t key revoke --dry-run "$id"
  jq -r .hint <<<"$errors" | grep -qF "trade key revoke --curve $id"
  expect_exit 0 t key revoke --curve "$id"
  # What follows the market is disconnected within a second, and told why where it asks for the reason.
  status=0
  wait "$alice" || status=$?
  [ "$status" = 4 ]
  [ "$(jq -r .error "$TRADE_HOME/alice.errors")" = unauthorized ]
  status=0
  wait "$events" || status=$?
  [ "$status" = 4 ]
  [ "$(jq -r .error "$TRADE_HOME/events.errors")" = unauthorized ]
  lines=$(wc -l <"$TRADE_HOME/alice")
  seen=$(wc -l <"$TRADE_HOME/bob")
  t place sell 10 AAPL --limit 149 --account bob >/dev/null
  for _ in $(seq 200); do
    [ "$(tail -n 1 "$TRADE_HOME/bob" | jq -r .ask)" = 149.00 ] && break
    sleep 0.05
  done
  [ "$(tail -n 1 "$TRADE_HOME/bob" | jq -r .ask)" = 149.00 ]
  [ "$(wc -l <"$TRADE_HOME/bob")" -gt "$seen" ]
  [ "$(wc -l <"$TRADE_HOME/alice")" = "$lines" ]
  kill -INT "$bob"
  wait "$bob"
  [ "$(counter feedd tcp_publish_disconnections)" = 1 ]
  expect_exit 6 as alice quote AAPL --watch --for 5
}

@test "where nothing is streamed over TCP, it is said" {
  tcp_market
  "$trade" down >/dev/null
  export TRADE_FEEDD_TCP_PUBLISH=off
  start_suite
  profile alice --account alice --role trader >/dev/null
  refute grep -q '^\[publications\]' "$profiles/alice"
  expect_exit 0 as alice quote AAPL
  expect_exit 2 as alice quote AAPL --watch --for 5
  [[ $errors == *tcp_publish* ]]
  # Who is private is asked for, and needs no stream.
  expect_exit 0 as alice events --from-sequence 1 --until-now
}

@test "ledgerd and feedd on another machine follow by an operator's key, and catch up after they were killed" {
  port=$((20000 + RANDOM % 10000))
  export TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:$port
  small_market
  unset TRADE_TRADINGD_TCP_LISTEN
  profiles=$TRADE_HOME/profiles
  mkdir -m 700 "$profiles"
  TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:$port profile desk --role operator >/dev/null
  TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:$port profile viewer --account alice --role viewer >/dev/null
  other=$TRADE_HOME/other
  mkdir -m 700 "$other"
  o() { env -u TRADE_HOME "$trade" --json --home "$other" "$@"; }
  # agrees COMMAND...: until the other home says the same as this one, but for what tradingd alone knows.
  agrees() {
    local here there known='if type == "object" then del(.buying_power) else . end'
    for _ in $(seq 200); do
      here=$(t "$@" | jq -c "$known")
      there=$(o "$@" 2>/dev/null | jq -c "$known") || true
      [ "$here" = "$there" ] && return
      sleep 0.05
    done
    echo "here: $here"
    echo "there: $there"
    return 1
  }
  for daemon in ledgerd feedd; do
    o config set $daemon.follow "$profiles/desk" >/dev/null
  done
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  t place buy 4 AAPL --limit 150 --account alice >/dev/null
  # They are the home's whole suite.
  expect_exit 0 o up
  expect_exit 0 o status
  expect_json 'map(.daemon)' '["ledgerd","feedd"]'
  agrees portfolio --account alice
  agrees portfolio --account bob
  agrees quote AAPL
  agrees orders --account bob

  # Killed, they go on from where they were; what happened meanwhile is not missed.
  for daemon in ledgerd feedd; do
    kill -9 "$(o status | jq ".[] | select(.daemon == \"$daemon\") | .pid")"
  done
  t place buy 5 AAPL --limit 150 --account alice >/dev/null
  expect_exit 7 o portfolio --account alice
  expect_exit 0 o up
  agrees portfolio --account alice
  agrees fills --account alice
  agrees tape AAPL
  agrees quote AAPL

  # While tradingd is away they answer what they know, and say what they wait for.
  kill -9 "$(daemon_pid tradingd)"
  for _ in $(seq 200); do
    [ "$(o status | jq -r '[.[].state] | unique | .[]')" = "waiting for journal" ] && break
    sleep 0.1
  done
  [ "$(o status | jq -r '[.[].state] | unique | .[]')" = "waiting for journal" ]
  expect_exit 0 o portfolio --account alice
  TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:$port start_suite
  t place buy 1 AAPL --limit 150 --account alice >/dev/null
  agrees portfolio --account alice
  agrees quote AAPL
  [ "$(o status | jq -r '[.[].state] | unique | .[]')" = running ]
  env -u TRADE_HOME "$trade" --home "$other" down >/dev/null

  # A key that may not read the journal is told so, and nothing is followed.
  o config set ledgerd.follow "$profiles/viewer" >/dev/null
  status=0
  timeout 30 "$TRADE_BIN/ledgerd" --home "$other" >"$TRADE_HOME/refused" 2>&1 || status=$?
  [ "$status" = 1 ]
  grep -q 'may not read the journal' "$TRADE_HOME/refused"
  # One that is not known, or another server's, gets nothing.
  sed 's/^public_key = .*/public_key = "'"$(printf 'ab%.0s' $(seq 32))"'"/' "$profiles/desk" >"$profiles/stranger"
  sed 's/^server_key = .*/server_key = "'"$(printf 'ab%.0s' $(seq 32))"'"/' "$profiles/desk" >"$profiles/lost"
  chmod 600 "$profiles/stranger" "$profiles/lost"
  for wrong in stranger lost; do
    rm -rf "$other/feed"
    o config set feedd.follow "$profiles/$wrong" >/dev/null
    expect_exit 0 o up --only feedd
    # Longer than it waits for an answer.
    sleep 3
    expect_exit 0 o quote
    expect_json length 0
    [ "$(o status 2>/dev/null | jq -r '.[] | select(.daemon == "feedd") | .state')" = "waiting for journal" ]
    env -u TRADE_HOME "$trade" --home "$other" down >/dev/null
  done
}

@test "a flood of connections that prove nothing is bounded, and this machine's clients go on" {
  tcp_market
  profile alice --account alice --role trader >/dev/null
  port=$(counter tradingd tcp_port)
  pid=$(daemon_pid tradingd)
  descriptors=$(ls "/proc/$pid/fd" | wc -l)
  admitted=$(counter tradingd tcp_connections_admitted)
  python3 "$TRADE_SOURCE_DIR/tests/e2e/flood_connections.py" "$port" 20000 >"$TRADE_HOME/made" 3>&- &
  flood=$!
  # While it goes on, every request over ipc is answered, and what is open stays bounded.
  rounds=0
  while kill -0 "$flood" 2>/dev/null; do
    expect_exit 0 t place buy 1 AAPL --limit 1 --account alice
    expect_exit 0 t portfolio --account alice
    # What one address may open at once and in the time of a handshake, and what the requests above take.
    [ "$(ls "/proc/$pid/fd" | wc -l)" -lt $((descriptors + 300)) ]
    rounds=$((rounds + 1))
  done
  wait "$flood"
  [ "$rounds" -gt 0 ]
  [ "$(cat "$TRADE_HOME/made")" -gt 10000 ]
  [ "$(counter tradingd tcp_connections_turned_away)" -gt 5000 ]
  [ "$(counter tradingd tcp_connections_admitted)" = "$admitted" ]
  # All that was let in to prove itself is hung up on, and whoever has a key comes in again.
  for _ in $(seq 200); do
    [ "$(ls "/proc/$pid/fd" | wc -l)" -le $((descriptors + 10)) ] && break
    sleep 0.05
  done
  [ "$(ls "/proc/$pid/fd" | wc -l)" -le $((descriptors + 10)) ]
  seconds=20
  expect_exit 0 as alice orders --limit 100000
  expect_json length "$rounds"
}
