// Uses the page as a person does. Usage: page.js URL KEY SECRET SCREENSHOTS
// The market: AAPL with 500 offered at 150.00 and 500 bid at 149.00. The account holds 10,000 dollars.
"use strict";
const assert = require("node:assert");
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [url, key, secret, screenshots] = process.argv.slice(2);

/** A command of the suite, by somebody else. */
const trade = (...words) => execFileSync(process.env.TRADE, words, { encoding: "utf8" });

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ignoreHTTPSErrors: true, colorScheme: "dark" });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      // Answers that refuse are told in the page; what else the browser has to say is a fault of the page.
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    const shot = (name) => page.screenshot({ path: path.join(screenshots, name + ".png") });
    const text = (selector) => page.locator(selector).innerText();

    await page.goto(url);
    await shot("1-sign-in");
    await page.fill("#key-id", key);
    await page.fill("#key-secret", "wrong");
    await page.click("text=Sign in >> nth=-1");
    await page.waitForFunction(() => document.querySelector("#sign-in-error").textContent !== "");
    await page.fill("#key-secret", secret);
    await page.press("#key-secret", "Enter");
    await page.waitForSelector("#desk:not([hidden])");
    await page.waitForSelector("text=live");
    assert.match(await text("#account"), /dora/);
    assert.match(await text("#market-state"), /open|continuous/);
    await page.waitForSelector('#ladder tr[data-price="150.00"]');
    assert.equal(await text("#equity"), "10,000.00");

    // Nothing that opens anything is where a script, a neighbour or a log could read it.
    const kept = await page.evaluate(() => JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }]));
    assert.ok(!kept.includes(secret) && !kept.includes("trade_session"), kept);
    const [cookie] = await context.cookies();
    assert.ok(cookie.httpOnly && cookie.sameSite === "Strict" && cookie.secure === url.startsWith("https:"), JSON.stringify(cookie));

    // A quote that changes.
    trade("place", "buy", "10", "AAPL", "--limit", "149.50", "--account", "carol");
    await page.waitForSelector('#ladder tr.bid[data-price="149.50"]');
    assert.match(await text("#quote-line"), /149\.50 × 150\.00/);

    // An order that fills, and the position and the money that come of it.
    await page.selectOption('#ticket [name="order_type"]', "limit");
    await page.fill('#ticket [name="quantity"]', "20");
    await page.fill('#ticket [name="price"]', "150");
    assert.match(await text("#cost"), /Costs 3,000\.00/);
    await page.click("#submit");
    await page.waitForSelector("#ticket-message.good");
    assert.match(await text("#ticket-message"), /filled, 20 filled at 150\.00/);
    await page.waitForSelector('[data-position="AAPL"]');
    assert.match(await text('[data-position="AAPL"]'), /20\s+150\.00/);
    await page.waitForSelector("#fills [data-fill]");
    await page.waitForFunction(() => document.querySelector("#cash").textContent === "7,000.00");

    // The price moves, and the profit with it.
    trade("place", "sell", "480", "AAPL", "--limit", "151", "--account", "bob");
    trade("place", "buy", "481", "AAPL", "--limit", "151", "--account", "carol");
    await page.waitForFunction(() => document.querySelector("[data-profit]")?.textContent === "+20.00");

    // One that rests: changed, then cancelled.
    await page.fill('#ticket [name="price"]', "140");
    await page.fill('#ticket [name="quantity"]', "5");
    await page.click("#submit");
    await page.waitForSelector("#orders [data-order]");
    await page.click("#orders >> text=Replace");
    await page.fill('#replace-form [name="quantity"]', "4");
    await page.fill('#replace-form [name="price"]', "141.50");
    await page.click("#replace-form >> button.primary");
    await page.waitForFunction(() => /141\.50/.test(document.querySelector("#orders [data-order]").textContent));
    await shot("2-desk");
    await page.click("#orders >> text=Cancel");
    await page.waitForSelector("#orders .empty");

    // Refused for lack of money: said before, and when it is tried all the same.
    await page.fill('#ticket [name="quantity"]', "100");
    await page.fill('#ticket [name="price"]', "150");
    await page.waitForFunction(() => /Would be refused: Insufficient buying power/.test(document.querySelector("#ticket-message").textContent));
    await page.click("#submit");
    await page.waitForFunction(() => /^Refused: Insufficient buying power/.test(document.querySelector("#ticket-message").textContent));
    assert.match(await text("#cost"), /buying power is 7,000\.00/);
    await shot("3-refused");

    // By keys alone.
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.waitForFunction(() => document.querySelector("#symbol").textContent !== "AAPL");
    await page.keyboard.press("k");
    await page.waitForFunction(() => document.querySelector("#symbol").textContent === "AAPL");
    await page.keyboard.press("s");
    assert.equal(await page.inputValue('#ticket [name="quantity"]'), "100");
    assert.equal(await page.evaluate(() => document.activeElement.name), "quantity");
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await shot("4-light");

    // On a phone nothing is wider than the screen.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(300);
    const tooWide = () => [...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll, #chart, .unseen") &&
      one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80));
    assert.deepEqual(await page.evaluate(tooWide), []);
    await page.screenshot({ path: path.join(screenshots, "5-phone.png"), fullPage: true });

    // A key that is revoked closes the page at once.
    trade("key", "revoke", key);
    await page.waitForSelector("#sign-in:not([hidden])");
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
