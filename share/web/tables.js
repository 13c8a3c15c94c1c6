// The tables of the desk: watchlist, ladder, trades, orders, positions, fills.
import { $, element, rows } from "/assets/dom.js";
import { count, grouped, hour, money, signClass, textOf, unitsOf } from "/assets/numbers.js";

const price = (text) => (text ? grouped(text) : "–");
const flashed = new Map();  // symbol -> last price shown

function change(quote) {
  const last = unitsOf(quote?.last), close = unitsOf(quote?.previous_close);
  if (last === null || close === null || close === 0n) return { text: "–", kind: "" };
  const basisPoints = ((last - close) * 20000n + (last < close ? -close : close)) / (close * 2n);
  const absolute = basisPoints < 0n ? -basisPoints : basisPoints;
  return { text: `${basisPoints < 0n ? "−" : "+"}${absolute / 100n}.${String(absolute % 100n).padStart(2, "0")} %`, kind: signClass(basisPoints) };
}

export function drawWatchlist(desk) {
  rows($("watchlist"), desk.watched.map((symbol) => {
    const quote = desk.quotes.get(symbol), moved = change(quote);
    const before = flashed.get(symbol), now = unitsOf(quote?.last);
    const flash = before != null && now !== null && now !== before ? (now > before ? "flash-up" : "flash-down") : "";
    if (now !== null) flashed.set(symbol, now);
    return element("tr", { "aria-current": symbol === desk.symbol ? "true" : "false", "data-symbol": symbol, onclick: () => desk.pick(symbol) },
      element("td", {}, element("button", { class: "pick", type: "button" }, symbol)),
      element("td", { class: flash, "data-last": true }, price(quote?.last)),
      element("td", { class: moved.kind }, moved.text),
      element("td", {}, element("button", { class: "gone", type: "button", "aria-label": `Remove ${symbol}`,
        onclick: (event) => { event.stopPropagation(); desk.unwatch(symbol); } }, "×")));
  }), 4, "No symbol yet: add one above.");
}

export function drawQuoteLine(desk) {
  const quote = desk.quotes.get(desk.symbol);
  $("symbol").textContent = desk.symbol ?? "–";
  const moved = change(quote);
  const parts = quote ? [element("strong", { class: moved.kind }, price(quote.last)), ` ${moved.text}  ·  ${price(quote.bid)} × ${price(quote.ask)}  ·  volume ${count(quote.volume)}`] : [];
  $("quote-line").replaceChildren(...parts);
  document.title = quote?.last ? `${desk.symbol} ${price(quote.last)} · trade` : "trade";
}

export function drawLadder(desk) {
  const depth = desk.depth.get(desk.symbol);
  const asks = (depth?.asks ?? []).slice(0, 8).reverse(), bids = (depth?.bids ?? []).slice(0, 8);
  const most = Math.max(1, ...asks.map((level) => level.size), ...bids.map((level) => level.size));
  const bar = (level) => element("meter", { min: 0, max: most, value: level.size, "aria-hidden": "true" });
  const size = (level) => [bar(level), element("span", { class: "size" }, count(level.size))];
  const row = (level, side) => element("tr", { class: side, "data-price": level.price },
    element("td", {}, ...(side === "bid" ? size(level) : [])),
    element("td", { class: "price " + (side === "bid" ? "up" : "down"), title: "Into the order", onclick: () => desk.intoTicket(level.price, side) }, price(level.price)),
    element("td", {}, ...(side === "ask" ? size(level) : [])));
  const list = asks.map((level) => row(level, "ask"));
  if (asks.length && bids.length) {
    const spread = textOf(unitsOf(asks.at(-1).price) - unitsOf(bids[0].price));
    list.push(element("tr", { class: "spread" }, element("td", { colspan: 3 }, `spread ${spread}`)));
  }
  rows($("ladder"), [...list, ...bids.map((level) => row(level, "bid"))], 3, "No orders in the book.");
}

export function drawTape(desk) {
  rows($("tape"), (desk.tape.get(desk.symbol) ?? []).slice(0, 12).map((trade) => element("tr", {},
    element("td", { class: "quiet" }, hour(trade.executed_at)),
    element("td", { class: trade.taker_side === "buy" ? "up" : trade.taker_side === "sell" ? "down" : "" }, price(trade.price)),
    element("td", {}, count(trade.quantity)))), 3, "No trades yet.");
}

const side = (name) => element("td", { class: name === "buy" ? "up" : "down" }, name);

export function drawOrders(desk) {
  const mayTrade = desk.role !== "viewer";
  rows($("orders"), [...desk.orders.values()].sort((a, b) => Number(b.id) - Number(a.id)).map((order) => element("tr", { "data-order": order.id },
    element("td", {}, order.id), element("td", {}, order.symbol), side(order.side), element("td", {}, count(order.quantity)),
    element("td", {}, count(order.filled_quantity)),
    element("td", {}, order.price ? price(order.price) : order.stop_price ? `stop ${price(order.stop_price)}` : "market"),
    element("td", {}, `${order.order_type.replace("_", " ")} ${order.time_in_force}`), element("td", {}, order.status.replace("_", " ")),
    element("td", {}, ...(mayTrade ? [
      element("button", { class: "small", type: "button", "aria-label": `Replace order ${order.id}`, onclick: () => desk.replace(order) }, "Replace"), " ",
      element("button", { class: "small", type: "button", "data-cancel": true, "aria-label": `Cancel order ${order.id}`, onclick: () => desk.cancel(order) }, "Cancel")] : [])))),
  9, "No open orders.");
}

/** The profit is the books' own, moved on by what the price has done since they were asked. */
export function drawPositions(desk) {
  rows($("positions"), (desk.portfolio?.positions ?? []).filter((position) => position.quantity !== 0).map((position) => {
    const last = unitsOf(desk.quotes.get(position.symbol)?.last), then = unitsOf(position.market_price);
    const moved = last !== null && then !== null ? (last - then) * BigInt(position.quantity) : 0n;
    const value = unitsOf(position.current_value) + moved, profit = unitsOf(position.unrealized_pnl) + moved;
    return element("tr", { "data-position": position.symbol },
      element("td", {}, element("button", { class: "small", type: "button", onclick: () => desk.pick(position.symbol) }, position.symbol)),
      element("td", {}, count(position.quantity)), element("td", {}, price(position.average_cost)),
      element("td", {}, price(last !== null ? textOf(last) : position.market_price)), element("td", {}, money(textOf(value))),
      element("td", { class: signClass(profit), "data-profit": true }, (profit > 0n ? "+" : "") + money(textOf(profit))));
  }), 6, "No positions.");
}

export function drawFills(desk) {
  rows($("fills"), desk.fills.slice(0, 50).map((fill) => element("tr", { "data-fill": fill.id }, element("td", { class: "quiet" }, hour(fill.executed_at)),
    element("td", {}, fill.symbol), side(fill.side), element("td", {}, count(fill.quantity)), element("td", {}, price(fill.price)))), 5, "No fills yet.");
}

export function drawTotals(desk) {
  $("equity").textContent = money(desk.portfolio?.equity);
  $("buying-power").textContent = money(desk.portfolio?.buying_power);
  $("cash").textContent = money(desk.portfolio?.cash_balance);
}
