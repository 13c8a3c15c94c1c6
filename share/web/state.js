// What the page knows, and who wants to hear when it changes.

export const state = {
  session: null, // {account, role}
  account: null,
  portfolio: null,
  market: null,
  symbols: new Map(), // name -> symbol
  quotes: new Map(), // name -> quote
  watched: [], // names
  selected: null, // name
  depth: null,
  orders: new Map(), // id -> order
  fills: [],
};

const listeners = new Map();

/** Calls the function whenever `topic` is told. */
export function on(topic, callback) {
  if (!listeners.has(topic)) listeners.set(topic, []);
  listeners.get(topic).push(callback);
}

export function tell(topic, detail) {
  for (const callback of listeners.get(topic) ?? []) callback(detail);
}

export const isOpen = (order) => ["pending", "validated", "submitted", "partially_filled"].includes(order.status);

/** Some symbols come with the session, the rest is kept in this browser: names of symbols, nothing secret. */
const storageKey = "trade-watchlist";

export function loadWatched() {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "null");
    if (Array.isArray(kept)) return kept.filter((name) => typeof name === "string").slice(0, 100);
  } catch {
    // Without storage the list begins anew each time.
  }
  return null;
}

export function saveWatched() {
  try {
    localStorage.setItem(storageKey, JSON.stringify(state.watched));
  } catch {
    // As above.
  }
}
