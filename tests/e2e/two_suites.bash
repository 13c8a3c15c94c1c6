# For tests with two suites: the broker's, of TRADE_HOME, routes AAPL to the exchange's. After suite.bash and
# routing.bash.

setup() {
  new_home
  exchange_home=$(mktemp -d "${TMPDIR:-/tmp}/trade-e2e.XXXXXX")
  exchange_port=0
  export TRADE_FIXD_LISTEN=127.0.0.1:0
}

teardown() {
  if [ "${BATS_TEST_COMPLETED:-}" != 1 ]; then
    tail -n 20 "$TRADE_HOME"/log/*.log "$exchange_home"/log/*.log 2>/dev/null || true
  fi
  remove_home
  TRADE_HOME=$exchange_home
  remove_home
}

# exchange ARGS: the command line of the other suite, with JSON output.
exchange() {
  TRADE_HOME=$exchange_home TRADE_FIXD_LISTEN=127.0.0.1:$exchange_port TRADE_FIXD_TLS_LISTEN=${exchange_tls:-off} \
    "$trade" --json "$@"
}

# start_exchange OPTION...: of the broker's session there, which is account "broker" unless they say otherwise.
start_exchange() {
  exchange up >/dev/null
  exchange account open broker --deposit 10000000 >/dev/null
  exchange account open maker --deposit 100000000 >/dev/null
  exchange symbol add AAPL --previous-close 150 >/dev/null
  exchange account transfer-in broker AAPL 100000 --cost 100 >/dev/null
  exchange account transfer-in maker AAPL 1000000 --cost 100 >/dev/null
  exchange --account broker fix session add BROKER --password open-sesame "$@" >/dev/null 2>&1
  exchange up >/dev/null
  exchange_port=$(sed 's/.*://' "$exchange_home/run/fixd.fix")
}

# Of more cash than the broker has at the exchange: there may be refused what is taken here.
start_broker() {
  start_suite
  t account open alice --deposit 100000000 >/dev/null
  t symbol add AAPL --previous-close 150 >/dev/null
  t account transfer-in alice AAPL 100000 --cost 100 >/dev/null
  add_exchange "$exchange_port" --target TRADE "$@"
}

# start_client COMPID ACCOUNT: a FIX session of the broker's, whose client steps with `step`.
start_client() {
  t fix session add "$1" --account "$2" --password open-sesame >/dev/null 2>&1
  "$trade" up >/dev/null
  client_port=$(sed 's/.*://' "$TRADE_HOME/run/fixd.fix")
}

# step NAME ARGS: one step of a FIX client.
step() {
  run env EXCHANGE_HOME="$exchange_home" timeout 100 python3 "$BATS_TEST_DIRNAME/fix_routed.py" "$client_port" \
    open-sesame "$@"
  [ "$status" -eq 0 ] || {
    echo "$output"
    false
  }
}

place() {
  t place "$@" --account alice 2>/dev/null | jq -r .id
}

make() {
  exchange place "$@" --account maker >/dev/null
}

# The exchange's order that stands for one of the broker's.
exchange_order_of() {
  exchange orders --account broker --status all --limit 100000 |
    jq -c --arg id "$1-" '[.[] | select(.client_order_id | startswith($id))] | last'
}

# expect_agreement [ACCOUNT [ACCOUNT-THERE]]: what both suites say of their fills and orders is the same, one for
# one. There are some.
expect_agreement() {
  local - account=${1:-alice} account_there=${2:-broker}
  set -o pipefail
  t fills --account "$account" --limit 50000 | jq -r '.[] | [.side, .quantity, .price] | join(" ")' | sort >"$TRADE_HOME/fills"
  exchange fills --account "$account_there" --limit 50000 | jq -r '.[] | [.side, .quantity, .price] | join(" ")' | sort >"$TRADE_HOME/fills-there"
  diff "$TRADE_HOME/fills" "$TRADE_HOME/fills-there"
  [ -s "$TRADE_HOME/fills" ]
  t orders --account "$account" --status all --limit 100000 |
    jq -r '.[] | select(.venue_order_id != null and .venue_order_id != "") |
      [.id, .side, .filled_quantity, .status] | join(" ")' | sort >"$TRADE_HOME/orders"
  exchange orders --account "$account_there" --status all --limit 100000 |
    jq -r '.[] | [(.client_order_id | split("-")[0]), .side, .filled_quantity, .status] | join(" ")' |
    sort >"$TRADE_HOME/orders-there"
  diff "$TRADE_HOME/orders" "$TRADE_HOME/orders-there"
  [ -s "$TRADE_HOME/orders" ]
  t reconcile >/dev/null
  exchange reconcile >/dev/null
}
