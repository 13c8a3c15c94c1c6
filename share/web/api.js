// Requests to /api/v1. The session's cookie goes along by itself and cannot be read from here.

export class Refusal extends Error {
  constructor(status, code, message, retryAfterSeconds) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch("/api/v1" + path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, "unreachable", "The gateway cannot be reached");
  }
  const text = await answer.text();
  let value = null;
  try { value = text === "" ? null : JSON.parse(text); } catch { /* told by the status */ }
  if (answer.ok) return value;
  if (answer.status === 401 && path !== "/session") document.dispatchEvent(new CustomEvent("signed-out"));
  throw new Refusal(answer.status, value?.code ?? "error", value?.error ?? `The gateway answered ${answer.status}`,
    Number(answer.headers.get("Retry-After")) || 0);
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const patch = (path, body) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);
