// The WebSocket at /api/v1/stream: comes back by itself, and asks again for what was watched.

export class Stream extends EventTarget {
  #socket = null;
  #watched = new Map();  // symbol -> channels
  #delay = 500;
  #stopped = false;

  start() {
    this.#stopped = false;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    this.#socket?.close();
  }

  watch(symbol, channels) {
    const before = this.#watched.get(symbol) ?? [];
    const added = channels.filter((channel) => !before.includes(channel));
    const ended = before.filter((channel) => !channels.includes(channel));
    if (channels.length) this.#watched.set(symbol, channels); else this.#watched.delete(symbol);
    if (ended.length) this.#send({ action: "unsubscribe", symbols: [symbol], channels: ended });
    if (added.length) this.#send({ action: "subscribe", symbols: [symbol], channels: added });
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/api/v1/stream");
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#delay = 500;
      this.#tell("state", { connected: true });
      this.#send({ action: "subscribe", channels: ["orders"] });
      for (const [symbol, channels] of this.#watched) this.#send({ action: "subscribe", symbols: [symbol], channels });
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      this.#tell(message.type, message.data ?? message);
    });
    socket.addEventListener("close", (event) => {
      this.#tell("state", { connected: false, reason: event.reason });
      if (this.#stopped) return;
      // Closed on purpose: whoever is told finds out whether to come back.
      if (event.code === 1008) return this.#tell("dropped", event.reason);
      setTimeout(() => { if (!this.#stopped) this.#connect(); }, this.#delay);
      this.#delay = Math.min(this.#delay * 2, 10000);
    });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
