// The chart of the selected symbol: candles and volume, live from the tape.
import {get} from "./api.js";
import {addTrade, PlainChart, spans} from "./candles.js";
import * as decimal from "./decimal.js";
import {byId, element, setText} from "./dom.js";
import {on, state} from "./state.js";

const settled = 2000; // ms in which the stream has begun after the bars were asked for

let library = null; // lightweight-charts, when the server has it
let drawing = null;
let bars = [];
let seconds = 60;
let lastTrade = 0n;
let asked = 0;
let loadedAt = null; // null: bars are on their way

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

class LibraryChart {
  constructor(area) {
    this.chart = library.createChart(area, {autoSize: true, ...this.look()});
    this.candles = this.chart.addSeries(library.CandlestickSeries, {});
    this.volume = this.chart.addSeries(library.HistogramSeries, {
      priceFormat: {type: "volume"}, priceScaleId: "", lastValueVisible: false, priceLineVisible: false,
    });
    this.volume.priceScale().applyOptions({scaleMargins: {top: 0.82, bottom: 0}});
    this.candles.priceScale().applyOptions({scaleMargins: {top: 0.08, bottom: 0.24}});
    this.restyle();
  }

  look() {
    return {
      // The footer of the page has the attribution: the library's own comes with an inline style.
      layout: {background: {color: "transparent"}, textColor: colour("--quiet"), attributionLogo: false,
        fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11},
      grid: {vertLines: {color: colour("--line-faint")}, horzLines: {color: colour("--line-faint")}},
      rightPriceScale: {borderColor: colour("--line")},
      timeScale: {borderColor: colour("--line"), timeVisible: seconds < 86400, secondsVisible: false, rightOffset: 4},
      crosshair: {mode: 0},
      localization: {timeFormatter: (time) => new Date(time * 1000).toLocaleString([], {hour12: false})},
    };
  }

  restyle() {
    this.chart.applyOptions(this.look());
    const up = colour("--up");
    const down = colour("--down");
    this.candles.applyOptions({upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false});
    if (this.bars) this.set(this.bars, true);
  }

  candle(bar) {
    return {time: bar.time, open: decimal.toNumber(bar.open), high: decimal.toNumber(bar.high),
      low: decimal.toNumber(bar.low), close: decimal.toNumber(bar.close)};
  }

  column(bar) {
    return {time: bar.time, value: bar.volume, color: colour(bar.close >= bar.open ? "--up-faint" : "--down-faint")};
  }

  set(all, stay) {
    this.bars = all;
    // Without bars the scales would be those of the symbol before.
    this.showScales(all.length > 0);
    this.candles.setData(all.map((bar) => this.candle(bar)));
    this.volume.setData(all.map((bar) => this.column(bar)));
    if (stay) return;
    // The newest hundred or so: few bars are not stretched over the whole width.
    const shown = Math.min(120, Math.max(60, all.length));
    this.chart.timeScale().setVisibleLogicalRange({from: all.length - shown, to: all.length + 4});
  }

  showScales(visible) {
    if (this.scales === visible) return;
    this.scales = visible;
    this.chart.applyOptions({rightPriceScale: {visible}, timeScale: {visible}, grid: {vertLines: {visible}, horzLines: {visible}}});
  }

  update(bar) {
    this.showScales(true);
    this.candles.update(this.candle(bar));
    this.volume.update(this.column(bar));
  }

  remove() {
    this.chart.remove();
  }
}

async function load(name) {
  const mine = ++asked;
  loadedAt = null;
  setText(byId("chart-note"), "");
  let loaded = [];
  const interval = spans.find(([, length]) => length === seconds)[0];
  try {
    const answer = await get(`/bars/${encodeURIComponent(name)}?interval=${interval}&limit=500`);
    loaded = answer.map((bar) => ({time: Math.floor(Date.parse(bar.start) / 1000), open: decimal.parse(bar.open),
      high: decimal.parse(bar.high), low: decimal.parse(bar.low), close: decimal.parse(bar.close), volume: bar.volume}));
  } catch {
    try {
      const trades = await get(`/tape/${encodeURIComponent(name)}?limit=1000`);
      for (const trade of trades.reverse()) {
        addTrade(loaded, seconds, trade.executed_at, decimal.parse(trade.price), trade.quantity);
        lastTrade = BigInt(trade.id ?? 0);
      }
    } catch (refusal) {
      if (mine === asked) setText(byId("chart-note"), `No chart: ${refusal.message}`);
      return;
    }
  }
  if (mine !== asked) return;
  loadedAt = Date.now();
  bars = loaded;
  drawing.set(bars);
  markBlank();
  if (bars.length === 0) setText(byId("chart-note"), `${name} has not traded yet`);
  else if (!library) setText(byId("chart-note"), "Plain chart: this server has no lightweight-charts");
}

/** Whether the trade is news here; from then on it is not. */
function isNew(trade) {
  const number = BigInt(trade.id ?? 0);
  if (trade.symbol !== state.selected || !drawing || number <= lastTrade) return false;
  lastTrade = number;
  return true;
}

/** One of those with which the stream begins: the bars have it, unless they were loaded before the stream was away. */
export function onEarlierTrade(trade) {
  if (isNew(trade) && loadedAt !== null && Date.now() - loadedAt > settled) load(trade.symbol);
}

export function onTrade(trade) {
  if (!isNew(trade)) return;
  const price = decimal.parse(trade.price);
  const bar = addTrade(bars, seconds, trade.executed_at, price, trade.quantity);
  drawing.update(bar);
  markBlank();
  if (bars.length === 1) setText(byId("chart-note"), library ? "" : "Plain chart: this server has no lightweight-charts");
}

/** Where there is nothing to draw, the note stands in its middle. */
function markBlank() {
  byId("chart").classList.toggle("blank", bars.length === 0);
}

function drawHead() {
  const name = state.selected;
  const quote = state.quotes.get(name);
  setText(byId("chart-title"), name ?? "–");
  const last = decimal.parse(quote?.last);
  const before = decimal.parse(quote?.previous_close) ?? decimal.parse(quote?.open);
  setText(byId("chart-last"), decimal.priceText(last ?? before));
  const change = byId("chart-change");
  const difference = last !== null && before !== null ? last - before : null;
  setText(change, difference === null ? "" : `${difference > 0n ? "+" : ""}${decimal.priceText(difference)}  ${decimal.changeText(last, before)}`);
  change.className = `change ${difference > 0n ? "up" : difference < 0n ? "down" : ""}`;
  const facts = [["Open", decimal.priceText(decimal.parse(quote?.open))], ["High", decimal.priceText(decimal.parse(quote?.high))],
    ["Low", decimal.priceText(decimal.parse(quote?.low))], ["Volume", quote ? decimal.grouped(quote.volume) : "–"]];
  const list = byId("chart-facts");
  if (list.children.length === 0) {
    list.append(...facts.map(([label]) => element("div", {}, element("dt", {}, label), element("dd", {}, "–"))));
  }
  facts.forEach(([, text], index) => setText(list.children[index].lastChild, text));
}

function markSpan() {
  for (const button of byId("chart-intervals").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.seconds) === seconds));
  }
}

function choose(length) {
  seconds = length;
  markSpan();
  drawing.restyle();
  if (state.selected) load(state.selected);
}

export function chooseNext(step) {
  const at = spans.findIndex(([, length]) => length === seconds) + step;
  if (spans[at]) choose(spans[at][1]);
}

export function restyle() {
  drawing?.restyle();
}

export async function start() {
  byId("chart-intervals").append(...spans.map(([label, length]) =>
    element("button", {type: "button", data: {seconds: length}, onclick: () => choose(length)}, label)));
  markSpan();
  try {
    library = await import("./lightweight-charts.js");
  } catch {
    library = null;
  }
  const area = byId("chart-area");
  area.dataset.library = library ? "lightweight-charts" : "none";
  drawing = library ? new LibraryChart(area) : new PlainChart(area);
  on("selected", (name) => {
    bars = [];
    lastTrade = 0n;
    drawing.set(bars);
    drawHead();
    if (name) load(name);
  });
  on("quote", (name) => {
    if (name === state.selected) drawHead();
  });
}
