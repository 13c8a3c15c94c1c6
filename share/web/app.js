// The page as a whole: signing in and out, what is loaded when, keys.
import {ask, get, onSignedOut} from "./api.js";
import * as books from "./books.js";
import * as chart from "./chart.js";
import * as decimal from "./decimal.js";
import * as depth from "./depth.js";
import {byId, element, setText, toast, words} from "./dom.js";
import {isOpen, loadWatched, on, state, tell} from "./state.js";
import {Stream} from "./stream.js";
import * as ticket from "./ticket.js";
import * as watchlist from "./watchlist.js";

const watchedAtFirst = 12;
const marketInterval = 15000;
const holdingsDelay = 250;

const stream = new Stream({
  quote: takeQuote,
  quote_update: takeQuote,
  depth: takeDepth,
  depth_update: takeDepth,
  trade: chart.onEarlierTrade,
  trade_update: chart.onTrade,
  order_update: takeOrder,
}, (text, good) => {
  const pill = byId("stream-state");
  setText(pill, text);
  pill.className = `pill ${good ? "good" : "bad"}`;
}, () => loadHoldings(), checkSession);

/** A stream that was dropped may mean that the session is over: then one has to sign in again. */
async function checkSession() {
  try {
    await get("/session");
  } catch (refusal) {
    if (refusal.status === 401 && state.session) leave("The session has ended: sign in again");
  }
}

function takeQuote(quote) {
  state.quotes.set(quote.symbol, quote);
  tell("quote", quote.symbol);
}

function takeDepth(told) {
  if (told.symbol !== state.selected) return;
  state.depth = told;
  tell("depth");
}

function takeOrder(order) {
  const known = state.orders.get(order.id);
  // The answer to a request and the stream may cross: what is over stays so.
  if (known && !isOpen(known) && isOpen(order)) return;
  state.orders.set(order.id, order);
  tell("orders");
  if (known && known.status !== order.status && order.status === "filled") {
    toast(`Filled: ${words(order.side)} ${decimal.grouped(order.quantity)} ${order.symbol} at ${decimal.priceText(decimal.parse(order.average_price))}`, "good");
  }
  loadHoldingsSoon();
}

let holdingsTimer = null;

function loadHoldingsSoon() {
  holdingsTimer ??= setTimeout(() => {
    holdingsTimer = null;
    loadMoney();
  }, holdingsDelay);
}

/** The account's money, positions and fills: what an order of its own can change. */
async function loadMoney() {
  const [account, portfolio, fills] = await Promise.allSettled([get("/account"), get("/portfolio"), get("/fills?limit=200")]);
  if (account.status === "fulfilled") state.account = account.value;
  if (portfolio.status === "fulfilled") state.portfolio = portfolio.value;
  if (fills.status === "fulfilled") state.fills = fills.value;
  for (const topic of ["account", "portfolio", "fills"]) tell(topic);
  drawMoney();
  subscribe();
}

async function loadHoldings() {
  await loadMoney();
  const [open, recent] = await Promise.allSettled([get("/orders?status=open&limit=500"), get("/orders?status=all&limit=100")]);
  if (open.status === "fulfilled") {
    const names = new Set(open.value.map((order) => order.id));
    for (const [id, order] of state.orders) if (isOpen(order) && !names.has(id)) state.orders.delete(id);
    for (const order of [...open.value, ...(recent.value ?? [])]) state.orders.set(order.id, order);
  }
  tell("orders");
}

async function loadMarket() {
  if (document.hidden || !state.session) return;
  try {
    state.market = await get("/market");
    const open = state.market.status === "open";
    const day = state.market.trading_date ? ` · ${state.market.trading_date}` : "";
    setText(byId("market-state"), `Market ${state.market.status.replaceAll("_", " ")}${day}`);
    byId("market-state").className = `pill ${open ? "good" : "bad"}`;
  } catch (refusal) {
    setText(byId("market-state"), refusal.message);
    byId("market-state").className = "pill bad";
  }
}

function drawMoney() {
  const positions = state.portfolio?.positions ?? [];
  let drift = 0n;
  let unrealized = 0n;
  for (const position of positions) {
    const now = books.reckon(position);
    drift += now.value - decimal.parse(position.current_value);
    unrealized += now.unrealized;
  }
  const equity = decimal.parse(state.portfolio?.equity);
  setText(byId("account-name"), state.session?.account ?? "–");
  setText(byId("account-equity"), decimal.moneyText(equity === null ? null : equity + drift));
  setText(byId("account-unrealized"), state.portfolio ? decimal.moneyText(unrealized, true) : "–");
  byId("account-unrealized").className = unrealized > 0n ? "up" : unrealized < 0n ? "down" : "";
  setText(byId("account-buying-power"), decimal.moneyText(decimal.parse(state.account?.buying_power)));
  setText(byId("account-cash"), decimal.moneyText(decimal.parse(state.account?.cash_balance)));
}

/** Quotes of what is watched or held, and depth and trades of what is selected. */
function subscribe() {
  const quotes = new Set([...state.watched, ...(state.portfolio?.positions ?? []).map((position) => position.symbol)]);
  if (state.selected) quotes.add(state.selected);
  for (const symbol of [...stream.wanted.keys()]) {
    if (!quotes.has(symbol)) stream.want(symbol, []);
  }
  for (const symbol of quotes) stream.want(symbol, symbol === state.selected ? ["quotes", "depth", "trades"] : ["quotes"]);
}

async function enter(session) {
  state.session = session;
  byId("sign-in").hidden = true;
  byId("desk").hidden = false;
  document.title = `trade · ${session.account}`;
  tell("session");
  try {
    const symbols = await get("/symbols");
    state.symbols = new Map(symbols.map((symbol) => [symbol.symbol, symbol]));
  } catch (refusal) {
    toast(`The symbols are not there: ${refusal.message}`, "refused");
  }
  tell("symbols");
  const kept = loadWatched()?.filter((name) => state.symbols.has(name));
  state.watched = kept?.length ? kept : [...state.symbols.keys()].slice(0, watchedAtFirst);
  tell("watched");
  watchlist.select(state.watched[0] ?? null);
  loadMarket();
  stream.open();
}

function leave(why = "") {
  stream.close();
  stream.wanted.clear();
  Object.assign(state, {session: null, account: null, portfolio: null, selected: null, depth: null, fills: [], watched: []});
  state.orders.clear();
  state.quotes.clear();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  setText(byId("stream-state"), "signed out");
  byId("desk").hidden = true;
  byId("sign-in").hidden = false;
  document.title = "trade";
  setText(byId("sign-in-error"), why);
  byId("key-id").focus();
}

async function signIn(event) {
  event.preventDefault();
  const error = byId("sign-in-error");
  setText(error, "");
  const key = byId("key-id").value.trim();
  const secret = byId("key-secret").value.trim();
  if (key === "" || secret === "") return setText(error, "Both the key's id and its secret are needed");
  const button = event.target.querySelector("button");
  button.disabled = true;
  try {
    const session = await ask("POST", "/session", {key, secret});
    byId("key-secret").value = "";
    await enter(session);
  } catch (refusal) {
    setText(error, refusal.status === 401 || refusal.status === 403 ? `Not signed in: ${refusal.message}` : refusal.message);
    byId("key-secret").select();
  }
  button.disabled = false;
}

async function signOut() {
  try {
    await ask("DELETE", "/session");
  } catch {
    // It may have ended by itself.
  }
  leave();
}

function toggleTheme() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("trade-theme", root.dataset.theme);
  } catch {
    // Then it holds until the page is loaded anew.
  }
  chart.restyle();
}

const keys = {
  b: () => ticket.prepare({side: "buy"}),
  s: () => ticket.prepare({side: "sell"}),
  p: () => ticket.prepareExits(),
  "/": () => byId("watch-input").focus(),
  j: () => watchlist.selectNext(1),
  k: () => watchlist.selectNext(-1),
  "[": () => chart.chooseNext(-1),
  "]": () => chart.chooseNext(1),
  x: () => books.cancelAll(),
  t: toggleTheme,
  "?": () => byId("help").showModal(),
  1: () => books.showNumber(1),
  2: () => books.showNumber(2),
  3: () => books.showNumber(3),
  4: () => books.showNumber(4),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("desk").hidden || document.querySelector("dialog[open]")) return;
  const inField = event.target.matches("input, select, textarea") && event.target.type !== "radio" && event.target.type !== "checkbox";
  if (event.key === "Escape" && inField) return event.target.blur();
  if (inField || !keys[event.key]) return;
  event.preventDefault();
  const view = {b: "ticket", s: "ticket", p: "ticket", "/": "watch", 1: "books", 2: "books", 3: "books", 4: "books"}[event.key];
  if (view) showSection(view);
  keys[event.key]();
}

/** On a small screen one section is shown at a time. */
const sections = [["watch", "Watch"], ["chart", "Chart"], ["ticket", "Trade"], ["books", "Book"]];

function showSection(name) {
  document.body.dataset.view = name;
  for (const button of byId("sections").children) {
    if (button.dataset.view === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

async function start() {
  byId("sections").append(...sections.map(([name, text]) => element("button", {type: "button", data: {view: name}, onclick: () => showSection(name)}, text)));
  showSection("watch");
  watchlist.start();
  depth.start();
  books.start();
  await Promise.all([ticket.start(), chart.start()]);
  on("selected", subscribe);
  on("watched", subscribe);
  on("select", (name) => watchlist.select(name));
  on("order", takeOrder);
  on("refused", loadHoldingsSoon);
  on("quote", (name) => {
    if (state.portfolio?.positions.some((position) => position.symbol === name)) drawMoney();
  });
  byId("watch-rows").addEventListener("click", (event) => {
    if (event.target.closest("button.away") === null && matchMedia("(max-width: 760px)").matches) showSection("chart");
  });
  byId("sign-in-form").addEventListener("submit", signIn);
  byId("sign-out").addEventListener("click", signOut);
  byId("theme-button").addEventListener("click", toggleTheme);
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("replace-close").addEventListener("click", () => byId("replace").close());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", chart.restyle);
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", loadMarket);
  setInterval(loadMarket, marketInterval);
  onSignedOut(() => {
    if (state.session) leave("The session has ended: sign in again");
  });
  try {
    await enter(await get("/session"));
  } catch {
    leave();
  }
}

start();
