// The desk: what it knows, and what happens when something comes in.
import { get, patch, post, remove } from "/assets/api.js";
import { candleOf, makeChart, takeTrade } from "/assets/chart.js";
import { $, element, oncePerFrame, settled } from "/assets/dom.js";
import { Stream } from "/assets/stream.js";
import { drawFills, drawLadder, drawOrders, drawPositions, drawQuoteLine, drawTape, drawTotals, drawWatchlist } from "/assets/tables.js";
import { fillTicket, show as showTicket, startTicket } from "/assets/ticket.js";

const intervals = { "1s": 1, "1m": 60, "5m": 300, "1h": 3600, "1d": 86400 };
const over = ["filled", "cancelled", "rejected", "expired"];
const watchedName = "trade.watchlist", themeName = "trade.theme";  // all that is kept in the browser
const tradesKept = 50, watchedFirst = 8;

const desk = {
  role: "viewer", symbol: null, interval: "1m", watched: [], quotes: new Map(), depth: new Map(), tape: new Map(),
  orders: new Map(), fills: [], portfolio: null, candles: [],
  pick, unwatch, replace, cancel, took,
  refresh: settled(250, refresh),
  intoTicket: (price, side) => fillTicket({ symbol: desk.symbol, side: side === "bid" ? "sell" : "buy", price }),
};
const stream = new Stream();
let chart = null, marketTimer = 0, started = false;

const draw = oncePerFrame(() => {
  drawWatchlist(desk); drawQuoteLine(desk); drawLadder(desk); drawTape(desk); drawPositions(desk); showTicket();
});

// --- signing in and out ---

function showSignIn() {
  stream.stop();
  clearInterval(marketTimer);
  $("desk").hidden = true;
  $("sign-in").hidden = false;
  $("key-id").focus();
}

async function begin() {
  let session;
  try {
    session = await get("/session");
  } catch (refusal) {
    if (refusal.status !== 401) $("sign-in-error").textContent = refusal.message;
    return showSignIn();
  }
  $("sign-in").hidden = true;
  $("desk").hidden = false;
  desk.role = session.role;
  $("account").textContent = `${session.account} · ${session.role.replace("_", " ")}`;
  $("submit").disabled = session.role === "viewer";
  const made = chart ? null : await makeChart();
  if (made) { chart = made.chart; $("chart-note").replaceChildren(...made.note); }
  const symbols = (await get("/symbols")).map((symbol) => symbol.symbol);
  $("symbols").replaceChildren(...symbols.map((symbol) => element("option", { value: symbol })));
  desk.watched = (JSON.parse(localStorage.getItem(watchedName) ?? "null") ?? symbols.slice(0, watchedFirst)).filter((symbol) => symbols.includes(symbol));
  desk.orders.clear();
  if (!started) { startTicket(desk); started = true; }
  drawOrders(desk);
  stream.start();
  watchAll();
  if (desk.watched.length) pick(desk.watched[0]);
  await refresh();
  await showMarket();
  clearInterval(marketTimer);
  marketTimer = setInterval(showMarket, 15000);
  draw();
}

$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("sign-in-error").textContent = "";
  try {
    await post("/session", { key: $("key-id").value.trim(), secret: $("key-secret").value.trim() });
    event.target.reset();
    await begin();
  } catch (refusal) {
    $("sign-in-error").textContent = refusal.message;
  }
});
$("sign-out").addEventListener("click", async () => { await remove("/session").catch(() => {}); showSignIn(); });
document.addEventListener("signed-out", showSignIn);

// --- what is watched ---

function watchAll() {
  for (const symbol of desk.watched) stream.watch(symbol, symbol === desk.symbol ? ["quotes", "depth", "trades"] : ["quotes"]);
}

function keepWatched() {
  localStorage.setItem(watchedName, JSON.stringify(desk.watched));
}

async function pick(symbol) {
  const before = desk.symbol;
  if (before && before !== symbol) {
    stream.watch(before, desk.watched.includes(before) ? ["quotes"] : []);
    desk.tape.delete(before);
  }
  desk.symbol = symbol;
  stream.watch(symbol, ["quotes", "depth", "trades"]);
  fillTicket({ symbol });
  draw();
  await showBars();
}

function unwatch(symbol) {
  desk.watched = desk.watched.filter((other) => other !== symbol);
  keepWatched();
  if (symbol !== desk.symbol) stream.watch(symbol, []);
  draw();
}

$("watch-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = $("watch-symbol"), symbol = box.value.trim().toUpperCase();
  if (!symbol) return;
  try {
    await get("/symbols/" + encodeURIComponent(symbol));
    if (!desk.watched.includes(symbol)) desk.watched.push(symbol);
    keepWatched();
    box.value = "";
    box.setCustomValidity("");
    pick(symbol);
  } catch (refusal) {
    box.setCustomValidity(refusal.message);
    box.reportValidity();
  }
});
$("watch-symbol").addEventListener("input", (event) => event.target.setCustomValidity(""));

async function showBars() {
  const { symbol, interval } = desk;
  for (const button of $("intervals").children) button.setAttribute("aria-pressed", button.value === interval);
  let bars = [];
  try {
    bars = await get(`/bars/${encodeURIComponent(symbol)}?interval=${interval}&limit=500`);
  } catch (refusal) {
    if (refusal.status !== 404) $("chart-note").replaceChildren(refusal.message);
  }
  if (symbol !== desk.symbol || interval !== desk.interval) return;
  desk.candles = bars.map(candleOf);
  chart.set(desk.candles);
}

for (const interval of Object.keys(intervals)) {
  $("intervals").append(element("button", { class: "small", type: "button", value: interval, "aria-pressed": "false",
    onclick: () => { desk.interval = interval; showBars(); } }, interval));
}

// --- what comes in ---

for (const kind of ["quote", "quote_update"]) stream.addEventListener(kind, ({ detail }) => { desk.quotes.set(detail.symbol, detail); draw(); });
for (const kind of ["depth", "depth_update"]) stream.addEventListener(kind, ({ detail }) => { desk.depth.set(detail.symbol, detail); draw(); });
for (const kind of ["trade", "trade_update"]) {
  stream.addEventListener(kind, ({ detail }) => {
    const list = desk.tape.get(detail.symbol) ?? [];
    if (list.some((trade) => trade.id === detail.id)) return;
    desk.tape.set(detail.symbol, [detail, ...list].slice(0, tradesKept));
    if (kind === "trade_update" && detail.symbol === desk.symbol) {
      const candle = takeTrade(desk.candles, detail, intervals[desk.interval]);
      if (candle) chart.update(candle);
    }
    draw();
  });
}
for (const kind of ["order", "order_update"]) stream.addEventListener(kind, ({ detail }) => took(detail));
stream.addEventListener("state", ({ detail }) => {
  $("connection").textContent = detail.connected ? "live" : "offline";
  $("connection").className = "pill " + (detail.connected ? "up" : "down");
  $("connection").title = detail.reason ?? "";
  // What happened meanwhile is asked for; a session that is over shows there.
  if (detail.connected) { desk.orders.clear(); desk.refresh(); if (desk.symbol) showBars(); }
});

// A session that is over leads back to signing in; a page that was too slow to read begins anew.
stream.addEventListener("dropped", async () => {
  try {
    await get("/session");
  } catch (refusal) {
    if (refusal.status === 401) return;
  }
  setTimeout(() => { if (!$("desk").hidden) stream.start(); }, 1000);
});

function took(order) {
  if (over.includes(order.status)) desk.orders.delete(order.id); else desk.orders.set(order.id, order);
  drawOrders(desk);
  desk.refresh();
}

async function refresh() {
  try {
    [desk.portfolio, desk.fills] = await Promise.all([get("/portfolio"), get("/fills?limit=50")]);
  } catch (refusal) {
    if (refusal.status === 429) setTimeout(desk.refresh, 1000 * Math.max(1, refusal.retryAfterSeconds));
    return;
  }
  for (const { symbol } of desk.portfolio.positions) if (!desk.watched.includes(symbol) && symbol !== desk.symbol) stream.watch(symbol, ["quotes"]);
  drawTotals(desk);
  drawFills(desk);
  draw();
}

async function showMarket() {
  const pill = $("market-state");
  try {
    const { status } = await get("/market");
    pill.textContent = `market ${status.replace(/_/g, " ")}`;
    pill.className = "pill " + (["open", "continuous"].includes(status) ? "up" : "down");
  } catch {
    pill.textContent = "market unknown";
    pill.className = "pill";
  }
}

// --- orders ---

function sayOrders(text, kind = "problem") {
  $("orders-message").textContent = text;
  $("orders-message").className = kind;
}

async function cancel(order) {
  try {
    took(await remove("/orders/" + order.id));
    sayOrders(`Order ${order.id} cancelled`, "good");
  } catch (refusal) {
    sayOrders(`Order ${order.id}: ${refusal.message}`);
  }
}

let replaced = null;
function replace(order) {
  replaced = order;
  const fields = $("replace-form").elements;
  $("replace-title").textContent = `Replace order ${order.id}: ${order.side} ${order.symbol}`;
  fields.quantity.value = order.quantity;
  for (const name of ["price", "stop_price"]) {
    fields[name].value = order[name] ?? "";
    fields[name].closest("label").hidden = !order[name];
  }
  $("replace-error").textContent = "";
  $("replace-dialog").showModal();
}

$("replace-form").addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "replace") return;
  event.preventDefault();
  const fields = event.target.elements, change = {};
  if (Number(fields.quantity.value) !== replaced.quantity) change.quantity = Number(fields.quantity.value);
  for (const name of ["price", "stop_price"]) if (replaced[name] && fields[name].value !== replaced[name]) change[name] = fields[name].value;
  if (Object.keys(change).length === 0) return $("replace-dialog").close();
  try {
    took(await patch("/orders/" + replaced.id, change));
    $("replace-dialog").close();
    sayOrders(`Order ${replaced.id} replaced`, "good");
  } catch (refusal) {
    $("replace-error").textContent = refusal.message;
  }
});

// --- dark, light, keys ---

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  chart?.theme();
}
function toggleTheme() {
  const theme = document.documentElement.dataset.theme === "light" ? "dark" : "light";
  localStorage.setItem(themeName, theme);
  applyTheme(theme);
}
applyTheme(localStorage.getItem(themeName) ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
$("theme").addEventListener("click", toggleTheme);
$("help").addEventListener("click", () => $("help-dialog").showModal());

function step(by) {
  if (desk.watched.length === 0) return;
  const at = desk.watched.indexOf(desk.symbol);
  pick(desk.watched[(at + by + desk.watched.length) % desk.watched.length]);
}

const keys = {
  j: () => step(1), k: () => step(-1), t: toggleTheme, "?": () => $("help-dialog").showModal(), "/": () => $("watch-symbol").focus(),
  b: () => toTicket("buy"), s: () => toTicket("sell"), o: () => $("orders").querySelector("button")?.focus(),
};
function toTicket(side) {
  fillTicket({ side });
  $("ticket").elements.quantity.select();
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return document.activeElement?.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || $("desk").hidden || document.querySelector("dialog[open]")) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "radio") return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

begin();
