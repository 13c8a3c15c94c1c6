// Bots on both clients that sell short, as that API does it: by a plain sale of an account that holds nothing.
// Environment as for client3.js; the key is of a margin account with 100000.00. Another buys AAPL at 149 and sells it at
// 150; MSFT, which is not easy to borrow, is bought at 149.
const assert = require("node:assert");
const Alpaca = require("alpaca-3");
const { trading } = require("alpaca-4");
const { until, refused } = require("./expectations.js");

const { BASE, STREAM, KEY, SECRET } = process.env;
const three = new Alpaca({ baseUrl: BASE, dataBaseUrl: BASE, dataStreamUrl: STREAM, keyId: KEY, secretKey: SECRET });
const config = new trading.Configuration({ basePath: BASE, keyId: KEY, secret: SECRET });
const orders = new trading.OrdersApi(config);
const positions = new trading.PositionsApi(config);

const place = (order) => orders.postOrder({ postOrderRequest: { symbol: "AAPL", type: "market", timeInForce: "day", ...order } });
const position = (qty) => until(`a position of ${qty}`, async () => {
  const found = (await positions.getAllOpenPositions()).find((one) => one.symbol === "AAPL");
  return (found?.qty ?? "0") === qty && (found ?? {});
});

async function main() {
  const account = await three.getAccount();
  assert.deepStrictEqual([account.shorting_enabled, account.short_market_value, account.multiplier], [true, "0.00", "2"]);
  assert.strictEqual((await three.getAccountConfigurations()).no_shorting, false);
  const [easy, hard] = [await three.getAsset("AAPL"), await three.getAsset("MSFT")];
  assert.deepStrictEqual([easy.shortable, easy.easy_to_borrow, hard.shortable, hard.easy_to_borrow], [true, true, true, false]);

  // It opens a short position, and asked for again it is the same order.
  const opened = await place({ qty: "10", side: "sell", clientOrderId: "s1" });
  assert.deepStrictEqual([opened.side, opened.filledQty, opened.filledAvgPrice, opened.positionIntent], ["sell", "10", "149.00", "sell_to_open"]);
  assert.strictEqual((await place({ qty: "10", side: "sell", clientOrderId: "s1" })).id, opened.id);
  const short = await position("-10");
  assert.deepStrictEqual([short.side, short.avgEntryPrice, short.marketValue, short.costBasis], ["short", "149.00", "-1490.00", "-1490.00"]);
  const told = await three.getPosition("AAPL");
  assert.deepStrictEqual([told.qty, told.side, told.unrealized_pl, told.unrealized_plpc], ["-10", "short", "0.00", "0.00"]);
  const after = await three.getAccount();
  assert.deepStrictEqual([after.cash, after.equity, after.short_market_value, after.long_market_value],
    ["101490.00", "100000.00", "-1490.00", "0.00"]);

  // What is not located, a sale that is said to close, and one beyond the shares held.
  await refused(place({ symbol: "MSFT", qty: "1", side: "sell" }), 422);
  await refused(place({ qty: "1", side: "sell", positionIntent: "sell_to_close" }), 403);
  await refused(place({ qty: "1", side: "sell", positionIntent: "buy_to_close" }), 422);

  // Covered in part; then the price rises against it, and the rest is closed.
  assert.strictEqual((await three.createOrder({ symbol: "AAPL", qty: 4, side: "buy", type: "market", time_in_force: "day" })).filled_qty, "4");
  const rest = await position("-6");
  assert.deepStrictEqual([rest.marketValue, rest.unrealizedPl, rest.unrealizedPlpc], ["-900.00", "-6.00", "-0.0067"]);
  const closing = await positions.deleteOpenPosition({ symbolOrAssetId: "AAPL" });
  assert.deepStrictEqual([closing.side, closing.qty, closing.filledQty], ["buy", "6", "6"]);
  await position("0");

  // Whoever holds shares sells them, and not more than there are.
  await place({ qty: "5", side: "buy" });
  await position("5");
  await refused(place({ qty: "8", side: "sell" }), 403);
  await refused(place({ qty: "8", side: "sell", positionIntent: "sell_to_open" }), 403);
  assert.strictEqual((await place({ qty: "5", side: "sell" })).positionIntent, "sell_to_close");
  await position("0");

  // Each fill as it was: opened short, covered in part and whole, bought, sold.
  const activities = await three.getAccountActivities({ activityTypes: "FILL", direction: "asc" });
  assert.deepStrictEqual(activities.map((one) => one.side), ["sell_short", "buy", "buy", "buy", "sell"]);

  // An entry that is short, with exits that buy.
  const bracket = await place({
    qty: "2", side: "sell", type: "limit", limitPrice: "149", orderClass: "bracket", timeInForce: "gtc",
    takeProfit: { limitPrice: "140" }, stopLoss: { stopPrice: "160" },
  });
  assert.deepStrictEqual([bracket.positionIntent, bracket.legs.map((leg) => [leg.type, leg.side])], ["sell_to_open", [["limit", "buy"], ["stop", "buy"]]]);
  await position("-2");
  const closed = await positions.deleteAllOpenPositions({ cancelOrders: true });
  assert.strictEqual(closed[0].status, 200);
  await position("0");
  console.log("short sales: all well");
  process.exit(0);
}

main().catch(async (error) => {
  console.error(error, error.response ? await error.response.text?.().catch(() => "") : "", error.response?.data ?? "");
  process.exit(1);
});
