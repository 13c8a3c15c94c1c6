// What the bots on both clients need: to wait, and to be refused.
const assert = require("node:assert");

/** Resolves once `condition` gives something. */
async function until(what, condition) {
  const deadline = Date.now() + 20000;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("never came: " + what);
}

/** The request fails with this HTTP status. */
async function refused(promise, status) {
  const error = await promise.then(() => assert.fail("it was taken"), (failure) => failure);
  assert.strictEqual(error.response?.status ?? error.status, status, String(error));
}

module.exports = { until, refused };
