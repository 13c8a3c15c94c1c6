// Candles and volume: by TradingView's lightweight-charts where the gateway has it, else drawn here, plainly.
import { $, element } from "/assets/dom.js";

const svgName = "http://www.w3.org/2000/svg";
const shown = 120;

function svg(name, attributes, text) {
  const made = document.createElementNS(svgName, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

class PlainChart {
  constructor(box) { this.box = box; new ResizeObserver(() => this.draw()).observe(box); }
  set(candles) { this.candles = candles; this.draw(); }
  update() { this.draw(); }
  theme() {}

  draw() {
    const width = this.box.clientWidth, height = this.box.clientHeight;
    const candles = (this.candles ?? []).slice(-shown);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.box.replaceChildren(picture);
    if (candles.length === 0 || width < 60) return;
    const high = Math.max(...candles.map((c) => c.high)), low = Math.min(...candles.map((c) => c.low));
    const span = high - low || high * 0.01 || 1;
    const right = 64, bottom = 18, prices = (height - bottom) * 0.78;
    const y = (price) => 8 + (prices - 8) * (1 - (price - low) / span);
    const most = Math.max(1, ...candles.map((c) => c.volume));
    for (let i = 0; i <= 4; ++i) {
      const price = low + (span * i) / 4;
      picture.append(svg("line", { class: "grid", x1: 0, x2: width - right, y1: y(price), y2: y(price) }),
        svg("text", { class: "label", x: width - right + 6, y: y(price) + 4 }, price.toFixed(2)));
    }
    const step = Math.min(14, (width - right) / candles.length);
    candles.forEach((candle, i) => {
      const x = i * step + step / 2, kind = candle.close >= candle.open ? "rise" : "fall";
      const top = y(Math.max(candle.open, candle.close)), body = Math.max(1, Math.abs(y(candle.open) - y(candle.close)));
      const tall = ((height - bottom - prices - 6) * candle.volume) / most;
      picture.append(svg("line", { class: kind, x1: x, x2: x, y1: y(candle.high), y2: y(candle.low) }),
        svg("rect", { class: kind, x: x - step * 0.35, width: Math.max(1, step * 0.7), y: top, height: body }),
        svg("rect", { class: kind + " volume", x: x - step * 0.35, width: Math.max(1, step * 0.7), y: height - bottom - tall, height: tall }));
    });
    for (const at of [0, candles.length - 1]) {
      const label = new Date(candles[at].time * 1000).toLocaleTimeString([], { hour12: false });
      picture.append(svg("text", { class: "label", x: Math.min(at * step, width - right - 50), y: height - 4 }, label));
    }
  }
}

class LibraryChart {
  constructor(box, library) {
    this.chart = library.createChart(box, { autoSize: true, layout: { attributionLogo: false }, timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 3 },
      rightPriceScale: { borderVisible: false }, localization: { timeFormatter: (time) => new Date(time * 1000).toLocaleString() } });
    this.candles = this.chart.addSeries(library.CandlestickSeries, { borderVisible: false });
    this.volume = this.chart.addSeries(library.HistogramSeries, { priceFormat: { type: "volume" }, priceScaleId: "volume" });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.8, bottom: 0 } });
    this.theme();
  }

  theme() {
    const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    this.colors = { up: color("--up"), down: color("--down") };
    this.chart.applyOptions({ layout: { background: { color: color("--panel") }, textColor: color("--quiet") },
      grid: { vertLines: { color: color("--line") }, horzLines: { color: color("--line") } } });
    this.candles.applyOptions({ upColor: this.colors.up, downColor: this.colors.down, wickUpColor: this.colors.up, wickDownColor: this.colors.down });
    if (this.list) this.set(this.list);
  }

  bar(candle) {
    return { time: candle.time, value: candle.volume, color: (candle.close >= candle.open ? this.colors.up : this.colors.down) + "59" };
  }
  set(candles) {
    this.list = candles;
    this.candles.setData(candles);
    this.volume.setData(candles.map((candle) => this.bar(candle)));
    this.chart.timeScale().scrollToRealTime();
  }
  update(candle) { this.candles.update(candle); this.volume.update(this.bar(candle)); }
}

/** The chart of the page, and a word on what draws it. */
export async function makeChart() {
  try {
    const library = await import("/assets/lightweight-charts.js");
    // Their logo would need an inline style, which the page's rules keep out; the licence asks for this instead.
    const credit = element("a", { href: "https://www.tradingview.com/", rel: "noreferrer", target: "_blank" }, "TradingView");
    return { chart: new LibraryChart($("chart"), library), note: ["Chart by ", credit] };
  } catch {
    return { chart: new PlainChart($("chart")), note: ["Drawn without TradingView’s lightweight-charts, which this gateway does not have."] };
  }
}

/** Bars of the API as candles; the chart's axis needs numbers, and is the one place that uses floating point. */
export const candleOf = (bar) => ({ time: Math.floor(Date.parse(bar.start) / 1000), open: Number(bar.open), high: Number(bar.high),
  low: Number(bar.low), close: Number(bar.close), volume: bar.volume });

/** Takes a trade into the last candle, or begins the next; gives back the candle that changed. */
export function takeTrade(candles, trade, seconds) {
  const price = Number(trade.price), time = Math.floor(Date.parse(trade.executed_at) / 1000 / seconds) * seconds;
  const last = candles.at(-1);
  if (last && time < last.time) return null;
  if (!last || time > last.time) {
    candles.push({ time, open: price, high: price, low: price, close: price, volume: trade.quantity });
  } else {
    last.high = Math.max(last.high, price);
    last.low = Math.min(last.low, price);
    last.close = price;
    last.volume += trade.quantity;
  }
  return candles.at(-1);
}
