// A bot on the client of the 3.x line: orders, positions, account, market data and both streams.
// Environment: BASE (trading and data), STREAM (data stream), KEY, SECRET.
const assert = require("node:assert");
const Alpaca = require("alpaca-3");
const { until } = require("./expectations.js");

const { BASE, STREAM, KEY, SECRET } = process.env;
const alpaca = new Alpaca({ baseUrl: BASE, dataBaseUrl: BASE, dataStreamUrl: STREAM, keyId: KEY, secretKey: SECRET });

async function refused(promise, status, code) {
  const error = await promise.then(() => assert.fail("it was taken"), (failure) => failure);
  assert.strictEqual(error.response?.status, status, error.message);
  if (code) assert.strictEqual(error.response.data.code, code);
  assert.strictEqual(typeof error.response.data.message, "string");
}

async function main() {
  const updates = [];
  alpaca.trade_ws.onOrderUpdate((update) => updates.push(update));
  let connected = false;
  alpaca.trade_ws.onConnect(() => {
    connected = true;
    alpaca.trade_ws.subscribe(["trade_updates"]);
  });
  alpaca.trade_ws.connect();
  await until("the trading stream", () => connected);

  const quotes = [];
  const trades = [];
  if (STREAM) {
    const stream = alpaca.data_stream_v2;
    let authenticated = false;
    stream.onConnect(() => {
      authenticated = true;
      stream.subscribeForQuotes(["AAPL"]);
      stream.subscribeForTrades(["AAPL"]);
      stream.subscribeForBars(["*"]);
      stream.subscribeForDailyBars(["AAPL"]);
    });
    stream.onStockQuote((quote) => quotes.push(quote));
    stream.onStockTrade((trade) => trades.push(trade));
    stream.onError((error) => console.error("data stream:", error));
    stream.connect();
    await until("the data stream", () => authenticated && stream.getSubscriptions().dailyBars.length > 0);
    assert.deepStrictEqual([stream.getSubscriptions().bars, stream.getSubscriptions().trades], [["*"], ["AAPL"]]);
  }

  const account = await alpaca.getAccount();
  assert.strictEqual(account.status, "ACTIVE");
  assert.strictEqual(account.cash, "10000.00");
  assert.strictEqual((await alpaca.getClock()).is_open, true);
  assert.ok((await alpaca.getCalendar({ start: "2026-11-23", end: "2026-11-27" })).length === 4, "a week with a holiday");
  assert.strictEqual((await alpaca.getAsset("AAPL")).symbol, "AAPL");
  assert.strictEqual((await alpaca.getAssets({ status: "active" })).length, 1);
  assert.deepStrictEqual(await alpaca.getPositions(), []);

  // Placed, replaced, cancelled.
  const resting = await alpaca.createOrder({
    symbol: "AAPL", qty: 5, side: "buy", type: "limit", limit_price: 140.5, time_in_force: "gtc", client_order_id: "bot-1",
  });
  assert.strictEqual(resting.status, "new");
  assert.strictEqual(resting.limit_price, "140.50");
  assert.strictEqual((await alpaca.getOrder(resting.id)).client_order_id, "bot-1");
  assert.strictEqual((await alpaca.getOrderByClientId("bot-1")).id, resting.id);
  const replaced = await alpaca.replaceOrder(resting.id, { qty: "6", limit_price: "141" });
  assert.strictEqual(replaced.qty, "6");
  assert.strictEqual(replaced.limit_price, "141.00");
  assert.strictEqual((await alpaca.getOrders({ status: "open" })).length, 1);
  await alpaca.cancelOrder(replaced.id);
  await refused(alpaca.cancelOrder(replaced.id), 422, 42210000);
  assert.strictEqual((await alpaca.getOrder(replaced.id)).status, "canceled");
  await until("news of the cancel", () => updates.some((update) => update.event === "canceled"));
  assert.deepStrictEqual(updates.slice(0, 3).map((update) => update.event), ["new", "replaced", "canceled"]);
  assert.strictEqual(updates[0].order.id, resting.id);

  // A retry with the same id and content is the same order.
  const again = await alpaca.createOrder({ symbol: "AAPL", qty: "3", side: "buy", type: "market", time_in_force: "day", client_order_id: "bot-2" });
  const same = await alpaca.createOrder({ symbol: "AAPL", qty: "3", side: "buy", type: "market", time_in_force: "day", client_order_id: "bot-2" });
  assert.strictEqual(again.id, same.id);
  assert.strictEqual(again.status, "filled");
  assert.strictEqual(again.filled_avg_price, "150.00");
  const fill = await until("news of the fill", () => updates.find((update) => update.event === "fill"));
  assert.strictEqual(fill.price, "150.00");
  assert.strictEqual(fill.qty, "3");
  if (STREAM) {
    await until("the trade", () => trades.some((trade) => trade.Size === 3 && trade.Price === 150));
    await until("a quote", () => quotes.some((quote) => quote.AskPrice === 150));
  }

  // Refusals.
  await refused(alpaca.createOrder({ symbol: "AAPL", qty: 100000, side: "buy", type: "limit", limit_price: 150, time_in_force: "day" }), 403, 40310000);
  await refused(alpaca.createOrder({ symbol: "NONE", qty: 1, side: "buy", type: "market", time_in_force: "day" }), 422, 42210000);
  await refused(alpaca.createOrder({ symbol: "AAPL", notional: 100, side: "buy", type: "market", time_in_force: "day" }), 422);
  await refused(alpaca.getOrder("00000000-0000-0000-0000-000000000000"), 404, 40410000);
  await refused(alpaca.getPosition("MSFT"), 404);
  await refused(alpaca.getAsset("MSFT"), 404);

  // Watchlists.
  assert.deepStrictEqual(await alpaca.getWatchlists(), []);
  const list = await alpaca.addWatchlist("mine", ["AAPL"]);
  assert.deepStrictEqual([list.name, list.assets.map((asset) => asset.symbol)], ["mine", ["AAPL"]]);
  await refused(alpaca.addWatchlist("mine", []), 422);
  await refused(alpaca.addWatchlist("other", ["NONE"]), 422);
  assert.deepStrictEqual((await alpaca.deleteFromWatchlist(list.id, "AAPL")).assets, []);
  await refused(alpaca.deleteFromWatchlist(list.id, "AAPL"), 404);
  assert.strictEqual((await alpaca.addToWatchlist(list.id, "AAPL")).assets.length, 1);
  assert.strictEqual((await alpaca.updateWatchlist(list.id, { name: "ours", symbols: [] })).name, "ours");
  assert.deepStrictEqual((await alpaca.getWatchlist(list.id)).assets, []);
  assert.deepStrictEqual((await alpaca.getWatchlists()).map((one) => one.name), ["ours"]);
  await alpaca.deleteWatchlist(list.id);
  await refused(alpaca.getWatchlist(list.id), 404);

  // Positions.
  const position = await alpaca.getPosition("AAPL");
  assert.strictEqual(position.qty, "3");
  assert.strictEqual(position.avg_entry_price, "150.00");
  assert.strictEqual((await alpaca.getAccountActivities({ activityTypes: "FILL" })).length, 1);
  const closing = await alpaca.closePosition("AAPL");
  assert.strictEqual(closing.side, "sell");
  assert.strictEqual(closing.filled_qty, "3");
  await alpaca.createOrder({ symbol: "AAPL", qty: 2, side: "buy", type: "market", time_in_force: "day" });
  const closed = await alpaca.closeAllPositions();
  assert.strictEqual(closed.length, 1);
  assert.strictEqual(closed[0].status, 200);
  assert.deepStrictEqual(await alpaca.getPositions(), []);

  // Activities, page by page, both ways.
  const activities = (wanted) => alpaca.getAccountActivities({ activityTypes: "FILL", ...wanted });
  const all = await activities({});
  assert.strictEqual(all.length, 4);
  for (const [direction, expected] of [["desc", all], ["asc", [...all].reverse()]]) {
    const paged = [];
    for (;;) {
      const page = await activities({ direction, pageSize: 3, pageToken: paged.at(-1)?.id });
      paged.push(...page);
      if (page.length < 3) break;
    }
    assert.deepStrictEqual(paged, expected);
  }
  assert.deepStrictEqual(await activities({ after: all[1].transaction_time }), all.slice(0, 1));
  assert.deepStrictEqual(await activities({ until: all[1].transaction_time }), all.slice(2));
  assert.deepStrictEqual(await activities({ date: all[0].transaction_time.slice(0, 10) }), all);
  assert.deepStrictEqual(await activities({ date: "2020-01-02" }), []);
  await refused(activities({ pageToken: "nothing" }), 422);
  await refused(activities({ direction: "sideways" }), 422);

  // Market data.
  const latest = await alpaca.getLatestTrade("AAPL");
  assert.ok(latest.Price > 0);
  assert.ok((await alpaca.getLatestQuote("AAPL")).AskPrice > 0);
  const told = [];
  for await (const trade of alpaca.getTradesV2("AAPL", { start: "2020-01-01", limit: 10 })) told.push(trade);
  assert.ok(told.length >= 4);
  const bars = [];
  for await (const bar of alpaca.getBarsV2("AAPL", { start: "2020-01-01", timeframe: "1Hour" })) bars.push(bar);
  assert.ok(bars.length >= 1 && bars[0].HighPrice === 150 && bars[0].TradeCount >= 1);
  assert.strictEqual((await alpaca.getLatestBar("AAPL")).HighPrice, 150);
  assert.ok((await alpaca.getSnapshot("AAPL")).LatestQuote.AskPrice > 0);

  // Quotes of the past, page by page.
  const past = [];
  for await (const quote of alpaca.getQuotesV2("AAPL", { start: "2020-01-01", pageLimit: 2 })) past.push(quote);
  assert.ok(past.length >= 4 && past.some((quote) => quote.AskPrice === 150 && quote.BidPrice === 149));
  assert.deepStrictEqual(past.map((quote) => quote.Timestamp), past.map((quote) => quote.Timestamp).sort());
  assert.strictEqual((await alpaca.getMultiQuotesV2(["AAPL"], { start: "2020-01-01", limit: 3 })).get("AAPL").length, 3);

  // What the account was worth.
  const worth = Number((await alpaca.getAccount()).equity);
  const near = (left, right) => Math.abs(left - right) < 0.00005;
  for (const [wanted, timeframe] of [[{ period: "1D", extended_hours: true }, "1Min"], [{ period: "2W", timeframe: "15Min" }, "15Min"],
    [{}, "1D"], [{ period: "1A" }, "1D"], [{ period: "3M", timeframe: "1D" }, "1D"]]) {
    const history = await alpaca.getPortfolioHistory(wanted);
    assert.strictEqual(history.timeframe, timeframe);
    for (const column of ["equity", "profit_loss", "profit_loss_pct"]) assert.strictEqual(history[column].length, history.timestamp.length);
    assert.ok(history.timestamp.at(-1) * 1000 <= Date.now());
    assert.ok(near(history.equity.at(-1), worth), `${history.equity.at(-1)} is not ${worth}`);
    assert.strictEqual(history.base_value, 10000);
    assert.ok(near(history.profit_loss.at(-1), worth - 10000));
    assert.ok(Math.abs(history.profit_loss_pct.at(-1) - (worth - 10000) / 10000) < 0.000002);
  }
  await refused(alpaca.getPortfolioHistory({ timeframe: "2Min" }), 422);
  await refused(alpaca.getPortfolioHistory({ period: "1D", date_end: "2020-01-02" }), 422);
  await refused(alpaca.getPortfolioHistory({ period: "2M", timeframe: "1Min" }), 422);

  // Orders that are linked: the exits live by what the entry fills, and one cancels the other.
  const bracket = await alpaca.createOrder({
    symbol: "AAPL", qty: 10, side: "buy", type: "limit", limit_price: 150, time_in_force: "gtc", order_class: "bracket",
    take_profit: { limit_price: 160 }, stop_loss: { stop_price: 140, limit_price: 139.5 },
  });
  assert.strictEqual(bracket.order_class, "bracket");
  assert.strictEqual(bracket.status, "filled");
  const [profit, loss] = bracket.legs;
  assert.deepStrictEqual([profit.type, profit.limit_price, profit.side, profit.status], ["limit", "160.00", "sell", "new"]);
  assert.deepStrictEqual([loss.type, loss.stop_price, loss.limit_price], ["stop_limit", "140.00", "139.50"]);
  const nested = await until("the group in the list", async () => {
    const orders = await alpaca.getOrders({ status: "all", nested: true, limit: 20 });
    return orders.some((order) => order.id === bracket.id && order.legs?.length === 2) && orders;
  });
  assert.ok(!nested.some((order) => order.id === profit.id), "a leg stands within its order");
  await alpaca.cancelOrder(loss.id);
  await until("the other exit's end", async () => (await alpaca.getOrder(profit.id)).status === "canceled");
  const oco = await alpaca.createOrder({
    symbol: "AAPL", qty: 10, side: "sell", type: "limit", time_in_force: "gtc", order_class: "oco",
    take_profit: { limit_price: 160 }, stop_loss: { stop_price: 140 },
  });
  assert.strictEqual(oco.limit_price, "160.00");
  assert.strictEqual(oco.legs.length, 1);
  await alpaca.cancelOrder(oco.id);
  const oto = await alpaca.createOrder({
    symbol: "AAPL", qty: 1, side: "buy", type: "limit", limit_price: 100, time_in_force: "day", order_class: "oto", stop_loss: { stop_price: 90 },
  });
  assert.strictEqual(oto.legs[0].status, "held");
  await alpaca.cancelOrder(oto.id);
  await refused(alpaca.createOrder({
    symbol: "AAPL", qty: 1, side: "buy", type: "limit", limit_price: 150, time_in_force: "day", order_class: "bracket",
    take_profit: { limit_price: 149 }, stop_loss: { stop_price: 140 },
  }), 422);
  await refused(alpaca.createOrder({ symbol: "AAPL", qty: 1, side: "buy", type: "market", time_in_force: "day", order_class: "mleg" }), 422);

  await alpaca.createOrder({ symbol: "AAPL", qty: 1, side: "buy", type: "limit", limit_price: 100, time_in_force: "day" });
  const cancelled = await alpaca.cancelAllOrders();
  assert.strictEqual(cancelled.length, 1);
  console.log("client 3: all well");
  process.exit(0);
}

main().catch((error) => {
  console.error(error.response ? [error.message, error.config?.method, error.config?.url, error.response.data] : error);
  process.exit(1);
});
