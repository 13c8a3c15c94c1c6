#!/usr/bin/env bats
# The page in the browser: what it is made of, signing in and out, and the whole of it in Chromium.
load suite.bash
load gateway.bash

# page_market: as page.js expects it; `pair` is a key of alice's, "ID:SECRET".
page_market() {
  start_gateway
  t symbol add MSFT --previous-close 410 >/dev/null
  t account open carol --deposit 1000000 >/dev/null
  # Something of a past to draw, and of a book.
  for price in 150.00 150.20 149.90 150.10 150.00; do
    t place sell 2 AAPL --limit "$price" --account bob >/dev/null
    t place buy 2 AAPL --limit "$price" --account carol >/dev/null
  done
  for step in 0 1 2 3 4; do
    t place sell $((20 + 13 * step)) AAPL --limit "151.${step}0" --account bob >/dev/null
    t place buy $((15 + 17 * step)) AAPL --limit "149.${step}0" --account carol >/dev/null
  done
  pair=$(new_key alice trader --requests-per-minute 10000)
}

# in_chromium URL: screenshots go to $TRADE_TESTS_BIN/page-screenshots.
in_chromium() {
  export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
  command -v "$CHROMIUM" >/dev/null || skip "Chromium is not installed"
  npm_packages page
  local screenshots=$TRADE_TESTS_BIN/page-screenshots/${1%%:*}
  mkdir -p "$screenshots"
  TRADE=$trade URL=$1 KEY=${pair%%:*} SECRET=${pair##*:} SHOTS=$screenshots timeout 220 node "$BATS_TEST_DIRNAME/page/page.js"
}

@test "the page is used in a browser over plain HTTP" {
  page_market
  in_chromium "$url"
}

@test "the page is used in a browser over TLS" {
  page_market
  BRIEFLY=yes in_chromium "$tls_url"
}

@test "the page is served and used from an installed tree" {
  command -v cmake >/dev/null || skip "cmake is not there to install"
  DESTDIR=$TRADE_HOME/root cmake --install "${TRADE_BIN%/bin}" --prefix /usr >"$TRADE_HOME/install.log"
  trade=$TRADE_HOME/root/usr/bin/trade
  page_market
  [[ $(tr '\0' ' ' <"/proc/$(daemon_pid gatewayd)/cmdline") == "$TRADE_HOME/root/usr/bin/gatewayd"* ]]
  http 200 GET /
  [[ $output == *"<title>trade</title>"* ]]
  if [ -f "${TRADE_BIN%/bin}/share/trade/web/lightweight-charts.js" ]; then
    [ -f "$TRADE_HOME/root/usr/share/trade/web/lightweight-charts.js" ]
    http 200 GET /assets/lightweight-charts.js
  fi
  BRIEFLY=yes in_chromium "$url"
}

@test "the page's files come with their type, a tag, and rules that keep foreign scripts out" {
  start_gateway
  http 200 GET /
  [[ $output == *"<title>trade</title>"* ]]
  [[ $headers == *"Content-Security-Policy: default-src 'self'"*"frame-ancestors 'none'"* ]]
  [[ $headers == *"X-Content-Type-Options: nosniff"* ]]
  # Nothing in it that those rules would keep from working.
  refute grep -Eq '<script>|<style|style=| on[a-z]+=|javascript:|(src|<link [^>]*href)="?https?:' <<<"$output"
  modules=$(cat "$TRADE_SOURCE_DIR"/share/web/*.js | grep -o 'from "./[a-z-]*\.js' | sed 's#.*\./#/assets/#' | sort -u)
  for file in $(grep -o '/assets/[a-z.-]*' <<<"$output" | sort -u) $modules; do
    http 200 GET "$file"
  done
  http 200 GET /assets/app.js
  [[ $headers == *"Content-Type: text/javascript"* ]]
  tag=$(sed -n 's/^ETag: //p' <<<"$headers")
  http 304 GET /assets/app.js "" --header "If-None-Match: $tag"
  [ -z "$output" ]
  for path in /assets/../trade.toml /assets/..%2f..%2fetc%2fpasswd /assets/%2e%2e /assets/none.js /assets/ /assets /assets/a/b; do
    status=$(curl --silent --path-as-is --output /dev/null --write-out '%{http_code}' "$url$path")
    [ "$status" = 404 ] || [ "$status" = 400 ] || { echo "$path answered $status"; false; }
  done
}

@test "a session stands for its key until it ends, and for pages of this gateway alone" {
  start_gateway
  pair=$(new_key alice trader)
  jar=$TRADE_HOME/.cookies
  sign_in="{\"key\":\"${pair%%:*}\",\"secret\":\"${pair##*:}\"}"
  http 401 POST /api/v1/session '{"key":"PKNOBODY","secret":"none"}'
  http 422 POST /api/v1/session '{"key":1}'
  http 403 POST /api/v1/session "$sign_in" --header "Origin: http://evil.example"
  http 201 POST /api/v1/session "$sign_in" --cookie-jar "$jar"
  jq -e '.account == "alice" and .role == "trader"' <<<"$output" >/dev/null
  [[ $headers == *"Set-Cookie: trade_session="*"HttpOnly; SameSite=Strict"* ]]
  [[ $headers != *Secure* ]]
  base=$tls_url http 201 POST /api/v1/session "$sign_in" --insecure
  [[ $headers == *"; Secure"* ]]

  http 200 GET /api/v1/session "" --cookie "$jar"
  http 200 GET /api/v1/account "" --cookie "$jar"
  order='{"symbol":"AAPL","side":"buy","quantity":1,"price":"1.00"}'
  http 403 POST /api/v1/orders "$order" --cookie "$jar"
  http 403 POST /api/v1/orders "$order" --cookie "$jar" --header "Origin: http://evil.example"
  http 403 POST /api/v1/orders "$order" --cookie "$jar" --header "Origin: null"
  jq -e '.code == "foreign_origin"' <<<"$output" >/dev/null
  http 201 POST /api/v1/orders "$order" --cookie "$jar" --header "Origin: $url"
  # A WebSocket of another site's page is refused before it stands.
  upgrade=(--header "Connection: Upgrade" --header "Upgrade: websocket" --header "Sec-WebSocket-Version: 13"
    --header "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
  http 403 GET /api/v1/stream "" "${upgrade[@]}" --cookie "$jar" --header "Origin: http://evil.example"
  http 403 GET /api/v1/stream "" "${upgrade[@]}" --cookie "$jar"
  # What it shows is in no log.
  refute grep -rqF "$(awk '/trade_session/ { print $7 }' "$jar")" "$TRADE_HOME/log"
  refute grep -rqF "${pair##*:}" "$TRADE_HOME/log"

  http 403 DELETE /api/v1/session "" --cookie "$jar" --header "Origin: http://evil.example"
  http 204 DELETE /api/v1/session "" --cookie "$jar" --header "Origin: $url"
  http 401 GET /api/v1/account "" --cookie "$jar"

  http 201 POST /api/v1/session "$sign_in" --cookie-jar "$jar"
  t key revoke "${pair%%:*}" >/dev/null
  http 401 GET /api/v1/account "" --cookie "$jar"
}

@test "whoever guesses at keys has to wait" {
  start_gateway
  local answered=""
  for _ in $(seq 1 40); do
    answered=$(curl --silent --output /dev/null --write-out '%{http_code}' --data '{"key":"PK","secret":"x"}' "$url/api/v1/session")
    [ "$answered" = 429 ] && break
  done
  [ "$answered" = 429 ]
}
