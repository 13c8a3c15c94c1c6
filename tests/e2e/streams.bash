# WebSocket clients of the gateway, for tests that load gateway.bash too.

needs_node() {
  command -v node >/dev/null || skip "node is not installed: it is the tests' WebSocket client"
}

# stream_at PATH FILE MESSAGE...: a client in the background, `stream_pid`, that writes what comes to FILE; `say`
# sends more, closing descriptor 8 ends it.
stream_at() {
  local path=$1 file=$2
  shift 2
  mkfifo "$TRADE_HOME/.say"
  node --experimental-websocket --no-warnings "$BATS_TEST_DIRNAME/stream.js" "ws${url#http}$path" "$@" \
    <"$TRADE_HOME/.say" >"$file" 3>&- &
  stream_pid=$!
  exec 8>"$TRADE_HOME/.say"
}

say() {
  echo "$1" >&8
}

# await FILE FILTER: until jq finds it in one of the lines.
await() {
  for _ in $(seq 300); do
    [ -n "$(jq -c "select($2)" "$1" 2>/dev/null)" ] && return 0
    sleep 0.1
  done
  echo "never came: $2; there is:"
  cat "$1"
  return 1
}
