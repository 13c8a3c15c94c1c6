#!/bin/bash
# Within the clean Debian root, booted with its own systemd; see debian.sh. The package comes, is upgraded and goes while
# systemd runs the suite. What the package needs is installed already.
set -uo pipefail

fail() {
  echo "FAILED: $1"
  systemctl --no-pager --full status 'trade*' 2>&1 | tail -n 60
  journalctl --no-pager --lines 40
  systemctl exit 1
  exit 1
}
suite() {
  setpriv --reuid=trade --regid=trade --clear-groups env HOME=/var/lib/trade \
    trade --home /var/lib/trade --config /etc/trade/trade.toml "$@"
}
daemons="tradingd ledgerd feedd gatewayd"
units=$(for daemon in $daemons; do echo "trade-$daemon.service"; done)
pids() {
  # shellcheck disable=SC2086 # a list
  systemctl show --property MainPID --value $units | grep . | tr '\n' ' '
}
all_active() {
  for unit in trade.target $units; do
    systemctl is-active --quiet "$unit" || return 1
  done
}
await_suite() {
  for _ in $(seq 300); do
    all_active && suite status >/dev/null 2>&1 && return
    sleep 0.1
  done
  fail "the suite does not run: $1"
}

[ "$(cat /proc/1/comm)" = systemd ] || fail "this is not systemd"
dpkg --install /packages/old.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "the package does not install"; }
await_suite "after it was installed"
for unit in $units trade-journal.timer; do
  systemctl is-enabled --quiet "$unit" || fail "$unit is not enabled"
done
systemctl is-active --quiet trade-journal.timer || fail "the timer does not run"
! systemctl is-active --quiet trade-fixd.service || fail "fixd runs unasked"
systemd-analyze verify --man=no /usr/lib/systemd/system/trade* >/tmp/verify.log 2>&1 || {
  cat /tmp/verify.log
  fail "systemd finds fault with a unit"
}
[ ! -s /tmp/verify.log ] || { cat /tmp/verify.log; fail "systemd has something to say of a unit"; }
for pid in $(pids); do
  [ "$(stat -c %U "/proc/$pid")" = trade ] || fail "process $pid is $(stat -c %U "/proc/$pid")'s"
  grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$pid/status" || fail "process $pid may get new privileges"
  grep -q '^Seccomp:[[:space:]]*2' "/proc/$pid/status" || fail "process $pid may call what it likes"
  grep -q '^CapBnd:[[:space:]]*0*$' "/proc/$pid/status" || fail "process $pid may get capabilities"
done
echo "installed: systemd runs it"

suite account open alice --deposit 10000 >/dev/null || fail "no account"
suite account open bob >/dev/null
suite symbol add AAPL --previous-close 150 >/dev/null
suite account transfer-in bob AAPL 100 --cost 120 >/dev/null
suite place sell 60 AAPL --limit 150.10 --account bob >/dev/null
suite place buy 50 AAPL --account alice >/dev/null || fail "no order"
before=$(suite --json portfolio --account alice)
same_books() {
  [ "$(suite --json portfolio --account alice)" = "$before" ] || fail "$1 changed the books"
}

# A daemon that dies comes back by itself, with all that was acknowledged.
for daemon in $daemons; do
  old=$(systemctl show --property MainPID --value "trade-$daemon.service")
  kill -9 "$old"
  for _ in $(seq 100); do
    [ "$(systemctl show --property MainPID --value "trade-$daemon.service")" != "$old" ] && break
    sleep 0.1
  done
done
await_suite "after each daemon was killed"
same_books "killing the daemons"
echo "killed: systemd brought it back"

running=$(pids)
sed -i 's/^# level = .*/level = "debug"/' /etc/trade/trade.toml
# shellcheck disable=SC2086
systemctl reload $units || fail "no reload"
for _ in $(seq 50); do journalctl --quiet --unit trade-feedd.service --grep 'reload: log.level' >/dev/null && break; sleep 0.1; done
journalctl --quiet --unit trade-feedd.service --grep 'reload: log.level' >/dev/null || fail "the reload is not in the journal"
[ "$(pids)" = "$running" ] || fail "a reload started daemons anew"
systemctl start trade-journal.service || fail "the nightly archive fails"
suite --quiet fix session add BOT --account alice >/dev/null || fail "no FIX session"
systemctl enable --quiet --now trade-fixd.service || fail "fixd does not start"
echo "reloaded, archived, FIX"

dpkg --install --force-confold /packages/new.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "the package does not upgrade"; }
await_suite "after the upgrade"
for pid in $running; do
  [ ! -e "/proc/$pid" ] || fail "process $pid of the old version still runs"
done
systemctl is-active --quiet trade-fixd.service || fail "the upgrade stopped fixd"
for unit in trade.target $units; do
  [ "$(systemctl show --property NeedDaemonReload --value "$unit")" = no ] || fail "systemd goes on with the old $unit"
done
same_books "the upgrade"
echo "upgraded: systemd runs $(dpkg-query -W -f='${Version}' trade)"

systemctl stop trade.target
# The target is stopped before its daemons are.
for _ in $(seq 300); do
  [ -z "$(find /proc -maxdepth 1 -name '[0-9]*' -user trade)" ] && break
  sleep 0.1
done
# shellcheck disable=SC2086
! systemctl is-active --quiet $units trade-fixd.service || fail "stopping the target leaves daemons"
! systemctl is-failed --quiet 'trade*' || fail "a daemon did not stop cleanly"
systemctl start trade.target
await_suite "after it was stopped and started"
same_books "a stop"

dpkg --remove trade >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "the package cannot be removed"; }
[ -z "$(find /proc -maxdepth 1 -name '[0-9]*' -user trade)" ] || fail "removing left processes"
dpkg --purge trade >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail "the package cannot be purged"; }
systemctl daemon-reload
[ -z "$(systemctl list-unit-files --no-legend 'trade*')" ] || fail "purging left units: $(systemctl list-unit-files --no-legend 'trade*')"
left=$(find /etc/systemd /var/lib/systemd -name '*trade*')
[ -z "$left" ] || fail "purging left $left"
[ ! -e /var/lib/trade ] || fail "purging left the state"
echo "removed and purged"
systemctl exit 0
