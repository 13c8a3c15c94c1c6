# What tests of the gateway have on top: where it serves, keys, and curl.

# start_gateway: the suite with a small market, and `url` (plain) and `tls_url`.
start_gateway() {
  small_market
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  tls_url=https://$(cat "$TRADE_HOME/run/gatewayd.https")
  certificate=$TRADE_HOME/access/gatewayd.crt
}

# new_key ACCOUNT ROLE [ARGS]: prints "ID:SECRET".
new_key() {
  local account=$1 role=$2
  shift 2
  t key create --account "$account" --role "$role" "$@" 2>/dev/null | jq -r '.id + ":" + .secret'
}

# http STATUS METHOD PATH [BODY] [CURL ARGS]: with the key in `key`, if set; keeps `output` (the body) and
# `headers`, and checks the status.
http() {
  local expected=$1 method=$2 path=$3 body=${4:-} status
  shift 3
  [ $# -gt 0 ] && shift
  local arguments=(--silent --show-error --max-time 30 --request "$method" --output "$TRADE_HOME/.body"
    --dump-header "$TRADE_HOME/.headers" --write-out '%{http_code}')
  [ "$method" = HEAD ] && arguments+=(--head)
  [ -n "${key:-}" ] && arguments+=(--header "Authorization: Bearer $key")
  [ -n "$body" ] && arguments+=(--header 'Content-Type: application/json' --data-binary "$body")
  : >"$TRADE_HOME/.body"
  status=$(curl "${arguments[@]}" "$@" "${base:-$url}$path") || true
  output=$(cat "$TRADE_HOME/.body")
  headers=$(tr -d '\r' <"$TRADE_HOME/.headers")
  if [ "$status" != "$expected" ]; then
    echo "$method $path answered $status, expected $expected: $output"
    return 1
  fi
}

# npm_packages NAME: installs what tests/e2e/NAME/package-lock.json lists, once for all tests of a build, and sets NODE_PATH.
# Skips the test where that cannot be done.
npm_packages() {
  command -v npm >/dev/null || skip "npm is not installed: $1 cannot be tried"
  local directory=${TRADE_TESTS_BIN:?}/$1
  mkdir -p "$directory"
  (
    flock 9
    if ! cmp -s "$BATS_TEST_DIRNAME/$1/package-lock.json" "$directory/installed"; then
      cp "$BATS_TEST_DIRNAME/$1"/package*.json "$directory/"
      (cd "$directory" && timeout 150 npm ci --no-audit --no-fund) >"$directory/npm.log" 2>&1 || exit 1
      cp "$directory/package-lock.json" "$directory/installed"
    fi
  ) 9>"$directory/lock" || skip "npm cannot install what $1 needs (no network?): $directory/npm.log"
  export NODE_PATH=$directory/node_modules
}
