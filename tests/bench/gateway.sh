#!/bin/bash
# Measures the gateway of a suite of its own and prints one JSON object: quote reads and POSTs of orders by wrk as fast as
# they go, orders at a steady rate (open loop), streams. Says on standard error what it does.
# Usage: gateway.sh [BIN] [SECONDS]     BIN: the directory of the programs (build/release/bin); SECONDS: of each run (10)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${1:-$here/../../build/release/bin}
seconds=${2:-10}
for program in wrk jq python3; do
  command -v "$program" >/dev/null || { echo "error: $program is not installed (apt-get install $program)" >&2; exit 1; }
done
[ -x "$bin/trade" ] || { echo "error: no programs in $bin; build them, or name their directory" >&2; exit 1; }

# Not /tmp, which often is memory: a sync there says nothing.
TRADE_HOME=$(mktemp -d /var/tmp/trade-gateway-bench.XXXXXX)
export TRADE_HOME TRADE_GATEWAYD_LISTEN=127.0.0.1:0 TRADE_GATEWAYD_TLS_LISTEN=127.0.0.1:0
t() { "$bin/trade" --json "$@"; }
finish() {
  "$bin/trade" down >/dev/null 2>&1 || true
  rm -rf "$TRADE_HOME"
}
trap finish EXIT
trap 'exit 130' INT TERM

t up >/dev/null
t account open alice --deposit 900000000000 >/dev/null
symbols=(AAPL S1 S2 S3 S4 S5 S6 S7 S8 S9)
for symbol in "${symbols[@]}"; do
  t symbol add "$symbol" --previous-close 150 >/dev/null
  t account transfer-in alice "$symbol" 100000000 --cost 100 >/dev/null
  t place buy 1 "$symbol" --limit 5 --account alice >/dev/null
done
key=$(t key create --account alice --role trader --requests-per-minute 10000000 2>/dev/null | jq -r '.id + ":" + .secret')
url=http://$(cat "$TRADE_HOME/run/gatewayd.http")

# wrk ARGS: its figures as JSON; the times in milliseconds.
wrk_json() {
  cat >"$TRADE_HOME/report.lua" <<'LUA'
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests_per_second":%.0f,"latency_ms":{"p50":%.3f,"p90":%.3f,"p99":%.3f,"max":%.3f},"not_2xx":%d,"failed":%d}\n',
    summary.requests * 1e6 / summary.duration, latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
LUA
  cat "$@" "$TRADE_HOME/report.lua" >"$TRADE_HOME/run.lua" </dev/null
  wrk -t1 -c64 -d"${seconds}s" -s "$TRADE_HOME/run.lua" -H "Authorization: Bearer $key" "$target" | sed -n 's/^JSON //p'
}
say() { echo "==> $1" >&2; }

say "quote reads, wrk, 64 connections"
target=$url/api/v1/quotes/AAPL
reads=$(wrk_json)

orders=()
for run in 1 2 3; do
  say "orders, 2,000 a second, run $run"
  orders+=("$(python3 "$here/gateway_load.py" orders "$url" "$key" AAPL --rate 2000 --seconds "$seconds")")
  t cancel --all --account alice >/dev/null
done

say "orders, wrk, 64 connections, as fast as they go"
cat >"$TRADE_HOME/order.lua" <<'LUA'
wrk.method = "POST"
wrk.body = '{"symbol":"AAPL","side":"buy","quantity":1,"price":"1.00","time_in_force":"ioc"}'
wrk.headers["Content-Type"] = "application/json"
LUA
target=$url/api/v1/orders
flood=$(wrk_json "$TRADE_HOME/order.lua")

say "1,000 streams, 1,000 updates a second in all"
stream=$(python3 "$here/gateway_load.py" stream "$url" "$key" "${symbols[@]}" --clients 1000 --updates 1000 --seconds "$seconds")

say "the disk"
disk=$(python3 - "$TRADE_HOME/probe" <<'PYTHON'
import json, os, sys, time
file = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR, 0o600)
times = []
for number in range(200):
    begun = time.monotonic()
    os.pwrite(file, b"x" * 4096, number % 16 * 4096)
    os.fdatasync(file)
    times.append((time.monotonic() - begun) * 1e3)
times.sort()
print(json.dumps({"p50": round(times[100], 3), "p99": round(times[197], 3)}))
PYTHON
)
tradingd=$(t status | jq '.[] | select(.daemon == "tradingd")')
jq -n --argjson reads "$reads" --argjson orders "$(printf '%s\n' "${orders[@]}" | jq -s .)" --argjson flood "$flood" \
  --argjson stream "$stream" --argjson disk "$disk" --argjson tradingd "$tradingd" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
  '{quote_reads: $reads, orders_at_2000: $orders, orders_flood: $flood, streams: $stream, disk_sync_ms: $disk,
    commit_us: {p50: $tradingd.counters.commit_p50_us, p99: $tradingd.counters.commit_p99_us}, load_average: $load}'
