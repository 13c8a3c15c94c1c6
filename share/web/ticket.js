// The order ticket: what can be ordered, what it will cost, and why it was refused.
import {ask, newOrderName} from "./api.js";
import * as decimal from "./decimal.js";
import {byId, element, sentence, setText, toast, typeLabels, words} from "./dom.js";
import {on, state, tell} from "./state.js";

const timeLabels = {
  day: "Day", gtc: "Good till cancelled", ioc: "Immediate or cancel", fok: "Fill or kill", gtd: "Good till date",
  opg: "At the open", cls: "At the close",
};
const sideLabels = {buy: "Buy", sell: "Sell", sell_short: "Sell short"};
const label = (labels, name) => labels[name] ?? sentence(name);

let form;
let field = {}; // name -> input
let rows = {}; // name -> the element around it
let sending = false;
let checkTimer = null;
let checkNumber = 0;

const value = (name) => field[name].value.trim();
const side = () => (field.buy.checked ? "buy" : field.sell.checked ? "sell" : "sell_short");
/** What is sold short is borrowed, which only accounts with margin may. */
const mayBorrow = () => state.account?.account_type === "margin";
const needsLimit = () => ["limit", "stop_limit"].includes(value("order_type"));
const needsStop = () => ["stop_loss", "stop_limit"].includes(value("order_type"));
const isTrailing = () => value("order_type") === "trailing_stop";
// A price typed into closed instructions does not count.
const exit = (name) => (byId("ticket-exits").open ? value(name) : "");
const takesProfit = () => exit("take_profit_price") !== "";
const stopsLoss = () => exit("stop_loss_price") !== "";
/** A limit order to sell that has a stop-loss is the pair of exits for shares that are held; its price is the profit's. */
const isPair = () => side() === "sell" && value("order_type") === "limit" && stopsLoss() && !takesProfit();

function input(name, text, attributes = {}) {
  const made = element("input", {id: `ticket-${name}`, name, inputmode: "decimal", spellcheck: "false",
    "aria-describedby": "ticket-message", ...attributes});
  field[name] = made;
  rows[name] = element("div", {class: "field"}, element("label", {for: made.id}, text), made);
  return rows[name];
}

function choice(name, text, options) {
  const made = element("select", {id: `ticket-${name}`, name}, ...options.map(([option, shown]) => element("option", {value: option}, shown)));
  field[name] = made;
  rows[name] = element("div", {class: "field"}, element("label", {for: made.id}, text), made);
  return rows[name];
}

function radio(name, text) {
  field[name] = element("input", {type: "radio", name: "side", id: `ticket-${name}`, value: name, checked: name === "buy"});
  return [field[name], element("label", {for: `ticket-${name}`, class: name === "buy" ? "buy" : "sell"}, text)];
}

function step(by) {
  const now = decimal.parseQuantity(value("quantity")) ?? 0n;
  const next = now + by;
  field.quantity.value = String(next > 0n ? next : 1n);
  changed();
}

/** The description of the API says which types and times there are. */
async function choices() {
  try {
    const description = await (await fetch("/api/v1/openapi.json")).json();
    const properties = description.components.schemas.NewOrder.properties;
    return {types: properties.order_type.enum, times: properties.time_in_force.enum};
  } catch {
    return {types: Object.keys(typeLabels), times: ["day", "gtc", "ioc", "fok", "gtd"]};
  }
}

function build({types, times}) {
  form = byId("ticket-form");
  form.append(
    element("fieldset", {class: "sides"}, element("legend", {class: "unseen"}, "Side"), ...Object.entries(sideLabels).flatMap(([name, text]) => radio(name, text))),
    element("div", {class: "pair"},
      choice("order_type", "Type", types.map((name) => [name, label(typeLabels, name)])),
      choice("time_in_force", "Time in force", times.map((name) => [name, label(timeLabels, name)]))),
    element("div", {class: "pair"}, input("quantity", "Shares", {inputmode: "numeric", maxlength: "12"}), input("price", "Limit price")),
    element("div", {class: "steps", role: "group", "aria-label": "More shares"},
      ...[1n, 10n, 100n].map((by) => element("button", {type: "button", tabindex: "-1", onclick: () => step(by)}, `+${by}`)),
      element("button", {type: "button", tabindex: "-1", id: "ticket-max", onclick: fillMost}, "Max")),
    input("stop_price", "Stop price"),
    element("div", {class: "pair"}, input("trail", "Trail by"), choice("trail_unit", "Trail in", [["amount", "Dollars"], ["percent", "Percent"]])),
    input("expires_at", "Until", {type: "datetime-local", inputmode: null, step: "60"}),
    element("details", {id: "ticket-exits"}, element("summary", {}, "Exits: take-profit and stop-loss"),
      element("p", {id: "ticket-exits-note", class: "note"}),
      element("div", {class: "pair"}, input("take_profit_price", "Take profit at"), input("stop_loss_price", "Stop loss at")),
      input("stop_loss_limit_price", "Stop loss not beyond (limit)")),
    element("details", {id: "ticket-more"}, element("summary", {}, "More instructions"),
      element("div", {class: "pair"}, input("display_quantity", "Show only (iceberg)", {inputmode: "numeric"}), input("minimum_quantity", "At least at once", {inputmode: "numeric"})),
      element("div", {class: "pair"},
        choice("post_only", "Add liquidity only", [["", "No"], ["reject", "Else refuse"], ["slide", "Else slide the price"]]),
        choice("self_trade_prevention", "Against own orders", [["", "As usual"], ["cancel_resting", "Cancel the resting"],
          ["cancel_incoming", "Cancel the incoming"], ["cancel_both", "Cancel both"], ["decrement_and_cancel", "Reduce both"]])),
      element("div", {class: "check"}, field.all_or_none = element("input", {type: "checkbox", id: "ticket-all_or_none"}),
        element("label", {for: "ticket-all_or_none"}, "All or none"))),
    element("dl", {class: "estimate"},
      ...[["cost", "Estimated cost"], ["after", "Buying power after"], ["gain", "At take-profit"], ["loss", "At stop-loss"],
        ["check", "Check"]].map(([name, text]) =>
        element("div", {id: `ticket-${name}-row`}, element("dt", {id: `ticket-${name}-label`}, text), element("dd", {id: `ticket-${name}`}, "–")))),
    element("div", {class: "ticket-foot"}, element("p", {id: "ticket-message", class: "message", role: "alert"}),
      element("button", {type: "submit", id: "ticket-send", class: "primary buy"}, "Buy")));
  field.quantity.value = "1";
  field.order_type.value = "limit";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("input", changed);
  byId("ticket-exits").addEventListener("toggle", changed);
}

/** As many shares as buying power takes at the price, or as are held. */
function fillMost() {
  const price = reference().price;
  if (side() === "sell") {
    const held = state.portfolio?.positions.find((position) => position.symbol === state.selected)?.quantity ?? 0;
    field.quantity.value = String(Math.max(1, held));
  } else if (price) {
    const most = (decimal.parse(state.account?.buying_power) ?? 0n) / price;
    field.quantity.value = String(most > 0n ? most : 1n);
  }
  changed();
}

/** What a market order would pay for so many shares, level by level of what the page sees of the book. */
function walk(levels, quantity) {
  let left = quantity;
  let total = 0n;
  for (const level of levels) {
    const taken = BigInt(level.size) < left ? BigInt(level.size) : left;
    total += taken * decimal.parse(level.price);
    left -= taken;
    if (left === 0n) return {total, left};
  }
  return {total, left};
}

/** The price to reckon with, one share's, and where it comes from. */
function reference() {
  const quote = state.quotes.get(state.selected);
  if (needsLimit()) return {price: decimal.parse(value("price"))};
  if (needsStop()) return {price: decimal.parse(value("stop_price"))};
  const best = decimal.parse(side() === "buy" ? quote?.ask : quote?.bid);
  return {price: best ?? decimal.parse(quote?.last) ?? decimal.parse(quote?.previous_close)};
}

/** A price to begin with: the side's own best, until one is typed. */
function suggestPrice() {
  const quote = state.quotes.get(state.selected);
  if (!quote || value("price") !== "" || document.activeElement === field.price) return;
  const best = decimal.parse(side() === "buy" ? quote.ask : quote.bid) ?? decimal.parse(quote.last) ?? decimal.parse(quote.previous_close);
  if (!best) return;
  field.price.value = decimal.priceText(best).replaceAll(",", "");
  drawForm();
}

function estimate() {
  const quantity = decimal.parseQuantity(value("quantity"));
  if (!quantity) return null;
  const price = reference().price;
  if (value("order_type") === "market" && state.depth?.symbol === state.selected) {
    const {total, left} = walk(side() === "buy" ? state.depth.asks : state.depth.bids, quantity);
    if (left === 0n) return {total, rough: false};
    if (total > 0n && price) return {total: total + left * price, rough: true};
  }
  return price ? {total: quantity * price, rough: !needsLimit()} : null;
}

function drawEstimate() {
  const worth = estimate();
  const buying = side() === "buy";
  setText(byId("ticket-cost-label"), buying ? "Estimated cost" : "Estimated proceeds");
  setText(byId("ticket-cost"), worth ? `${worth.rough ? "about " : ""}${decimal.moneyText(worth.total)}` : "–");
  const power = decimal.parse(state.account?.buying_power);
  const after = worth && power !== null && buying ? power - worth.total : null;
  byId("ticket-after-row").hidden = !buying;
  setText(byId("ticket-after"), decimal.moneyText(after));
  byId("ticket-after").classList.toggle("down", after !== null && after < 0n);
  drawExits(worth);
}

/** What the exits would come to, against what the shares cost: the order's own price, or for a pair what was paid for them. */
function drawExits(worth) {
  const quantity = decimal.parseQuantity(value("quantity"));
  const held = state.portfolio?.positions.find((position) => position.symbol === state.selected);
  const paid = isPair() ? decimal.parse(held?.average_cost) : worth && quantity ? worth.total / quantity : null;
  const direction = side() === "buy" || isPair() ? 1n : -1n;
  const profitPrice = isPair() ? decimal.parse(value("price")) : decimal.parse(exit("take_profit_price"));
  for (const [name, shown, price] of [["gain", takesProfit() || isPair(), profitPrice],
    ["loss", stopsLoss(), decimal.parse(exit("stop_loss_limit_price")) ?? decimal.parse(exit("stop_loss_price"))]]) {
    byId(`ticket-${name}-row`).hidden = !shown;
    const result = quantity && price && paid ? (price - paid) * quantity * direction : null;
    setText(byId(`ticket-${name}`), result === null ? "–" : `about ${decimal.moneyText(result, true)}`);
    byId(`ticket-${name}`).className = result === null ? "" : result < 0n ? "down" : "up";
  }
  setText(byId("ticket-exits-note"), isPair() ? "With the limit price as take-profit: one of the two ends the other"
    : side() === "sell" ? "For shares that are held: a limit order and its stop-loss, of which one ends the other"
      : "They work for what the order fills; one ends the other");
}

function drawForm() {
  const show = (name, shown) => { rows[name].hidden = !shown; };
  if (!mayBorrow() && side() === "sell_short") field.sell.checked = true;
  field.sell_short.parentElement.classList.toggle("three", mayBorrow());
  for (const part of [field.sell_short, field.sell_short.nextSibling]) part.hidden = !mayBorrow();
  show("price", needsLimit());
  show("stop_price", needsStop());
  show("trail", isTrailing());
  show("trail_unit", isTrailing());
  show("expires_at", value("time_in_force") === "gtd");
  const button = byId("ticket-send");
  const viewer = state.session?.role === "viewer";
  button.disabled = sending || viewer || !state.selected;
  button.className = `primary ${side() === "buy" ? "buy" : "sell"}`;
  const quantity = decimal.parseQuantity(value("quantity"));
  setText(button, viewer ? "A viewer's key places no orders"
    : `${sideLabels[side()]} ${quantity ? decimal.grouped(quantity) : ""} ${state.selected ?? ""}`.replace("  ", " "));
  drawEstimate();
}

/** The first thing that is missing or wrong, with the field it is about. */
function problem() {
  if (!state.selected) return [null, "Choose a symbol first"];
  if (!decimal.parseQuantity(value("quantity"))) return ["quantity", "How many shares? A whole number above zero"];
  for (const [name, needed, text] of [["price", needsLimit(), "limit price"], ["stop_price", needsStop(), "stop price"], ["trail", isTrailing(), "trail"]]) {
    if (!needed) continue;
    const amount = decimal.parse(value(name));
    if (amount === null || amount <= 0n) return [name, `What ${text}? A decimal like 150.25`];
  }
  for (const name of ["take_profit_price", "stop_loss_price", "stop_loss_limit_price"]) {
    const amount = decimal.parse(exit(name));
    if (exit(name) !== "" && (amount === null || amount <= 0n)) return [name, "A decimal like 150.25, or nothing"];
  }
  if (exit("stop_loss_limit_price") !== "" && !stopsLoss()) return ["stop_loss_price", "A limit needs the stop it belongs to"];
  for (const name of ["display_quantity", "minimum_quantity"]) {
    if (value(name) !== "" && !decimal.parseQuantity(value(name))) return [name, "A whole number of shares above zero, or nothing"];
  }
  if (value("time_in_force") === "gtd" && value("expires_at") === "") return ["expires_at", "Until when?"];
  return null;
}

function order() {
  const wanted = {symbol: state.selected, side: side(), quantity: Number(value("quantity")), order_type: value("order_type"),
    time_in_force: value("time_in_force")};
  if (needsLimit()) wanted.price = decimal.wireText(decimal.parse(value("price")));
  if (needsStop()) wanted.stop_price = decimal.wireText(decimal.parse(value("stop_price")));
  if (isTrailing()) wanted[`trail_${value("trail_unit")}`] = value("trail");
  if (value("time_in_force") === "gtd") wanted.expires_at = new Date(value("expires_at")).toISOString();
  for (const name of ["take_profit_price", "stop_loss_price", "stop_loss_limit_price"]) {
    if (exit(name) !== "") wanted[name] = decimal.wireText(decimal.parse(exit(name)));
  }
  if (isPair()) wanted.order_class = "oco";
  for (const name of ["post_only", "self_trade_prevention"]) if (value(name)) wanted[name] = value(name);
  for (const name of ["display_quantity", "minimum_quantity"]) if (value(name)) wanted[name] = Number(value(name));
  if (field.all_or_none.checked) wanted.all_or_none = true;
  return wanted;
}

function say(text, kind = "") {
  const message = byId("ticket-message");
  message.className = `message ${kind}`;
  setText(message, text);
}

function mark(name) {
  for (const other of Object.values(field)) other.removeAttribute("aria-invalid");
  if (!name) return;
  field[name].setAttribute("aria-invalid", "true");
  field[name].focus();
}

/** Why risk said no, with the figures that the page knows. */
function reason(refusal) {
  if (refusal.code === "insufficient_buying_power") {
    const worth = estimate();
    const power = decimal.parse(state.account?.buying_power);
    if (worth && power !== null) {
      return `${refusal.message}: the order takes ${worth.rough ? "about " : ""}${decimal.moneyText(worth.total)}, and ${decimal.moneyText(power)} is free`;
    }
  }
  if (refusal.code === "insufficient_shares") {
    const held = state.portfolio?.positions.find((position) => position.symbol === state.selected)?.quantity ?? 0;
    return `${refusal.message}: ${decimal.grouped(held)} ${state.selected} held, less what open orders already sell${mayBorrow() ? "; what is borrowed is sold short" : ""}`;
  }
  return refusal.message;
}

/** Asks the server, without placing anything, whether the order would be taken. */
async function check() {
  const mine = ++checkNumber;
  const line = byId("ticket-check");
  if (problem() || state.session?.role === "viewer") {
    line.className = "";
    return setText(line, "–");
  }
  let text;
  let good = false;
  try {
    const answer = await ask("POST", "/orders", {...order(), dry_run: true});
    good = answer.accepted;
    text = good ? "would be accepted" : answer.error;
  } catch (refusal) {
    text = refusal.message;
  }
  if (mine !== checkNumber) return;
  line.className = good ? "up" : "down";
  setText(line, text);
}

function changed() {
  mark(null);
  say("");
  drawForm();
  ++checkNumber;
  clearTimeout(checkTimer);
  checkTimer = setTimeout(check, 500);
}

function outcome(placed) {
  const exits = placed.legs?.length > 0 ? ", with its exits" : "";
  const what = `${words(placed.side)} ${decimal.grouped(placed.quantity)} ${placed.symbol}${exits}`;
  if (placed.status === "filled") return `Filled: ${what} at ${decimal.priceText(decimal.parse(placed.average_price))}`;
  if (placed.status === "partially_filled") return `Partly filled: ${placed.filled_quantity} of ${what}; the rest waits`;
  if (placed.status === "cancelled") return `Cancelled unfilled, as its time in force says: ${what}`;
  return `Order ${placed.id} is in the book: ${what}${placed.price ? ` at ${decimal.priceText(decimal.parse(placed.price))}` : ""}`;
}

async function send() {
  if (sending) return;
  const wrong = problem();
  if (wrong) {
    say(wrong[1], "refused");
    return mark(wrong[0]);
  }
  sending = true;
  drawForm();
  try {
    const placed = await ask("POST", "/orders", {...order(), client_order_id: newOrderName()});
    say(outcome(placed), "good");
    toast(outcome(placed), "good");
    tell("order", placed);
  } catch (refusal) {
    say(reason(refusal), "refused");
    tell("refused");
  }
  sending = false;
  drawForm();
}

/** Puts an order's wishes into the ticket, and the cursor to the shares. */
export function prepare({symbol = state.selected, side: wanted, quantity, price, type}, focus = true) {
  if (symbol !== state.selected) tell("select", symbol);
  if (wanted) field[wanted].checked = true;
  if (type) field.order_type.value = type;
  if (quantity) field.quantity.value = String(quantity);
  if (price) field.price.value = decimal.priceText(decimal.parse(price)).replaceAll(",", "");
  changed();
  if (!focus) return;
  field.quantity.focus();
  field.quantity.select();
}

/** Opens the exits, and puts the cursor to the first that there is to say. */
export function prepareExits() {
  byId("ticket-exits").open = true;
  (side() === "sell" ? field.stop_loss_price : field.take_profit_price).focus();
  changed();
}

export async function start() {
  build(await choices());
  on("price-picked", ({price, side: wanted}) => prepare({side: wanted, price, type: needsLimit() ? null : "limit"}, false));
  on("selected", (name) => {
    setText(byId("ticket-symbol"), name ?? "");
    for (const name of ["price", "stop_price", "take_profit_price", "stop_loss_price", "stop_loss_limit_price"]) field[name].value = "";
    suggestPrice();
    changed();
  });
  on("quote", (name) => {
    if (name === state.selected) suggestPrice();
    drawEstimate();
  });
  on("depth", drawEstimate);
  on("account", drawForm);
  on("session", drawForm);
  drawForm();
}
