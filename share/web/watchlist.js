// The watchlist: live quotes, one row a symbol.
import * as decimal from "./decimal.js";
import {get} from "./api.js";
import {byId, element, flash, setText, toast} from "./dom.js";
import {on, saveWatched, state, tell} from "./state.js";

const rows = new Map(); // name -> {row, cells}

export function select(name) {
  if (!name || state.selected === name) return;
  state.selected = name;
  if (!state.watched.includes(name)) add(name);
  tell("selected", name);
}

export function selectNext(step) {
  if (state.watched.length === 0) return;
  const at = state.watched.indexOf(state.selected);
  select(state.watched[(at + step + state.watched.length) % state.watched.length]);
  rows.get(state.selected)?.row.scrollIntoView({block: "nearest"});
}

export function add(name) {
  if (state.watched.includes(name)) return;
  state.watched = [...state.watched, name];
  saveWatched();
  draw();
  tell("watched");
}

function remove(name) {
  const at = state.watched.indexOf(name);
  state.watched = state.watched.filter((other) => other !== name);
  saveWatched();
  draw();
  tell("watched");
  if (state.selected === name) {
    state.selected = null;
    select(state.watched[Math.min(at, state.watched.length - 1)] ?? null);
  }
}

function makeRow(name) {
  const cells = {
    last: element("td", {class: "number"}),
    change: element("td", {class: "number"}),
    ask: element("span", {}),
    bid: element("span", {}),
  };
  const button = element("button", {type: "button", class: "symbol", onclick: () => select(name)}, name);
  const away = element("button", {
    type: "button", class: "away", title: `Remove ${name}`, "aria-label": `Remove ${name} from the watchlist`,
    onclick: (event) => { event.stopPropagation(); remove(name); },
  }, "×");
  const row = element("tr", {data: {symbol: name}, onclick: () => select(name)},
    element("th", {scope: "row"}, button, away), cells.last, cells.change,
    element("td", {class: "number book"}, cells.ask, cells.bid));
  rows.set(name, {row, cells, button, last: null});
  return row;
}

function draw() {
  const body = byId("watch-rows");
  for (const name of [...rows.keys()]) {
    if (!state.watched.includes(name)) rows.delete(name);
  }
  body.replaceChildren(...state.watched.map((name) => rows.get(name)?.row ?? makeRow(name)));
  byId("watch-empty").hidden = state.watched.length > 0;
  for (const name of state.watched) drawQuote(name);
  mark();
}

function mark() {
  for (const [name, {row, button}] of rows) {
    row.classList.toggle("selected", name === state.selected);
    if (name === state.selected) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function drawQuote(name) {
  const entry = rows.get(name);
  const quote = state.quotes.get(name);
  if (!entry || !quote) return;
  const last = decimal.parse(quote.last);
  const before = decimal.parse(quote.previous_close) ?? decimal.parse(quote.open);
  setText(entry.cells.last, decimal.priceText(last ?? before));
  setText(entry.cells.change, decimal.changeText(last, before) || "–");
  entry.cells.change.classList.toggle("up", last !== null && before !== null && last > before);
  entry.cells.change.classList.toggle("down", last !== null && before !== null && last < before);
  const bid = decimal.parse(quote.bid);
  const ask = decimal.parse(quote.ask);
  setText(entry.cells.ask, decimal.priceText(ask));
  setText(entry.cells.bid, decimal.priceText(bid));
  if (entry.last !== null && last !== null && last !== entry.last) flash(entry.cells.last, last > entry.last ? 1 : -1);
  entry.last = last;
}

/** Whether there is such a symbol; one that is newer than this page is asked for. */
async function isTraded(name) {
  if (state.symbols.has(name)) return true;
  try {
    state.symbols.set(name, await get(`/symbols/${encodeURIComponent(name)}`));
  } catch (refusal) {
    toast(refusal.status === 404 ? `There is no symbol ${name}` : refusal.message, "refused");
    return false;
  }
  tell("symbols");
  return true;
}

export function start() {
  on("watched", draw);
  on("quote", drawQuote);
  on("selected", mark);
  on("symbols", () => {
    byId("symbols").replaceChildren(...[...state.symbols.keys()].map((name) => element("option", {value: name})));
  });
  byId("watch-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = byId("watch-input");
    const name = input.value.trim().toUpperCase();
    if (name === "" || !(await isTraded(name))) return;
    add(name);
    select(name);
    input.value = "";
    input.blur();
  });
}
