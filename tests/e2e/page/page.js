// The page in a real browser. Environment: URL, KEY, SECRET (of alice), CHROMIUM, SHOTS (a directory), TRADE (the program),
// BRIEFLY (only as far as the first fill).
// The market is page_market's of page.bats.
"use strict";
const {execFileSync} = require("node:child_process");
const assert = require("node:assert");
const {chromium} = require("playwright-core");

const {URL: url, KEY: key, SECRET: secret, CHROMIUM: browserPath, SHOTS: shots, TRADE: trade} = process.env;
const complaints = [];

/** Runs the command line, as somebody else in the market. */
function market(...args) {
  return execFileSync(trade, ["--json", ...args], {encoding: "utf8"});
}

function note(text) {
  console.log(`# ${text}`);
}

async function main() {
  const browser = await chromium.launch({executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]});
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, ignoreHTTPSErrors: true, colorScheme: "dark"});
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refused request (400, 401) is told by the browser too: that is expected here.
    if (message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (request.url().includes(secret)) complaints.push(`the secret is in ${request.url()}`);
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) complaints.push(`foreign request: ${request.url()}`);
  });
  const shot = (name) => page.screenshot({path: `${shots}/${name}.png`});
  const text = (selector) => page.locator(selector).innerText();
  const waitText = (selector, pattern) => page.waitForFunction(
    ([where, source]) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ""), [selector, pattern.source]);

  note("sign in: refused with the reason, then done");
  await page.goto(url);
  await page.fill("#key-id", key);
  await page.fill("#key-secret", "wrong");
  await page.keyboard.press("Enter");
  await waitText("#sign-in-error", /not valid/);
  await shot("01-sign-in");
  await page.fill("#key-secret", secret);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#desk:not([hidden])");
  await waitText("#account-name", /^alice$/);
  await waitText("#stream-state", /^live$/);
  await waitText("#market-state", /open/);
  await waitText("#account-buying-power", /^\$10,000\.00$/);

  note("the quote changes while one looks");
  const last = 'tr[data-symbol="AAPL"] td:nth-child(2)';
  await waitText(last, /^150\.00$/);
  await page.locator('tr[data-symbol="AAPL"] button.symbol').click();
  market("place", "sell", "5", "AAPL", "--limit", "150.50", "--account", "bob");
  market("place", "buy", "5", "AAPL", "--limit", "150.50", "--account", "carol");
  await waitText(last, /^150\.50$/);
  await waitText("#chart-last", /^150\.50$/);
  assert.equal(await page.locator("#depth-rows .size.ask").count() > 0, true, "the ladder has asks");
  assert.equal(await page.locator("#depth-rows .size.bid").count() > 0, true, "the ladder has bids");

  note("a market order by the keyboard alone: fill, position, money");
  await page.keyboard.press("b");
  await page.keyboard.type("10");
  await page.selectOption("#ticket-order_type", "market");
  await waitText("#ticket-cost", /\$1,51\d\.\d\d/);
  await waitText("#ticket-check", /would be accepted/);
  await page.focus("#ticket-quantity");
  await page.keyboard.press("Enter");
  await waitText("#ticket-message", /^Filled: buy 10 AAPL at 151\.00$/);
  await page.locator("#ticket-title").click();
  await page.keyboard.press("1");
  await waitText('#panel-positions tr[data-symbol="AAPL"] td:nth-child(2)', /^10$/);
  await page.keyboard.press("4");
  await waitText("#panel-fills tbody", /AAPL.*Buy.*10.*151\.00/);
  await page.keyboard.press("1");

  if (process.env.BRIEFLY) {
    await shot("desk");
    await browser.close();
    return assert.deepEqual(complaints, []);
  }

  note("profit and loss live, as others trade");
  market("place", "sell", "1", "AAPL", "--limit", "150.70", "--account", "bob");
  market("place", "buy", "1", "AAPL", "--limit", "150.70", "--account", "carol");
  await waitText('#panel-positions tr[data-symbol="AAPL"] td:nth-child(6)', /^−\$3\.00$/);
  await waitText("#account-unrealized", /^−\$3\.00$/);

  note("a resting order: replaced, then cancelled");
  await page.keyboard.press("b");
  await page.selectOption("#ticket-order_type", "limit");
  await page.fill("#ticket-quantity", "3");
  await page.fill("#ticket-price", "140.00");
  await page.click("#ticket-send");
  await waitText("#ticket-message", /is in the book: buy 3 AAPL at 140\.00/);
  await page.click("#tab-open");
  await page.click('#panel-open button:text("Replace…")');
  await page.fill("#replace-price", "141.25");
  await shot("02-replace");
  await page.click('#replace button:text-is("Replace")');
  await waitText("#panel-open tbody", /141\.25/);
  await shot("03-desk-dark");
  await page.click('#panel-open button:text("Cancel")');
  await waitText("#panel-open .empty", /No open orders/);
  await page.click("#tab-history");
  await waitText("#panel-history tbody", /AAPL.*Cancelled/);

  note("refused for lack of buying power, and why");
  await page.fill("#ticket-quantity", "1000");
  await page.fill("#ticket-price", "150.00");
  await waitText("#ticket-check", /Insufficient buying power/);
  await page.click("#ticket-send");
  await waitText("#ticket-message", /^Insufficient buying power: the order takes \$150,000\.00, and \$8,490\.00 is free$/);
  assert.equal(await page.locator("#ticket-message").getAttribute("role"), "alert");
  await page.click("#tab-positions");
  await shot("04-refused-dark");
  await page.click("#theme-button");
  await page.waitForTimeout(300);
  await shot("05-refused-light");

  note("an order with its exits: what they come to, and one ends the other");
  await page.locator("#chart-title").click();
  await page.keyboard.press("p");
  await page.keyboard.type("150");
  await page.fill("#ticket-quantity", "2");
  await page.fill("#ticket-price", "151.00");
  await page.fill("#ticket-stop_loss_price", "145");
  await waitText("#ticket-cost", /^\$302\.00$/);
  await waitText("#ticket-gain", /^about −\$2\.00$/);
  await waitText("#ticket-loss", /^about −\$12\.00$/);
  await waitText("#ticket-check", /[Tt]ake-profit/);
  await page.fill("#ticket-take_profit_price", "155");
  await waitText("#ticket-gain", /^about \+\$8\.00$/);
  await waitText("#ticket-check", /would be accepted/);
  await shot("07-exits");
  await page.click("#ticket-send");
  await waitText("#ticket-message", /^Filled: buy 2 AAPL, with its exits at 151\.00$/);
  await page.click("#tab-open");
  await waitText("#panel-open tbody", /155\.00/);
  await waitText("#panel-open tbody", /Stop loss/);
  await page.locator('#panel-open button:text("Cancel")').first().click();
  await waitText("#panel-open .empty", /No open orders/);

  note("a stop-loss beside a limit order to sell: a pair for what is held");
  await page.fill("#ticket-take_profit_price", "");
  await page.locator("#chart-title").click();
  await page.keyboard.press("s");
  await page.selectOption("#ticket-order_type", "limit");
  await page.fill("#ticket-quantity", "2");
  await page.fill("#ticket-price", "160.00");
  await waitText("#ticket-gain", /^about \+\$18\.00$/);
  await waitText("#ticket-check", /would be accepted/);
  await page.click("#ticket-send");
  await waitText("#ticket-message", /is in the book: sell 2 AAPL, with its exits at 160\.00/);
  await waitText("#panel-open tbody", /160\.00/);
  await page.locator('#panel-open button:text("Cancel")').first().click();
  await waitText("#panel-open .empty", /No open orders/);
  await page.locator('label[for="ticket-buy"]').click();
  await page.fill("#ticket-stop_loss_price", "");
  await page.fill("#ticket-price", "");

  note("dark or light as the system has it, until one is chosen here");
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "light");
  await page.evaluate(() => localStorage.removeItem("trade-theme"));
  await page.emulateMedia({colorScheme: "light"});
  // A page is told of a change with its next frame: two changes within one frame are none.
  await page.evaluate(() => new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame))));
  await page.emulateMedia({colorScheme: "dark"});
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(243, 245, 248)");

  note("keys: help, symbols, bars");
  await page.locator("#chart-title").click();
  await page.keyboard.press("?");
  assert.equal(await page.locator("#help").evaluate((dialog) => dialog.open), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await waitText("#chart-title", /^MSFT$/);
  await page.keyboard.press("k");
  await waitText("#chart-title", /^AAPL$/);
  assert.equal(await page.inputValue("#ticket-price"), "151.00", "the best price is suggested");
  await page.keyboard.press("]");
  assert.equal(await page.locator('#chart-intervals button[aria-pressed="true"]').innerText(), "5m");
  await page.keyboard.press("[");

  note("a symbol that is newer than the page is found, one that is not there is told");
  market("symbol", "add", "NEWCO", "--previous-close", "20");
  await page.keyboard.press("/");
  await page.keyboard.type("newco");
  await page.keyboard.press("Enter");
  await waitText("#chart-title", /^NEWCO$/);
  await page.keyboard.press("/");
  await page.keyboard.type("nosuch");
  await page.keyboard.press("Enter");
  await waitText("#toasts", /There is no symbol NOSUCH/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator('label[for="ticket-sell_short"]').isVisible(), false, "a cash account sells nothing short");

  note("every control has a name");
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select")]
    .filter((control) => !(control.getAttribute("aria-label") || control.labels?.length || control.textContent.trim() || control.title))
    .map((control) => control.outerHTML.slice(0, 80)));
  assert.deepEqual(nameless, []);

  note("no secret is kept where a script or the address could show it");
  const kept = await page.evaluate(() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href]));
  assert.equal(kept.includes(secret) || kept.includes("trade_session"), false, kept);
  const cookies = await context.cookies();
  assert.deepEqual(cookies.map(({httpOnly, sameSite, secure}) => [httpOnly, sameSite, secure]), [[true, "Strict", url.startsWith("https:")]]);

  note("inline code does not run");
  assert.equal(await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.inlineRan = true";
    document.body.append(script);
    return window.inlineRan === true;
  }), false);
  const expected = complaints.findIndex((complaint) => complaint.includes("inline script"));
  assert.notEqual(expected, -1, "the browser says that it refused the inline script");
  complaints.splice(expected, 1);

  note("who draws the charts is named, and nobody else");
  const library = await page.locator("#chart-area").getAttribute("data-library");
  assert.equal(await page.locator(".attribution").isVisible(), library !== "none");

  note("on a phone");
  await page.setViewportSize({width: 390, height: 844});
  for (const view of ["watch", "chart", "ticket", "books"]) {
    await page.click(`#sections button[data-view="${view}"]`);
    await page.waitForTimeout(150);
    await shot(`06-phone-${view}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(wide <= 0, true, `${view} is ${wide} pixels too wide for a phone`);
    const covered = await page.evaluate(() => {
      const news = document.querySelector(".toasts").getBoundingClientRect();
      const send = document.querySelector("#ticket-send").getBoundingClientRect();
      return send.height > 0 && news.height > 0 && news.bottom > send.top && news.top < send.bottom;
    });
    assert.equal(covered, false, "the news are not over the button that sends the order");
  }
  await page.setViewportSize({width: 1440, height: 900});

  note("the session outlives a reload, and ends when one signs out");
  await page.reload();
  await waitText("#account-name", /^alice$/);
  await page.click("#sign-out");
  await page.waitForSelector("#sign-in:not([hidden])");
  const answer = await context.request.get(`${url}/api/v1/account`, {headers: {Cookie: `trade_session=${cookies[0].value}`}});
  assert.equal(answer.status(), 401);

  note("an account with margin sells short");
  market("account", "open", "dora", "--type", "margin", "--deposit", "10000");
  market("symbol", "borrow", "AAPL", "easy");
  const dora = JSON.parse(market("key", "create", "--account", "dora", "--role", "trader", "--requests-per-minute", "10000"));
  await page.fill("#key-id", dora.id);
  await page.fill("#key-secret", dora.secret);
  await page.keyboard.press("Enter");
  await waitText("#account-name", /^dora$/);
  await page.locator('tr[data-symbol="AAPL"] button.symbol').click();
  await page.locator('label[for="ticket-sell_short"]').click();
  await page.fill("#ticket-quantity", "2");
  await page.fill("#ticket-price", "160.00");
  await waitText("#ticket-check", /would be accepted/);
  await shot("08-short");
  await page.click("#ticket-send");
  await waitText("#ticket-message", /is in the book: sell short 2 AAPL at 160\.00/);
  await page.click("#tab-open");
  await waitText("#panel-open tbody", /Sell short/);
  await page.click("#sign-out");
  await page.waitForSelector("#sign-in:not([hidden])");

  note("a key that is revoked closes the page at once");
  await page.fill("#key-id", key);
  await page.fill("#key-secret", secret);
  await page.keyboard.press("Enter");
  await waitText("#stream-state", /^live$/);
  market("key", "revoke", key);
  await waitText("#sign-in-error", /session has ended/);

  console.log(`# charts drawn by: ${await page.locator("#chart-area").getAttribute("data-library")}`);
  await browser.close();
  assert.deepEqual(complaints, []);
  console.log("# done");
}

main().catch((error) => {
  console.error(error);
  for (const complaint of complaints) console.error(complaint);
  process.exit(1);
});
