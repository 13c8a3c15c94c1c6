// The order ticket: what it asks for, what that will cost, and what came of it.
import { post } from "/assets/api.js";
import { $, settled } from "/assets/dom.js";
import { count, grouped, money, textOf, unitsOf } from "/assets/numbers.js";

const form = $("ticket");
let desk;

export function startTicket(of) {
  desk = of;
  form.addEventListener("input", () => { say(""); show(); check(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); place(); });
  show();
}

/** Puts the symbol into the ticket, and the price where one is given. */
export function fillTicket({ symbol, side, price }) {
  say("");
  if (symbol) form.elements.symbol.value = symbol;
  if (side) form.elements.side.value = side;
  if (price) {
    if (!["limit", "stop_limit"].includes(form.elements.order_type.value)) form.elements.order_type.value = "limit";
    form.elements.price.value = price;
  }
  show();
}

function say(text, kind = "problem") {
  const message = $("ticket-message");
  message.textContent = text;
  message.className = kind;
}

/** Fits the fields to the type, and tells the cost. */
export function show() {
  const type = form.elements.order_type.value, side = form.elements.side.value;
  for (const label of form.querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(type);
    label.querySelector("input").required = !label.hidden;
  }
  $("submit").className = "primary " + side;
  $("submit").textContent = `${side === "buy" ? "Buy" : "Sell"} ${form.elements.quantity.value} ${form.elements.symbol.value.toUpperCase()}`;
  const cost = costOf(type, side);
  $("cost").replaceChildren();
  if (cost === null) return;
  const verb = side === "buy" ? "Costs" : "Brings";
  const strong = document.createElement("strong");
  strong.textContent = money(textOf(cost.units));
  $("cost").append(`${verb} ${cost.about ? "about " : ""}`, strong, cost.short ? ", more than the book holds now" : "");
  const power = unitsOf(desk.portfolio?.buying_power);
  if (side === "buy" && power !== null && cost.units > power) $("cost").append(`; buying power is ${money(desk.portfolio.buying_power)}`);
}

/** From the price that the order names, else from what the book holds. */
function costOf(type, side) {
  const shares = /^\d{1,9}$/.test(form.elements.quantity.value) ? BigInt(form.elements.quantity.value) : 0n;
  if (shares === 0n) return null;
  const named = type === "limit" || type === "stop_limit" ? "price" : type === "stop_loss" ? "stop_price" : null;
  if (named) {
    const price = unitsOf(form.elements[named].value);
    return price === null ? null : { units: price * shares, about: type !== "limit" };
  }
  const depth = desk.depth.get(form.elements.symbol.value.toUpperCase());
  const levels = (side === "buy" ? depth?.asks : depth?.bids) ?? [];
  let left = shares, units = 0n;
  for (const level of levels) {
    const taken = left < BigInt(level.size) ? left : BigInt(level.size);
    units += taken * unitsOf(level.price);
    left -= taken;
  }
  return levels.length === 0 ? null : { units, about: true, short: left > 0n };
}

function order() {
  const value = (name) => form.elements[name].value.trim();
  const type = value("order_type");
  const asked = { symbol: value("symbol").toUpperCase(), side: value("side"), order_type: type, quantity: Number(value("quantity")), time_in_force: value("time_in_force") };
  if (type === "limit" || type === "stop_limit") asked.price = value("price");
  if (type === "stop_loss" || type === "stop_limit") asked.stop_price = value("stop_price");
  if (type === "trailing_stop") {
    const trail = value("trail");
    if (trail.endsWith("%")) asked.trail_percent = trail.slice(0, -1); else asked.trail_amount = trail;
  }
  return asked;
}

/** Asks beforehand whether the order would be taken, once the fields have come to rest. */
const check = settled(500, async () => {
  if (!form.checkValidity() || desk.role === "viewer") return;
  try {
    const answer = await post("/orders", { ...order(), dry_run: true });
    if (!answer.accepted) say(`Would be refused: ${answer.error}`);
  } catch (refusal) {
    if (refusal.status === 422) say(refusal.message);
  }
});

async function place() {
  const button = $("submit");
  button.disabled = true;
  say("");
  // One name for one wish: if the answer is lost, asking again places no second order.
  const wish = { ...order(), client_order_id: `page-${crypto.randomUUID()}` };
  try {
    let placed;
    try {
      placed = await post("/orders", wish);
    } catch (refusal) {
      if (refusal.status !== 0 && refusal.status !== 503 && refusal.status !== 504) throw refusal;
      await new Promise((resume) => setTimeout(resume, 1000 * Math.max(1, refusal.retryAfterSeconds ?? 1)));
      placed = await post("/orders", wish);
    }
    const done = placed.filled_quantity > 0 ? `, ${count(placed.filled_quantity)} filled at ${grouped(placed.average_price)}` : "";
    say(`Order ${placed.id}: ${placed.status.replace("_", " ")}${done}`, "good");
    desk.took(placed);
  } catch (refusal) {
    say(`Refused: ${refusal.message}`);
    desk.refresh();
  } finally {
    button.disabled = false;
  }
}
