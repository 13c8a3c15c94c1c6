// The WebSocket at /api/v1/stream: one connection, that comes back by itself.

const retryFirst = 500;
const retryMax = 15000;

export class Stream {
  /** handlers: {message type: function of its data}; state(text, good) tells how the connection stands. */
  constructor(handlers, state, opened, dropped) {
    this.handlers = handlers;
    this.state = state;
    this.opened = opened;
    this.dropped = dropped;
    this.wanted = new Map(); // "SYMBOL" -> channels
    this.retry = retryFirst;
    this.closed = true;
  }

  open() {
    this.closed = false;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/stream`);
    this.socket = socket;
    this.state("connecting", false);
    socket.addEventListener("open", () => {
      this.retry = retryFirst;
      this.state("live", true);
      for (const [symbols, channels] of this.together()) this.send("subscribe", symbols, channels);
      this.opened();
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      this.handlers[message.type]?.(message.data ?? message);
    });
    socket.addEventListener("close", (event) => {
      if (this.closed || this.socket !== socket) return;
      this.state(event.reason || "reconnecting", false);
      this.timer = setTimeout(() => this.open(), this.retry * (0.75 + Math.random() / 2));
      this.retry = Math.min(this.retry * 2, retryMax);
      this.dropped();
    });
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** From now on exactly these channels of a symbol; none: no longer. */
  want(symbol, channels) {
    const had = this.wanted.get(symbol) ?? [];
    const less = had.filter((channel) => !channels.includes(channel));
    const more = channels.filter((channel) => !had.includes(channel));
    if (channels.length === 0) this.wanted.delete(symbol);
    else this.wanted.set(symbol, channels);
    if (less.length > 0) this.send("unsubscribe", [symbol], less);
    if (more.length > 0) this.send("subscribe", [symbol], more);
  }

  /** Symbols of which the same channels are wanted, and those: each message counts as a request of the key. */
  together() {
    const groups = new Map();
    for (const [symbol, channels] of this.wanted) {
      const name = channels.join();
      if (!groups.has(name)) groups.set(name, [[], channels]);
      groups.get(name)[0].push(symbol);
    }
    return groups.values();
  }

  send(action, symbols, channels) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({action, symbols, channels}));
  }
}
