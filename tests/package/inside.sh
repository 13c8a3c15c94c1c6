# Within the clean Debian root; see debian.sh.

fail() {
  echo "FAILED: $1"
  exit 1
}
as_trade() {
  setpriv --reuid=trade --regid=trade --clear-groups env HOME=/var/lib/trade "$@"
}
suite() {
  as_trade trade --home /var/lib/trade --config /etc/trade/trade.toml "$@"
}
# Starts a daemon as its unit says: the same user, the same command. There is no systemd here to do it.
start_unit() {
  local unit=/lib/systemd/system/trade-$1.service command
  [ -f "$unit" ] || unit=/usr/lib/systemd/system/trade-$1.service
  grep -qx "User=trade" "$unit" || fail "$unit does not run as trade"
  command=$(sed -n 's/^ExecStart=//p' "$unit" | sed 's|%S|/var/lib|g')
  # shellcheck disable=SC2086 # the line is a command
  (exec setpriv --reuid=trade --regid=trade --clear-groups env HOME=/var/lib/trade $command) >>"/tmp/$1.out" 2>&1 &
  echo $! >"/tmp/$1.pid"
}
start_all() {
  for daemon in tradingd ledgerd feedd gatewayd; do start_unit "$daemon"; done
  for _ in $(seq 300); do
    if suite status >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  tail -n 20 /tmp/*.out
  fail "the daemons do not answer"
}
stop_all() {
  for daemon in gatewayd feedd ledgerd tradingd; do
    kill "$(cat "/tmp/$daemon.pid")"
    wait "$(cat "/tmp/$daemon.pid")" || fail "$daemon did not stop cleanly"
  done
}

# Nothing is to be started by other packages while they are installed.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get update -qq
apt-get install -y -qq --no-install-recommends /packages/old.deb >/tmp/apt.log 2>&1 || {
  tail -30 /tmp/apt.log
  fail "the package does not install"
}
echo "installed $(dpkg-query -W -f='${Version}' trade)"

[ "$(stat -c '%U %G %a' /var/lib/trade)" = "trade trade 700" ] || fail "/var/lib/trade: $(stat -c '%U %G %a' /var/lib/trade)"
[ "$(getent passwd trade | cut -d: -f7)" = /usr/sbin/nologin ] || fail "trade can log in"
for unit in trade-tradingd.service trade-ledgerd.service trade-feedd.service trade-gatewayd.service; do
  [ -L "/etc/systemd/system/trade.target.wants/$unit" ] || fail "$unit is not enabled"
done
[ -L /etc/systemd/system/multi-user.target.wants/trade.target ] || fail "trade.target is not enabled"
[ ! -e /etc/systemd/system/trade.target.wants/trade-fixd.service ] || fail "fixd is enabled"
trade config check --config /etc/trade/trade.toml --home /var/lib/trade >/dev/null
trade completion bash | cmp - /usr/share/bash-completion/completions/trade
for page in trade.1 trade-place.1 tradingd.8 trade.toml.5 trade-wire.7; do
  [ -f "/usr/share/man/man${page##*.}/$page.gz" ] || fail "no manual page $page"
done

start_all
suite status
suite account open alice --deposit 10000 >/dev/null
suite account open bob >/dev/null
suite symbol add AAPL --previous-close 150 >/dev/null
suite account transfer-in bob AAPL 100 --cost 120 >/dev/null
suite place sell 60 AAPL --limit 150.10 --account bob >/dev/null
suite place buy 50 AAPL --account alice >/dev/null
before=$(suite --json portfolio --account alice)
[ -z "$(find /var/lib/trade ! -user trade)" ] || fail "something in /var/lib/trade is not trade's"

sed -i 's/^# level = .*/level = "debug"/' /etc/trade/trade.toml
# The suite runs while the new version comes; then it is started anew, as the units are.
apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold /packages/new.deb >/tmp/apt.log 2>&1 || {
  tail -30 /tmp/apt.log
  fail "the package does not upgrade"
}
[ "$(dpkg-query -W -f='${Version}' trade)" = 99.0.0 ] || fail "the version is $(dpkg-query -W -f='${Version}' trade)"
grep -qx 'level = "debug"' /etc/trade/trade.toml || fail "the upgrade lost the configuration"
suite status >/dev/null || fail "the upgrade stopped the suite"
stop_all
start_all
[ "$(suite --json portfolio --account alice)" = "$before" ] || fail "the upgrade changed the books"
suite replay journal >/dev/null
suite reconcile >/dev/null
stop_all
echo "upgraded to $(dpkg-query -W -f='${Version}' trade)"

apt-get remove -y -qq trade >/tmp/apt.log 2>&1
[ ! -e /usr/bin/trade ] || fail "the program is still there"
[ -f /etc/trade/trade.toml ] || fail "removing took the configuration"
[ -d /var/lib/trade/journal ] || fail "removing took the journal"
echo "removed"

apt-get install -y -qq --no-install-recommends /packages/new.deb >/tmp/apt.log 2>&1
start_all
[ "$(suite --json portfolio --account alice)" = "$before" ] || fail "removing and installing changed the books"
stop_all

apt-get purge -y -qq trade >/tmp/apt.log 2>&1
for path in /etc/trade /var/lib/trade /usr/share/trade /usr/share/doc/trade; do
  [ ! -e "$path" ] || fail "purging left $path"
done
left=$(find /etc/systemd /var/lib/systemd -name '*trade*' 2>/dev/null || true)
[ -z "$left" ] || fail "purging left $left"
! getent passwd trade >/dev/null || fail "purging left the user"
! getent group trade >/dev/null || fail "purging left the group"
[ -z "$(dpkg -l trade 2>/dev/null | grep '^[^un].* trade ' || true)" ] || fail "dpkg still knows the package"
rm /usr/sbin/policy-rc.d
echo "purged"
