#!/usr/bin/env bats
# `trade watch` in a terminal: what is on the screen, keys that trade, and a terminal of another size.
load suite.bash

setup() {
  command -v tmux >/dev/null || skip "tmux is not installed"
  new_home
  unset NO_COLOR
  export LC_ALL=C.UTF-8
  socket=$TRADE_HOME/tmux
}

teardown() {
  tmux -S "$socket" kill-server 2>/dev/null || true
  if [ "${BATS_TEST_COMPLETED:-}" != 1 ]; then tail -n 5 "$TRADE_HOME"/log/*.log 2>/dev/null || true; fi
  remove_home
}

# watch ARGS: in a terminal of 120 columns and 40 rows, of the type `type`. Each has a server of its own: one that
# is just ending would take it with it.
watch() {
  terminals=$((${terminals:-0} + 1))
  socket=$TRADE_HOME/tmux-$terminals
  tmux -S "$socket" -f /dev/null new-session -d -x 120 -y 40 \
    "TERM=${type:-screen-256color} $trade watch $*; echo ended \$?; sleep 60"
}

press() {
  tmux -S "$socket" send-keys "$@"
}

# screen_has PATTERN: waits until the screen has it.
screen_has() {
  for _ in $(seq 150); do
    tmux -S "$socket" capture-pane -p >"$TRADE_HOME/screen"
    grep -qE -- "$1" "$TRADE_HOME/screen" && return 0
    sleep 0.1
  done
  echo "the screen has no '$1':"
  cat "$TRADE_HOME/screen"
  return 1
}

@test "a replay is shown: changes, depth as bars, trades and candles" {
  start_suite
  "$trade" generate itch --symbols 2 --messages 20000 --seed 1 >"$TRADE_HOME/session.itch"
  "$trade" replay itch "$TRADE_HOME/session.itch" >/dev/null 2>&1
  symbol=$(t symbol list | jq -r '.[0].symbol')
  last=$(t quote "$symbol" | jq -r .last)
  watch
  screen_has "▶$symbol +$last"
  screen_has '[0-9]+\.[0-9]{2} +[0-9]+ [▏▎▍▌▋▊▉█]'
  screen_has '[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +[0-9]+\.[0-9]{2}'
  screen_has '[┃│╽╿╻╹]'
  press q
  screen_has 'ended 0'
}

@test "keys place, replace and cancel an order, each after a question" {
  small_market
  t place sell 10 AAPL --limit 20 --account bob >/dev/null
  watch AAPL --account alice
  screen_has 'Open orders'
  screen_has '20\.00 +10 '
  press b
  press -l '5 12.50'
  press Enter
  screen_has 'buy 5 AAPL at 12.50 for alice\? y/n'
  [ "$(t orders --account alice | jq length)" -eq 0 ]
  press y
  screen_has 'order [0-9]+ submitted'
  screen_has '▶[0-9]+ +buy +AAPL +0/5 +12\.50 +submitted'
  screen_has '• +12\.50 +5'
  press r BSpace BSpace BSpace BSpace BSpace BSpace BSpace
  press -l '4 12.50'
  press Enter y
  screen_has '▶[0-9]+ +buy +AAPL +0/4'
  press c n
  screen_has 'not done: cancel order'
  press c y
  screen_has 'none'
  expect_exit 0 t orders --account alice
  expect_json . '[]'
  # A trade shows up in the positions with its profit and loss.
  press b 2 Enter y
  screen_has 'AAPL +2 +20\.00 +20\.00 +0\.00'
  press q
  screen_has 'ended 0'
}

@test "the screen follows the terminal's size, and works without colours" {
  small_market
  type=vt100
  watch --account alice
  screen_has 'Symbols'
  screen_has 'Positions'
  tmux -S "$socket" resize-window -x 70 -y 20
  screen_has 'Open orders'
  for _ in $(seq 100); do
    tmux -S "$socket" capture-pane -p >"$TRADE_HOME/screen"
    grep -q Positions "$TRADE_HOME/screen" || break
    sleep 0.1
  done
  refute grep -q Positions "$TRADE_HOME/screen"
  tmux -S "$socket" resize-window -x 30 -y 8
  screen_has 'too small: 40x10'
  tmux -S "$socket" resize-window -x 120 -y 40
  screen_has 'Positions'
  press '?'
  screen_has 'cancel the selected order'
  press x q
  screen_has 'ended 0'
}

@test "a client on the network watches and trades by its key, a viewer only watches, and a revoked key is told" {
  export TRADE_TRADINGD_TCP_LISTEN=127.0.0.1:0 TRADE_LEDGERD_TCP_LISTEN=127.0.0.1:0
  export TRADE_FEEDD_TCP_LISTEN=127.0.0.1:0 TRADE_FEEDD_TCP_PUBLISH=127.0.0.1:0
  small_market
  t symbol add MSFT --previous-close 300 >/dev/null
  t place sell 10 AAPL --limit 20 --account bob >/dev/null
  # A client has nothing of the suite but its profile.
  mkdir -m 700 "$TRADE_HOME/client"
  for role in trader viewer; do
    t key create --curve --account alice --role $role --profile "$TRADE_HOME/client/$role" >"$TRADE_HOME/$role" 2>/dev/null
  done
  suite=$trade
  trade="env -u TRADE_HOME HOME=$TRADE_HOME/client $suite --connect $TRADE_HOME/client/trader"
  watch
  screen_has 'trade +alice +cash 10000\.00'
  screen_has '▶AAPL'
  screen_has '20\.00 +10 '
  press b
  press -l '2'
  press Enter
  screen_has 'buy 2 AAPL at the market for alice\? y/n'
  press y
  screen_has 'order [0-9]+ filled, 2 at 20\.00'
  # The streams bring it, and so they do what others trade.
  screen_has '▶AAPL +20\.00'
  screen_has '[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} +20\.00 +2'
  screen_has 'AAPL +2 +20\.00 +20\.00 +0\.00'
  trade=$suite
  t place sell 7 AAPL --limit 19.50 --account bob >/dev/null
  screen_has ' 19\.50 +7 '
  press Down
  screen_has '▶MSFT'
  screen_has 'Depth MSFT'
  press q
  screen_has 'ended 0'

  tmux -S "$socket" kill-server
  trade="env -u TRADE_HOME HOME=$TRADE_HOME/client $suite --connect $TRADE_HOME/client/viewer"
  watch AAPL
  screen_has 'AAPL +2 +20\.00'
  press b 1 Enter y
  screen_has 'a key of role viewer may not place'
  trade=$suite
  t key revoke --curve "$(jq -r .id "$TRADE_HOME/viewer")" >/dev/null
  screen_has 'the client key is revoked'
  press q
  screen_has 'ended 0'
}

@test "without a terminal it says so" {
  small_market
  expect_exit 2 t watch
  expect_error usage
}

@test "in a flood of updates it draws at most thirty pictures a second, only what changed, and ends with the newest" {
  start_suite
  # So many symbols that there is news of many of them at a time.
  "$trade" generate itch --symbols 4000 --messages 800000 --seed 9 >"$TRADE_HOME/session.itch"
  tmux -S "$socket" -f /dev/null new-session -d -x 120 -y 40 \
    "TERM=screen-256color $trade watch -v 2>$TRADE_HOME/figures; echo ended \$?; sleep 60"
  tmux -S "$socket" pipe-pane "cat >$TRADE_HOME/sent"
  screen_has 'q quit'
  "$trade" --json replay itch "$TRADE_HOME/session.itch" >"$TRADE_HOME/replay" 2>/dev/null
  # The first in the list has news among the last of some 4,000 symbols'.
  symbol=$(t symbol list | jq -r 'map(.symbol) | min')
  last=$(t quote "$symbol" | jq -r .last)
  screen_has "$symbol +$last"
  press q
  screen_has 'ended 0'
  read -r updates pictures milliseconds most < <(
    sed -n 's/.*watch: \([0-9]*\) updates and \([0-9]*\) pictures in \([0-9]*\) ms, at most \([0-9]*\) .*/\1 \2 \3 \4/p' \
      "$TRADE_HOME/figures"
  )
  bytes=$(stat -c %s "$TRADE_HOME/sent")
  seconds=$(jq '.elapsed_seconds' "$TRADE_HOME/replay")
  echo "updates $updates, pictures $pictures in $milliseconds ms, most $most a second, $bytes bytes, replay $seconds s" >&3
  # Counts alone, whatever the machine does meanwhile: a second of the clock may have a picture at both its ends.
  [ "$updates" -gt 20000 ]
  [ "$most" -le 31 ]
  [ "$pictures" -le $((milliseconds * 30 / 1000 + 2)) ]
  [ "$updates" -gt $((pictures * 20)) ]
  # A whole screen of this size takes some ten thousand bytes; a picture takes what changed.
  [ "$bytes" -le $((40000 + pictures * 4000)) ]
}
