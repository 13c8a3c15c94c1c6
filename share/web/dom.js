// Making elements. Text that comes from the server only ever becomes text.

/** element("td", {class: "price", title: "…", onclick: f, data: {side: "buy"}}, "text", otherElement, …) */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name === "class") made.className = value;
    else if (value === true) made.setAttribute(name, "");
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Writes only what changes, so that a reader's cursor and a screen reader are left alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** For a moment marks what has just gone up or down. */
export function flash(node, direction) {
  node.classList.remove("flash-up", "flash-down");
  // Reading a layout value starts the animation anew.
  void node.offsetWidth;
  node.classList.add(direction > 0 ? "flash-up" : "flash-down");
}

export function toast(text, kind = "") {
  const note = element("p", {class: `toast ${kind}`}, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
  while (byId("toasts").children.length > 4) byId("toasts").firstChild.remove();
}

/** A name of the API as it is shown: "sell_short" is "sell short". */
export const words = (name) => (name ?? "").replaceAll("_", " ");

/** The same as the beginning of a line: "Sell short". */
export const sentence = (name) => words(name).replace(/^./, (first) => first.toUpperCase());

/** What the types of orders are called here; one that is newer than this page has its name of the API. */
export const typeLabels = {
  market: "Market", limit: "Limit", stop_loss: "Stop", stop_limit: "Stop limit", trailing_stop: "Trailing stop",
};

/** Asks yes or no. */
export function confirmed(text) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {once: true});
  });
}

/** "14:30:05" of a point in time, or the date and time when it is of another day. */
export function timeText(stamp) {
  if (!stamp) return "–";
  const time = new Date(stamp);
  const today = new Date().toDateString() === time.toDateString();
  const clock = time.toLocaleTimeString([], {hour12: false});
  return today ? clock : `${time.toLocaleDateString([], {month: "short", day: "numeric"})} ${clock}`;
}
