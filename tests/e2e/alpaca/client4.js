// A bot on the client of the 4.x line. Environment as for client3.js.
const assert = require("node:assert");
const { trading, marketData, streaming } = require("alpaca-4");
const { until, refused } = require("./expectations.js");

const { BASE, STREAM, KEY, SECRET } = process.env;
const configuration = { basePath: BASE, keyId: KEY, secret: SECRET };
const config = new trading.Configuration(configuration);
const orders = new trading.OrdersApi(config);
const positions = new trading.PositionsApi(config);

async function main() {
  const updates = [];
  const stream = new streaming.TradingStream({ url: BASE.replace(/^http/, "ws") + "/stream", credentials: { keyId: KEY, secret: SECRET } });
  let listening = false;
  stream.on(streaming.EVENT.SUBSCRIPTION, () => (listening = true));
  stream.onTradeUpdate((update) => updates.push(update));
  stream.subscribeTradeUpdates();
  stream.connect();
  await until("the trading stream", () => listening);

  const quotes = [];
  const trades = [];
  const data = new streaming.StockDataStream({ url: BASE.replace(/^http/, "ws") + "/v2/iex", credentials: { keyId: KEY, secret: SECRET } });
  let subscribed = false;
  data.on(streaming.EVENT.SUBSCRIPTION, () => (subscribed = true));
  data.onConnect(() => data.subscribeForQuotes(["AAPL"]));
  data.subscribeForTrades(["*"]);
  data.subscribeForBars(["AAPL"]);
  data.onQuote((quote) => quotes.push(quote));
  data.onTrade((trade) => trades.push(trade));
  data.connect();
  await until("the data stream", () => subscribed);

  const account = await new trading.AccountsApi(config).getAccount();
  assert.strictEqual(account.status, "ACTIVE");
  assert.strictEqual(account.buyingPower, "10000.00");
  assert.strictEqual((await new trading.ClockApi(config).legacyClock()).isOpen, true);
  assert.strictEqual((await new trading.AssetsApi(config).getV2Assets()).length, 1);

  const place = (order) => orders.postOrder({ postOrderRequest: order });
  const resting = await place({
    symbol: "AAPL", qty: "5", side: "buy", type: "limit", limitPrice: "140.50", timeInForce: "gtc", clientOrderId: "bot4-1",
  });
  assert.strictEqual(resting.status, "new");
  const replaced = await orders.patchOrderByOrderId({ orderId: resting.id, patchOrderRequest: { qty: "6", limitPrice: "141.00" } });
  assert.strictEqual(replaced.qty, "6");
  await orders.deleteOrderByOrderID({ orderId: replaced.id });
  await until("news of the cancel", () => updates.some((update) => update.event === "canceled"));
  assert.deepStrictEqual(updates.slice(0, 3).map((update) => update.event), ["new", "replaced", "canceled"]);
  const canceled = await orders.getOrderByOrderID({ orderId: replaced.id });
  assert.strictEqual(canceled.status, "canceled");

  const bought = await place({ symbol: "AAPL", qty: "3", side: "buy", type: "market", timeInForce: "day" });
  assert.strictEqual(bought.filledQty, "3");
  const fill = await until("news of the fill", () => updates.find((update) => update.event === "fill"));
  assert.strictEqual(fill.price, "150.00");
  assert.strictEqual(fill.order.id, bought.id);
  await until("the trade", () => trades.some((trade) => trade.size === 3 && trade.price === 150));
  await until("a quote", () => quotes.some((quote) => quote.askPrice === 150));

  await refused(place({ symbol: "AAPL", qty: "100000", side: "buy", type: "limit", limitPrice: "150", timeInForce: "day" }), 403);
  await refused(place({ symbol: "NONE", qty: "1", side: "buy", type: "market", timeInForce: "day" }), 422);

  const held = await positions.getAllOpenPositions();
  assert.strictEqual(held.length, 1);
  assert.strictEqual(held[0].qty, "3");
  const closing = await positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", qty: 1 });
  assert.strictEqual(closing.qty, "1");
  const closed = await positions.deleteAllOpenPositions({ cancelOrders: true });
  assert.strictEqual(closed[0].status, 200);
  assert.deepStrictEqual(await positions.getAllOpenPositions(), []);

  const watchlists = new trading.WatchlistsApi(config);
  const made = await watchlists.postWatchlist({ createWatchlistRequest: { name: "four", symbols: ["AAPL"] } });
  assert.deepStrictEqual(made.assets.map((asset) => asset.symbol), ["AAPL"]);
  assert.strictEqual((await watchlists.getWatchlistByName({ name: "four" })).id, made.id);
  await watchlists.removeAssetFromWatchlist({ watchlistId: made.id, symbol: "AAPL" });
  assert.strictEqual((await watchlists.addAssetToWatchlistByName({ name: "four", addAssetToWatchlistRequest: { symbol: "AAPL" } })).assets.length, 1);
  assert.strictEqual((await watchlists.updateWatchlistByName({ name: "four", updateWatchlistRequest: { name: "five", symbols: [] } })).name, "five");
  assert.strictEqual((await watchlists.getWatchlists()).length, 1);
  await watchlists.deleteWatchlistByName({ name: "five" });
  await refused(watchlists.getWatchlistById({ watchlistId: made.id }), 404);

  const activities = new trading.AccountActivitiesApi(config);
  const first = await activities.getAccountActivities({ activityTypes: ["FILL"], pageSize: 2 });
  const second = await activities.getAccountActivitiesByActivityType({ activityType: "FILL", pageSize: 2, pageToken: first[1].id });
  assert.deepStrictEqual([first.length, second.length], [2, 1]);

  const bracket = await place({
    symbol: "AAPL", qty: "2", side: "buy", type: "limit", limitPrice: "150", timeInForce: "gtc", orderClass: "bracket",
    takeProfit: { limitPrice: "160" }, stopLoss: { stopPrice: "140" },
  });
  assert.strictEqual(bracket.orderClass, "bracket");
  assert.deepStrictEqual(bracket.legs.map((leg) => [leg.type, leg.side, leg.status]), [["limit", "sell", "new"], ["stop", "sell", "new"]]);
  const nested = await until("its legs", async () => {
    const order = await orders.getOrderByOrderID({ orderId: bracket.id, nested: true });
    return order.legs?.length === 2 && order;
  });
  await orders.deleteOrderByOrderID({ orderId: nested.legs[0].id });
  await until("the other exit's end", async () => (await orders.getOrderByOrderID({ orderId: nested.legs[1].id })).status === "canceled");

  const stocks = new marketData.StockApi(new marketData.Configuration(configuration));
  const latest = await stocks.stockLatestQuoteSingle({ symbol: "AAPL" });
  assert.ok(latest.quote.ap > 0);
  const bars = await stocks.stockBarSingle({ symbol: "AAPL", timeframe: "1Day" });
  assert.ok(bars.bars[0].h === 150 && bars.bars[0].n >= 1);
  const past = await stocks.stockTradeSingle({ symbol: "AAPL", limit: 1 });
  assert.strictEqual(past.trades[0].p, 150);
  const further = await stocks.stockTradeSingle({ symbol: "AAPL", limit: 1, pageToken: past.nextPageToken });
  assert.notStrictEqual(further.trades[0].i, past.trades[0].i);
  const quoted = await stocks.stockQuoteSingle({ symbol: "AAPL", limit: 1 });
  assert.strictEqual(quoted.quotes.length, 1);
  const onward = await stocks.stockQuotes({ symbols: "AAPL", limit: 1, pageToken: quoted.nextPageToken });
  assert.notDeepStrictEqual(onward.quotes.AAPL[0], quoted.quotes[0]);
  const snapshot = await stocks.stockSnapshotSingle({ symbol: "AAPL" });
  assert.ok(snapshot.minuteBar.h >= 149 && snapshot.dailyBar.n >= 1 && !snapshot.prevDailyBar);

  const worth = Number((await new trading.AccountsApi(config).getAccount()).equity);
  const portfolio = new trading.PortfolioHistoryApi(config);
  for (const wanted of [{ period: "1D", intradayReporting: "continuous", pnlReset: "no_reset" }, { start: new Date(Date.now() - 3600e3), timeframe: "5Min" },
    { period: "1W", end: new Date() }, { timeframe: "1D" }]) {
    const history = await portfolio.getAccountPortfolioHistory(wanted);
    assert.ok(Math.abs(history.equity.at(-1) - worth) < 0.00005);
    assert.strictEqual(history.baseValue, 10000);
    assert.strictEqual(history.timestamp.length, history.profitLoss.length);
  }
  await refused(portfolio.getAccountPortfolioHistory({ cashflowTypes: "ALL" }), 422);
  stream.disconnect();
  data.disconnect();
  console.log("client 4: all well");
  process.exit(0);
}

main().catch(async (error) => {
  console.error(error, error.response ? await error.response.text?.().catch(() => "") : "");
  process.exit(1);
});
