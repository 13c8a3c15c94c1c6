#!/usr/bin/env bats
# FIX over TLS: the certificate that is made, one's own, and what is refused.
load suite.bash

export TRADE_FIXD_LISTEN=127.0.0.1:0

start_fix_tls() {
  small_market
  t account deposit alice 100000 >/dev/null
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  t fix session add ELSEWHERE --account alice --password open-sesame --allow 10.9.8.7 >/dev/null 2>&1
  TRADE_FIXD_TLS_LISTEN=127.0.0.1:0 "$trade" up >/dev/null
}

tls_port() {
  sed 's/.*://' "$TRADE_HOME/run/fixd.fix-tls"
}

@test "orders go over TLS, and a certificate is made at the first start and kept" {
  start_fix_tls
  certificate=$TRADE_HOME/access/fixd.crt
  [ "$(stat -c %a "$TRADE_HOME/access/fixd.key")" = 600 ]
  run timeout 60 python3 "$BATS_TEST_DIRNAME/fix_tls.py" "$(tls_port)" "$certificate"
  [ "$status" -eq 0 ] || { echo "$output"; false; }
  before=$(sha256sum "$certificate")
  kill -9 "$(daemon_pid fixd)"
  TRADE_FIXD_TLS_LISTEN=127.0.0.1:0 "$trade" up >/dev/null
  [ "$(sha256sum "$certificate")" = "$before" ]
  run timeout 10 openssl s_client -connect "127.0.0.1:$(tls_port)" -CAfile "$certificate" -verify_return_error \
    -brief </dev/null
  [ "$status" -eq 0 ] || { echo "$output"; false; }
  [[ "$output" == *"Verification: OK"* ]] || { echo "$output"; false; }
}

@test "one's own certificate is used; half of one, or one that is none, is refused in one line" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=own \
    -addext subjectAltName=DNS:localhost -keyout "$TRADE_HOME/own.key" -out "$TRADE_HOME/own.crt" 2>/dev/null
  export TRADE_FIXD_TLS_CERT=$TRADE_HOME/own.crt TRADE_FIXD_TLS_KEY=$TRADE_HOME/own.key
  start_fix_tls
  run timeout 10 openssl s_client -connect "127.0.0.1:$(tls_port)" -CAfile "$TRADE_HOME/own.crt" -brief </dev/null
  [[ "$output" == *"CN = own"* ]] || { echo "$output"; false; }
  [ ! -e "$TRADE_HOME/access/fixd.crt" ]
  pid=$(daemon_pid fixd)
  kill "$pid"
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  unset TRADE_FIXD_TLS_CERT TRADE_FIXD_TLS_KEY
  expect_exit 2 "$bin/fixd" --home "$TRADE_HOME" --tls-cert "$TRADE_HOME/own.crt"
  [[ "$errors" == *"needs its key"* ]] || { echo "$errors"; false; }
  echo nonsense >"$TRADE_HOME/own.crt"
  export TRADE_FIXD_TLS_LISTEN=127.0.0.1:0
  expect_exit 2 "$bin/fixd" --home "$TRADE_HOME" --tls-cert "$TRADE_HOME/own.crt" --tls-key "$TRADE_HOME/own.key"
  [[ "$errors" == *"cannot use $TRADE_HOME/own.crt for TLS"* ]] || { echo "$errors"; false; }
}

@test "a door that is off is not there" {
  small_market
  t fix session add BUYSIDE --account alice --password open-sesame >/dev/null 2>&1
  TRADE_FIXD_LISTEN=off TRADE_FIXD_TLS_LISTEN=127.0.0.1:0 "$trade" up >/dev/null
  [ ! -e "$TRADE_HOME/run/fixd.fix" ]
  [ -s "$TRADE_HOME/run/fixd.fix-tls" ]
  output=$(t status)
  expect_json '.[] | select(.daemon == "fixd") | .counters.port' 0
}
