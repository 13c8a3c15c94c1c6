// The depth ladder: asks above bids, and what the account has resting at each price. A price goes into the ticket.
import * as decimal from "./decimal.js";
import {byId, element, setText} from "./dom.js";
import {isOpen, on, state, tell} from "./state.js";

const levels = 10;
const levelsLeast = 3;
const rowHeight = 23;
const otherRows = 56; // pixels: the heading, and the line between asks and bids

/** As many levels of each side as there is room for, so that the middle is always in sight; where the page scrolls, ten. */
function levelsShown() {
  if (!matchMedia("(min-width: 1101px)").matches) return levels;
  const room = byId("depth-rows").closest(".scroll").clientHeight - otherRows;
  return Math.max(levelsLeast, Math.min(levels, Math.floor(room / 2 / rowHeight)));
}

function own(side, price) {
  for (const order of state.orders.values()) {
    if (order.symbol === state.selected && order.side === side && isOpen(order) && order.price &&
        decimal.parse(order.price) === price) return true;
  }
  return false;
}

function levelRow(level, side, most) {
  const price = decimal.parse(level.price);
  const size = element("td", {class: `number size ${side}`},
    element("span", {}, decimal.grouped(level.size)));
  size.style.setProperty("--part", `${Math.max(2, Math.round((level.size * 100) / most))}%`);
  size.title = `${level.orders} order${level.orders === 1 ? "" : "s"}`;
  const blank = element("td", {});
  const button = element("button", {
    type: "button", class: `price ${side}`, tabindex: "-1",
    title: side === "bid" ? "Sell at this price" : "Buy at this price",
    onclick: () => tell("price-picked", {price: level.price, side: side === "bid" ? "sell" : "buy"}),
  }, decimal.priceText(price));
  const mine = own(side === "bid" ? "buy" : "sell", price);
  const row = element("tr", {class: mine ? "own" : ""},
    side === "bid" ? size : blank, element("td", {class: "middle"}, button), side === "bid" ? blank : size);
  if (mine) row.title = "You have an order here";
  return row;
}

function draw() {
  const depth = state.depth;
  const body = byId("depth-rows");
  if (!depth || depth.symbol !== state.selected) {
    body.replaceChildren();
    setText(byId("depth-spread"), "");
    return;
  }
  const shown = levelsShown();
  const asks = depth.asks.slice(0, shown);
  const bids = depth.bids.slice(0, shown);
  if (asks.length + bids.length === 0) {
    body.replaceChildren(element("tr", {}, element("td", {colspan: "3", class: "empty"}, "The book is empty")));
    setText(byId("depth-spread"), "");
    return;
  }
  const most = Math.max(...asks.map((level) => level.size), ...bids.map((level) => level.size));
  const bid = bids.length > 0 ? decimal.parse(bids[0].price) : null;
  const ask = asks.length > 0 ? decimal.parse(asks[0].price) : null;
  const spread = bid !== null && ask !== null ? `spread ${decimal.priceText(ask - bid)}` : "one-sided";
  setText(byId("depth-spread"), spread);
  const last = decimal.parse(state.quotes.get(state.selected)?.last);
  body.replaceChildren(
    ...asks.reverse().map((level) => levelRow(level, "ask", most)),
    element("tr", {class: "last-row"}, element("td", {colspan: "3"}, last === null ? spread : `${decimal.priceText(last)} last`)),
    ...bids.map((level) => levelRow(level, "bid", most)));
}

let waiting = null;

function drawSoon() {
  waiting ??= requestAnimationFrame(() => {
    waiting = null;
    draw();
  });
}

export function start() {
  on("depth", drawSoon);
  on("orders", drawSoon);
  addEventListener("resize", drawSoon);
  on("selected", () => {
    state.depth = null;
    draw();
  });
}
