#!/usr/bin/env bats
# What the files, sockets and logs of a suite give away: nothing.
load suite.bash
load gateway.bash

@test "everything in a home is for its owner alone, and only the gateway listens on the network" {
  small_market
  [ "$(stat -c %a "$TRADE_HOME/run")" = 700 ]
  # Sockets: in a directory that nobody else can enter. Files: 600 (600 of a directory is 700).
  others=$(find "$TRADE_HOME" -mindepth 1 ! -type l -perm /077 ! -name '.stderr')
  [ -z "$others" ] || { echo "open to others: $others"; false; }
  for daemon in tradingd ledgerd feedd; do
    pid=$(cat "$TRADE_HOME/run/$daemon.pid")
    inodes=$(find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n')
    for table in tcp tcp6 udp udp6; do
      for inode in $inodes; do
        ! awk -v inode="$inode" '$10 == inode { found = 1 } END { exit !found }' "/proc/net/$table" ||
          { echo "$daemon has a socket of the network"; false; }
      done
    done
  done
}

@test "no secret is in a log, whatever comes with it" {
  small_market
  created=$(t key create --account alice --role trader)
  id=$(jq -r .id <<<"$created")
  secret=$(jq -r .secret <<<"$created")
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  for path in /api/v1/account /api/v1/orders /nowhere "/api/v1/orders?x=1"; do
    curl -sS -o /dev/null -H "Authorization: Bearer $id:$secret" "$url$path"
    curl -sS -o /dev/null -H "Authorization: Bearer $id:wrong-$secret" "$url$path"
    curl -sS -o /dev/null -H "APCA-API-KEY-ID: $id" -H "APCA-API-SECRET-KEY: $secret" "$url/v2/account"
  done
  t key revoke "$id" >/dev/null
  "$trade" down >/dev/null
  [ -s "$TRADE_HOME/log/gatewayd-access.log" ]
  ! grep -rqF "$secret" "$TRADE_HOME" || { grep -rlF "$secret" "$TRADE_HOME"; false; }
}
