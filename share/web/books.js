// Positions, open orders, history and fills, as tabs.
import {ask} from "./api.js";
import * as decimal from "./decimal.js";
import {byId, confirmed, element, sentence, setText, timeText, toast, typeLabels, words} from "./dom.js";
import {isOpen, on, state, tell} from "./state.js";
import {prepare} from "./ticket.js";

const tabs = [
  {name: "positions", label: "Positions", columns: ["Symbol", "Shares", "Average cost", "Price", "Value", "Unrealized", "Realized", ""]},
  {name: "open", label: "Open orders", columns: ["Symbol", "Side", "Type", "Shares", "Filled", "Price", "Valid", "Status", "Placed", ""]},
  {name: "history", label: "History", columns: ["Symbol", "Side", "Type", "Shares", "Filled", "Price", "Average", "Status", "Reason", "Changed"]},
  {name: "fills", label: "Fills", columns: ["Symbol", "Side", "Shares", "Price", "Amount", "Liquidity", "Order", "Time"]},
];
const shown = 200;
let current = "positions";

const cell = (label, text, className = "") => element("td", {class: className, data: {label}}, text);
const sideCell = (side) => cell("Side", sentence(side), side === "buy" ? "up" : "down");
const signed = (amount) => (amount > 0n ? "up" : amount < 0n ? "down" : "");
const held = (symbol) => state.quotes.get(symbol);

function symbolCell(symbol) {
  return element("th", {scope: "row"}, element("button", {type: "button", class: "symbol", onclick: () => tell("select", symbol)}, symbol));
}

/** With the newest price, which may be newer than the books' own. */
export function reckon(position) {
  const value = decimal.parse(position.current_value);
  const cost = value - decimal.parse(position.unrealized_pnl);
  const quantity = BigInt(position.quantity);
  const price = decimal.parse(held(position.symbol)?.last) ?? decimal.parse(position.market_price);
  const worth = price === null ? value : price * quantity;
  return {price, value: worth, unrealized: worth - cost};
}

const makers = {
  positions() {
    return (state.portfolio?.positions ?? []).filter((position) => position.quantity !== 0 || decimal.parse(position.realized_pnl) !== 0n)
      .map((position) => {
        const {price, value, unrealized} = reckon(position);
        const realized = decimal.parse(position.realized_pnl);
        const close = position.quantity === 0 ? null : element("button", {
          type: "button", class: "small", "aria-label": `Close ${position.symbol}`,
          onclick: () => prepare({symbol: position.symbol, side: position.quantity > 0 ? "sell" : "buy",
            quantity: Math.abs(position.quantity), type: "market"}),
        }, "Close…");
        return element("tr", {data: {symbol: position.symbol}}, symbolCell(position.symbol),
          cell("Shares", decimal.grouped(position.quantity), "number"),
          cell("Average cost", decimal.priceText(decimal.parse(position.average_cost)), "number"),
          cell("Price", decimal.priceText(price), "number"), cell("Value", decimal.moneyText(value), "number"),
          cell("Unrealized", decimal.moneyText(unrealized, true), `number ${signed(unrealized)}`),
          cell("Realized", decimal.moneyText(realized, true), `number ${signed(realized)}`),
          element("td", {class: "actions"}, close));
      });
  },
  open() {
    return sorted(isOpen).map((order) => element("tr", {data: {order: order.id}}, ...orderCells(order),
      cell("Valid", order.time_in_force === "day" ? "Day" : order.time_in_force.toUpperCase()), cell("Status", sentence(order.status)),
      cell("Placed", timeText(order.created_at), "number"),
      element("td", {class: "actions"},
        element("button", {type: "button", class: "small", "aria-label": `Replace order ${order.id}`, onclick: () => replace(order)}, "Replace…"),
        element("button", {type: "button", class: "small danger", "aria-label": `Cancel order ${order.id}`, onclick: (event) => cancel(order, event.target)}, "Cancel"))));
  },
  history() {
    return sorted((order) => !isOpen(order)).map((order) => element("tr", {data: {order: order.id}}, ...orderCells(order),
      cell("Average", decimal.priceText(decimal.parse(order.average_price)), "number"), cell("Status", sentence(order.status)),
      cell("Reason", sentence(order.reject_reason) || "–"), cell("Changed", timeText(order.updated_at), "number")));
  },
  fills() {
    return state.fills.slice(0, shown).map((fill) => element("tr", {}, symbolCell(fill.symbol), sideCell(fill.side),
      cell("Shares", decimal.grouped(fill.quantity), "number"), cell("Price", decimal.priceText(decimal.parse(fill.price)), "number"),
      cell("Amount", decimal.moneyText(decimal.parse(fill.price) * BigInt(fill.quantity)), "number"), cell("Liquidity", sentence(fill.liquidity) || "–"),
      cell("Order", fill.order_id, "number"), cell("Time", timeText(fill.executed_at), "number")));
  },
};

function orderCells(order) {
  const prices = [order.price && decimal.priceText(decimal.parse(order.price)),
    order.stop_price && `stop ${decimal.priceText(decimal.parse(order.stop_price))}`,
    order.trail_amount && `trail ${decimal.priceText(decimal.parse(order.trail_amount))}`,
    order.trail_percent && `trail ${order.trail_percent}%`].filter(Boolean).join(", ");
  return [symbolCell(order.symbol), sideCell(order.side), cell("Type", order.leg ? sentence(order.leg) : typeLabels[order.order_type] ?? sentence(order.order_type)),
    cell("Shares", decimal.grouped(order.quantity), "number"), cell("Filled", decimal.grouped(order.filled_quantity), "number"),
    cell("Price", prices || "Market", "number")];
}

function sorted(wanted) {
  return [...state.orders.values()].filter(wanted).sort((one, other) => Number(BigInt(other.id) - BigInt(one.id))).slice(0, shown);
}

const emptyTexts = {positions: "Nothing held yet.", open: "No open orders.", history: "No orders yet.", fills: "No fills yet."};

function draw() {
  for (const tab of tabs) {
    const rows = makers[tab.name]();
    setText(tab.count, rows.length === 0 ? "" : String(rows.length));
    if (tab.name !== current) continue;
    // A row whose buttons have the focus keeps it: it is found again by its order or symbol.
    const focused = tab.body.contains(document.activeElement) ? document.activeElement : null;
    const back = focused?.getAttribute("aria-label");
    tab.body.replaceChildren(...rows);
    if (back) tab.body.querySelector(`[aria-label="${CSS.escape(back)}"]`)?.focus();
    tab.table.hidden = rows.length === 0;
    tab.empty.hidden = rows.length > 0;
  }
  byId("cancel-all").hidden = current !== "open" || sorted(isOpen).length === 0;
}

let waiting = null;

function drawSoon() {
  waiting ??= requestAnimationFrame(() => {
    waiting = null;
    draw();
  });
}

async function cancel(order, button) {
  button.disabled = true;
  try {
    tell("order", await ask("DELETE", `/orders/${order.id}`));
    toast(`Cancelled: ${words(order.side)} ${decimal.grouped(order.quantity)} ${order.symbol}`);
  } catch (refusal) {
    toast(`Not cancelled: ${refusal.message}`, "refused");
    tell("refused");
  }
}

export async function cancelAll() {
  const open = sorted(isOpen).length;
  if (open === 0) return toast("No open orders");
  if (!(await confirmed(`Cancel all ${open} open order${open === 1 ? "" : "s"} of ${state.session.account}?`))) return;
  try {
    const answer = await ask("DELETE", "/orders");
    toast(`${answer.cancelled} cancelled`);
  } catch (refusal) {
    toast(`Not cancelled: ${refusal.message}`, "refused");
  }
  tell("refused");
}

function replace(order) {
  const dialog = byId("replace");
  const inputs = {};
  const wanted = [["quantity", "Shares", String(order.quantity)]];
  if (order.price) wanted.push(["price", "Limit price", order.price]);
  if (order.stop_price && order.order_type !== "trailing_stop") wanted.push(["stop_price", "Stop price", order.stop_price]);
  byId("replace-title").textContent = `Replace: ${words(order.side)} ${order.symbol}, order ${order.id}`;
  byId("replace-fields").replaceChildren(...wanted.map(([name, text, now]) => {
    inputs[name] = element("input", {id: `replace-${name}`, inputmode: "decimal", value: now});
    return element("div", {class: "field"}, element("label", {for: `replace-${name}`}, text), inputs[name]);
  }));
  byId("replace-error").textContent = "";
  byId("replace-form").onsubmit = async (event) => {
    event.preventDefault();
    const body = {};
    for (const [name, , now] of wanted) {
      const text = inputs[name].value.trim();
      if (text === now) continue;
      const amount = name === "quantity" ? decimal.parseQuantity(text) : decimal.parse(text);
      if (!amount) return (byId("replace-error").textContent = `${name === "quantity" ? "Shares: a whole number" : "Prices: a decimal"} above zero`);
      body[name] = name === "quantity" ? Number(amount) : decimal.wireText(amount);
    }
    if (Object.keys(body).length === 0) return dialog.close();
    try {
      tell("order", await ask("PATCH", `/orders/${order.id}`, body));
      dialog.close();
      toast(`Order ${order.id} replaced`, "good");
    } catch (refusal) {
      byId("replace-error").textContent = refusal.message;
      tell("refused");
    }
  };
  dialog.showModal();
  inputs.quantity.select();
}

export function show(name) {
  current = name;
  for (const tab of tabs) {
    const chosen = tab.name === name;
    tab.button.setAttribute("aria-selected", String(chosen));
    tab.button.tabIndex = chosen ? 0 : -1;
    tab.panel.hidden = !chosen;
  }
  draw();
}

export function showNumber(number) {
  if (tabs[number - 1]) show(tabs[number - 1].name);
}

export function start() {
  for (const tab of tabs) {
    tab.count = element("span", {class: "count"});
    tab.button = element("button", {type: "button", role: "tab", id: `tab-${tab.name}`, "aria-controls": `panel-${tab.name}`,
      onclick: () => show(tab.name)}, tab.label, " ", tab.count);
    tab.body = element("tbody");
    tab.table = element("table", {class: "cards"},
      element("thead", {}, element("tr", {}, ...tab.columns.map((name, index) => element("th", {scope: "col", class: columnClass(tab, index)}, name)))), tab.body);
    tab.empty = element("p", {class: "empty"}, emptyTexts[tab.name]);
    tab.panel = element("div", {role: "tabpanel", id: `panel-${tab.name}`, "aria-labelledby": `tab-${tab.name}`}, tab.table, tab.empty);
  }
  byId("book-tabs").append(...tabs.map((tab) => tab.button));
  byId("book-tabs").after(element("button", {type: "button", id: "cancel-all", class: "small danger", onclick: cancelAll, hidden: true}, "Cancel all…"));
  byId("book-panels").append(...tabs.map((tab) => tab.panel));
  byId("book-tabs").addEventListener("keydown", (event) => {
    const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!move) return;
    const at = tabs.findIndex((tab) => tab.name === current);
    const next = tabs[(at + move + tabs.length) % tabs.length];
    show(next.name);
    next.button.focus();
  });
  for (const topic of ["orders", "fills", "portfolio"]) on(topic, drawSoon);
  on("quote", (name) => {
    if (current === "positions" && state.portfolio?.positions.some((position) => position.symbol === name)) drawSoon();
  });
  show(current);
}

function columnClass(tab, index) {
  const texts = ["Symbol", "Side", "Type", "Valid", "Status", "Reason", "Liquidity", ""];
  return texts.includes(tab.columns[index]) ? "" : "number";
}
