#!/usr/bin/env bats
# A whole day by QuickFIX's own initiator, through disconnects and kills.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

start_day() {
  small_market
  t account deposit alice 1000000 >/dev/null
  t account transfer-in bob AAPL 9000000 --cost 100 >/dev/null
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  t fix session add SELLSIDE --account bob --password open-sesame >/dev/null 2>&1
  "$trade" up >/dev/null
  port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
  # After a kill it is to be found where it was.
  export TRADE_FIXD_LISTEN=127.0.0.1:$port
  mkdir "$TRADE_HOME/client"
}

kill_of() {
  echo "kill -9 \$(cat '$TRADE_HOME/run/$1.pid'); for i in 1 2 3; do '$trade' up >/dev/null 2>&1 && exit 0; done; exit 1"
}

initiator() {
  local mode=$1
  shift
  run timeout $((270 + ${TRADE_STORM_SECONDS:-10})) "$TRADE_TESTS_BIN/fix_initiator" "$mode" "$port" "$TRADE_HOME/client" \
    "$TRADE_SOURCE_DIR/lib/fix/fix44.xml" "$(kill_of fixd)" "$(kill_of tradingd)" "$@"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "a day of QuickFIX's initiator: every order type, a disconnect, kills, and a resend of it all" {
  start_day
  initiator day
}

@test "a storm of orders through kills: none lost, none doubled, and every fill told once" {
  start_day
  initiator storm "${TRADE_STORM_SECONDS:-10}" "${TRADE_STORM_SEED:-$RANDOM}"
  "$trade" up >/dev/null
  # What the client was told of each order is what the books say, and there is no order it was not told of.
  for account in alice bob; do
    t orders --account "$account" --status all --limit 100000
  done | jq -rs 'add[] | [.id, .client_order_id,
      ({submitted: "0", partially_filled: "1", filled: "2", cancelled: "4", rejected: "8", expired: "C"}[.status]),
      (.filled_quantity | tostring)] | join(" ")' | sort >"$TRADE_HOME/booked"
  sort "$TRADE_HOME/client/told" >"$TRADE_HOME/told"
  [ -s "$TRADE_HOME/told" ]
  diff "$TRADE_HOME/told" "$TRADE_HOME/booked"
}
