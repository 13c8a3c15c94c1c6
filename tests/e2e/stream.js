// A WebSocket client for the tests: node --experimental-websocket stream.js URL MESSAGE... prints what comes, a
// line each, until its input ends or the server closes, which it prints as {"type":"closed",…}.
const [url, ...messages] = process.argv.slice(2);
const socket = new WebSocket(url);
socket.onopen = () => messages.forEach((message) => socket.send(message));
socket.onmessage = (event) => console.log(event.data);
socket.onclose = (event) => {
  console.log(JSON.stringify({ type: "closed", code: event.code, reason: event.reason }));
  process.exit(0);
};
socket.onerror = () => {};
require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => socket.send(line))
  .on("close", () => socket.close());
