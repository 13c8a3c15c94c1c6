# For tests in which orders go to another venue by FIX. The broker's suite is that of TRADE_HOME.

# await SECONDS COMMAND...: until it succeeds.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if ((SECONDS >= deadline)); then
      echo "did not come about: $*"
      return 1
    fi
    sleep 0.1
  done
}

# order_is ID FILTER EXPECTED: what jq makes of the broker's order.
order_is() {
  local got
  got=$(t order "$1" 2>/dev/null | jq -c "$2") && [ "$got" = "$3" ] && return
  last_seen="order $1: $2 is $got, expected $3"
  return 1
}

# expect_order ID FILTER EXPECTED: it comes to be so.
expect_order() {
  await 20 order_is "$@" || {
    echo "$last_seen"
    t order "$1"
    return 1
  }
}

# No order of the broker is on its way to its venue, or of a fate that is not known.
is_settled() {
  [ "$(t orders --status open --limit 100000 --account "$1" 2>/dev/null |
    jq '[.[] | select(.venue_state != null and .venue_state != "working")] | length')" = 0 ]
}

venue_is_up() {
  [ "$(t route list 2>/dev/null | jq -r '.[] | select(.venue == "EXCHANGE") | .session')" = up ]
}

venue_is_down() {
  ! venue_is_up
}

# add_exchange PORT OPTION...: routes AAPL to a venue on this machine.
add_exchange() {
  local port=$1
  shift
  t route add EXCHANGE --host 127.0.0.1 --port "$port" --sender BROKER --password-file - "$@" <<<open-sesame >/dev/null
  t route set AAPL EXCHANGE >/dev/null
  "$trade" up >/dev/null
}
