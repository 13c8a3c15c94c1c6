// Requests to /api/v1. The session is a cookie that this page cannot read.

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let whenSignedOut = () => {};

/** Called when the server no longer knows the session. */
export function onSignedOut(callback) {
  whenSignedOut = callback;
}

export async function ask(method, path, body) {
  const options = {method, headers: {}, credentials: "same-origin", cache: "no-store"};
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, options);
  } catch {
    throw new Refusal(0, "unreachable", "The server does not answer");
  }
  let json = null;
  try {
    json = await answer.json();
  } catch {
    // An answer that is no JSON comes from something between the server and this page.
  }
  if (answer.ok) return json;
  if (answer.status === 401 && path !== "/session") whenSignedOut();
  throw new Refusal(answer.status, json?.code ?? "", json?.error ?? `The server answered ${answer.status}`);
}

export const get = (path) => ask("GET", path);

/** A name of its own for an order, so that sending it twice cannot place two. */
export function newOrderName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
