#!/usr/bin/env bats
# The official clients as they are, against a suite of our own.
load suite.bash
load gateway.bash

clients() {
  npm_packages alpaca
  export NODE_EXTRA_CA_CERTS=$certificate
}

# bot SCRIPT BASE: with a key of alice's, who may buy what bob sells at 150 and sell what carol buys at 149.
bot() {
  start_gateway
  clients
  t account open carol --deposit 100000 >/dev/null
  t place sell 500 AAPL --limit 150 --account bob >/dev/null
  t place buy 500 AAPL --limit 149 --account carol >/dev/null
  local pair
  pair=$(new_key alice trader --requests-per-minute 10000)
  KEY=${pair%%:*} SECRET=${pair##*:} BASE=${!2} STREAM=$tls_url timeout 120 node "$BATS_TEST_DIRNAME/alpaca/$1"
}

@test "the 3.x client trades and streams over plain HTTP" {
  bot client3.js url
}

@test "the 3.x client trades and streams over TLS" {
  bot client3.js tls_url
}

@test "the 4.x client trades and streams over plain HTTP" {
  bot client4.js url
}

@test "the 4.x client trades and streams over TLS" {
  bot client4.js tls_url
}
