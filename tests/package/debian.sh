#!/bin/bash
# Makes the package in two versions, has lintian look at it, and tries it in a clean Debian root: install, start as
# the unit's user, trade, upgrade while it runs, remove, purge; then the same under that Debian's own systemd.
# Usage: debian.sh BUILD_DIRECTORY CPACK. $TRADE_DEBIAN_ROOT names a debootstrapped bookworm (with systemd-sysv and dbus) to copy
# instead of making one.
# Mounts are made in a name space of their own, and so are gone when it ends.
set -euo pipefail
build=$1
cpack=$2
here=$(cd "$(dirname "$0")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}
[ "$(id -u)" -eq 0 ] || skip "a Debian root needs root"
for program in lintian debootstrap unshare systemd-nspawn dpkg-deb; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/trade-package.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

echo "==> packages"
"$cpack" --config "$build/CPackConfig.cmake" -B "$work/old" >"$work/cpack.log" 2>&1 || { cat "$work/cpack.log"; exit 1; }
"$cpack" --config "$build/CPackConfig.cmake" -B "$work/new" -D CPACK_PACKAGE_VERSION=99.0.0 >"$work/cpack.log" 2>&1 || {
  cat "$work/cpack.log"
  exit 1
}
old=$(ls "$work"/old/trade_*.deb)
new=$(ls "$work"/new/trade_99.0.0_*.deb)
ls -l "$old" "$new"

echo "==> lintian"
lintian --fail-on error --suppress-tags bad-distribution-in-changes-file "$old"

echo "==> a clean Debian"
if [ -n "${TRADE_DEBIAN_ROOT:-}" ]; then
  cp -a --one-file-system "$TRADE_DEBIAN_ROOT" "$work/root"
else
  debootstrap --variant=minbase --include=systemd-sysv,dbus bookworm "$work/root" >"$work/debootstrap.log" 2>&1 || {
    tail -20 "$work/debootstrap.log"
    skip "debootstrap failed"
  }
fi
mkdir -p "$work/root/packages"
cp "$old" "$work/root/packages/old.deb"
cp "$new" "$work/root/packages/new.deb"
cp "$here/inside.sh" "$here/systemd.sh" "$work/root/packages/"
cp /etc/resolv.conf "$work/root/etc/resolv.conf" 2>/dev/null || true
unshare --mount --pid --fork --propagation private sh -euc '
  mount -t proc proc "$1/proc"
  mount -t tmpfs tmpfs "$1/dev/shm" 2>/dev/null || true
  exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    bash -euo pipefail /packages/inside.sh' sh "$work/root"
echo "==> under systemd"
cat >"$work/root/etc/systemd/system/try-package.service" <<'UNIT'
[Unit]
After=basic.target dbus.service
[Service]
Type=oneshot
ExecStart=/packages/systemd.sh
StandardOutput=file:/packages/systemd.log
StandardError=inherit
[Install]
WantedBy=multi-user.target
UNIT
mkdir -p "$work/root/etc/systemd/system/multi-user.target.wants"
ln -s ../try-package.service "$work/root/etc/systemd/system/multi-user.target.wants/try-package.service"
status=0
timeout 600 systemd-nspawn --quiet --directory="$work/root" --boot --register=no --keep-unit --private-network --console=pipe \
  </dev/null >"$work/nspawn.log" 2>&1 || status=$?
[ -s "$work/root/packages/systemd.log" ] || {
  tail -20 "$work/nspawn.log"
  skip "systemd cannot be booted in a container here; all before it is well"
}
cat "$work/root/packages/systemd.log"
[ "$status" -eq 0 ] || {
  echo "FAILED under systemd ($status)"
  exit 1
}
echo "==> all is well"
