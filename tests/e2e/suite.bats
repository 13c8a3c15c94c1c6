#!/usr/bin/env bats
# The suite as a whole: starting, stopping, looking.
load suite.bash

@test "up starts every daemon, is safe to repeat, and down stops them" {
  expect_exit 0 "$trade" up
  for daemon in tradingd ledgerd feedd gatewayd; do grep -q "$daemon" <<<"$output"; done
  first=$(daemon_pid tradingd)
  expect_exit 0 "$trade" up
  [ "$(daemon_pid tradingd)" = "$first" ]
  expect_exit 0 "$trade" down
  expect_exit 7 t status
  expect_end "$first"
  expect_exit 0 "$trade" down
}

@test "status lists each daemon with its fields" {
  start_suite
  expect_exit 0 t status
  expect_json '[.[].daemon]' '["tradingd","ledgerd","feedd","gatewayd"]'
  expect_json 'all(.[]; has("state") and has("pid") and has("started_at") and has("sequence") and has("lag"))' true
  expect_json 'all(.[]; .state == "running" and .lag == 0)' true
}

@test "commands say that the suite does not run, with exit 7 and what to do" {
  expect_exit 7 t orders --account alice
  expect_error not_running
  grep -q "trade up" <<<"$errors"
  expect_exit 7 t place buy 1 AAPL --account alice
  expect_exit 7 t quote AAPL
  expect_exit 7 t portfolio --account alice
}

@test "a killed daemon shows in status, and up starts it again" {
  start_suite
  kill -9 "$(daemon_pid ledgerd)"
  for _ in $(seq 50); do expect_exit 7 t status && break || sleep 0.1; done
  expect_exit 7 t status
  expect_exit 0 "$trade" up
  expect_exit 0 t status
}

@test "where a daemon does not come up, up says why and stops those behind it" {
  mkdir -p "$TRADE_HOME/ledger"
  head -c 8192 /dev/urandom >"$TRADE_HOME/ledger/data.mdb"
  expect_exit 7 "$trade" up
  grep -q "ledgerd" <<<"$errors"
  expect_exit 7 t status
  expect_json '[.[] | select(.state == "running") | .daemon]' '["tradingd"]'
  rm -r "$TRADE_HOME/ledger"
  expect_exit 0 "$trade" up
  expect_exit 0 t status
}

@test "up --only starts just that" {
  expect_exit 0 "$trade" up --only tradingd
  expect_exit 0 t account open alice --deposit 1
  expect_exit 7 t portfolio --account alice
}

@test "a second daemon in the same home is refused by name and pid" {
  start_suite
  pid=$(daemon_pid tradingd)
  expect_exit 1 "$bin/tradingd" --home "$TRADE_HOME"
  grep -q "$pid" <<<"$errors"
}

@test "homes with very long paths work" {
  long=$TRADE_HOME/$(printf 'a%.0s' $(seq 100))/$(printf 'b%.0s' $(seq 100))
  expect_exit 0 "$trade" --home "$long" up
  expect_exit 0 t --home "$long" status
  expect_exit 0 "$trade" --home "$long" down
}

@test "an unwritable home is one clear line" {
  touch "$TRADE_HOME/file"
  expect_exit 1 "$trade" --home "$TRADE_HOME/file/home" up
  [ "$(wc -l <<<"$errors")" -le 3 ]
  grep -q "$TRADE_HOME/file/home" <<<"$errors"
}

@test "doctor finds nothing wrong with a healthy suite" {
  start_suite
  expect_exit 0 "$trade" doctor
}

@test "doctor looks at the machine, the home and the journal, and says how to mend what is wrong" {
  small_market
  expect_exit 0 t doctor --verify
  for check in home disk config maps keys limits memory clock sockets tradingd ledgerd feedd gatewayd journal; do
    expect_json "any(.[]; .check == \"$check\")" true
  done
  expect_json 'any(.[]; .check == "journal" and (.detail | test("every one verified")))' true
  "$trade" down >/dev/null
  # Few descriptors.
  output=$(ulimit -n 1000; t doctor 2>/dev/null || true)
  expect_json '.[] | select(.check == "limits") | [.state, (.hint | test("65536"))]' '["warning",true]'
  # A room that others can enter, and a record of the journal that is not as it was.
  chmod 755 "$TRADE_HOME"
  sed -i 's/alice/alicf/g' "$TRADE_HOME/journal/data.mdb"
  expect_exit 1 t doctor
  expect_json '[.[] | select(.state == "error") | .check] | unique' \
    '["feedd","gatewayd","home","journal","ledgerd","tradingd"]'
  expect_json '.[] | select(.check == "journal") | .hint | test("runbook/corrupt-journal")' true
}

@test "doctor finds a daemon that is held, and down ends it" {
  start_suite
  pid=$(daemon_pid feedd)
  kill -STOP "$pid"
  for _ in $(seq 100); do
    grep -q '^State:.T' "/proc/$pid/status" && break
    sleep 0.05
  done
  expect_exit 1 t doctor
  expect_json '[.[] | select(.state == "error") | [.check, .hint]]' "[[\"feedd\",\"'kill -CONT $pid' lets it go on\"]]"
  kill -CONT "$pid"
  expect_exit 0 t doctor
  kill -STOP "$pid"
  expect_exit 0 t down
  expect_exit 7 t status
  expect_json '[.[] | select(.daemon == "feedd") | .state]' '["stopped"]'
}

@test "doctor finds private keys that other users can read" {
  start_suite
  expect_exit 0 t doctor
  expect_json '.[] | select(.check == "keys") | [.state, .detail]' '["ok","closed to other users"]'
  chmod 640 "$TRADE_HOME/access/gatewayd.key"
  mkdir -m 700 -p "$TRADE_HOME/curve"
  install -m 644 /dev/null "$TRADE_HOME/curve/server.key"
  expect_exit 1 t doctor
  expect_json '[.[] | select(.check == "keys")] | map(.state) | unique' '["error"]'
  expect_json '[.[] | select(.check == "keys") | .detail | test("gatewayd.key|curve/server.key")]' '[true,true]'
  chmod 600 "$TRADE_HOME/access/gatewayd.key" "$TRADE_HOME/curve/server.key"
  expect_exit 0 t doctor
  # A private key that the configuration names may be its group's, not everybody's.
  install -m 640 /dev/null "$TRADE_HOME/own.key"
  expect_exit 0 env TRADE_FIXD_TLS_KEY="$TRADE_HOME/own.key" "$trade" --json doctor
  chmod 644 "$TRADE_HOME/own.key"
  expect_exit 1 env TRADE_FIXD_TLS_KEY="$TRADE_HOME/own.key" "$trade" --json doctor
  expect_json '.[] | select(.check == "keys") | .detail | test("own.key")' true
}

@test "doctor finds a venue of which nobody knows how to log on there" {
  start_suite
  expect_exit 0 t doctor
  expect_json 'any(.[]; .check == "venues")' false
  export TRADE_FIXD_LISTEN=127.0.0.1:0
  t route add EXCHANGE --host 127.0.0.1 --port 1 >/dev/null 2>&1
  t route add OTHER --host 127.0.0.1 --port 1 >/dev/null 2>&1
  expect_exit 0 "$trade" up
  expect_exit 0 t doctor
  expect_json '.[] | select(.check == "venues") | .state' '"ok"'
  # As after a restore of the journal alone.
  "$trade" down >/dev/null
  mv "$TRADE_HOME/fix/venues" "$TRADE_HOME/away"
  "$trade" up >/dev/null
  expect_exit 1 t doctor
  expect_json '[.[] | select(.check == "venues") | [.state, (.hint | test("route add (EXCHANGE|OTHER) "))]] | unique' '[["error",true]]'
  expect_json '[.[] | select(.check == "venues")] | length' 2
  t route add EXCHANGE --host 127.0.0.1 --port 1 >/dev/null 2>&1
  t route add OTHER --host 127.0.0.1 --port 1 >/dev/null 2>&1
  expect_exit 0 "$trade" up
  expect_exit 0 t doctor
}

@test "doctor warns of a journal whose time is ahead of the machine, and of simulated time" {
  TRADE_TRADINGD_CLOCK=simulated TRADE_TRADINGD_CLOCK_START=2190-01-01T00:00:00Z start_suite
  TRADE_TRADINGD_CLOCK=simulated expect_exit 0 t doctor
  expect_json 'any(.[]; .check == "clock" and .state == "warning" and (.detail | test("^simulated: .*2190")))' true
  expect_exit 1 t doctor
  expect_json 'any(.[]; .check == "clock" and .state == "error" and (.detail | test("ahead of the machine")))' true
}

@test "the configuration is read from the file and the environment" {
  expect_exit 0 "$trade" config set tradingd.calendar us
  expect_exit 0 "$trade" config get tradingd.calendar
  [ "$output" = us ]
  TRADE_TRADINGD_CALENDAR=always expect_exit 0 "$trade" config get tradingd.calendar
  [ "$output" = always ]
  echo 'nonsense = [' >>"$TRADE_HOME/trade.toml"
  expect_exit 1 "$trade" config check
  grep -q "trade.toml" <<<"$errors$output"
}

@test "several 'trade up' at a time all find the suite running" {
  for i in 1 2 3 4; do
    "$trade" up >"$TRADE_HOME/up.$i" 2>&1 &
    pids[i]=$!
  done
  for i in 1 2 3 4; do
    wait "${pids[i]}" || {
      cat "$TRADE_HOME/up.$i"
      false
    }
    # A daemon that follows may still be catching up.
    [ "$(grep -c "pid [0-9]" "$TRADE_HOME/up.$i")" = 4 ]
  done
  expect_exit 0 t status
}

@test "what a program says is never written into a file of the home" {
  "$trade" up --only tradingd,ledgerd,feedd >/dev/null
  # Started without standard input, output and error, a daemon would open its first files under their numbers.
  for daemon in feedd ledgerd tradingd; do
    "$trade" down --only "$daemon" >/dev/null
    "$bin/$daemon" --home "$TRADE_HOME" <&- >&- 2>&- &
    for _ in $(seq 100); do
      pid=$(t status 2>/dev/null | jq -r ".[] | select(.daemon == \"$daemon\" and .state == \"running\") | .pid")
      [ -z "$pid" ] || break
      sleep 0.1
    done
    for descriptor in 0 1 2; do [ "$(readlink "/proc/$pid/fd/$descriptor")" = /dev/null ]; done
    [ "$(cat "$TRADE_HOME/run/$daemon.pid")" = "$pid" ]
  done
  # A result that nobody can read is told by the exit status, and 'trade up' works all the same.
  status=0
  "$trade" account open alice >&- 2>"$TRADE_HOME/.stderr" || status=$?
  [ "$status" = 1 ]
  grep -q "standard output: Bad file descriptor" "$TRADE_HOME/.stderr"
  "$trade" down >/dev/null
  "$trade" up --only tradingd <&- >&- 2>&- || true
  expect_exit 0 t account show alice
}

@test "status tells a daemon that does not answer from one that does not run" {
  start_suite
  pid=$(daemon_pid ledgerd)
  kill -STOP "$pid"
  kill -9 "$(daemon_pid feedd)"
  expect_exit 7 t --timeout 0.5 status
  kill -CONT "$pid"
  [ "$(jq -r .message <<<"$errors")" = "not running: feedd; not answering: ledgerd" ]
  grep -q "trade down" <<<"$errors"
}
