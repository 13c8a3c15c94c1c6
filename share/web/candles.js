// Candles from trades, and a plain drawing of them for when the chart library is not there.
import * as decimal from "./decimal.js";

export const spans = [["1m", 60], ["5m", 300], ["15m", 900], ["1h", 3600], ["1d", 86400]];

/** Adds a trade to the last bar of the list, or begins a new one. Bars: {time (s), open, high, low, close, volume}. */
export function addTrade(bars, seconds, stamp, price, quantity) {
  const at = Math.floor(Date.parse(stamp) / 1000 / seconds) * seconds;
  const last = bars.at(-1);
  if (last && last.time >= at) {
    last.high = price > last.high ? price : last.high;
    last.low = price < last.low ? price : last.low;
    last.close = price;
    last.volume += quantity;
    return last;
  }
  const bar = {time: at, open: price, high: price, low: price, close: price, volume: quantity};
  bars.push(bar);
  if (bars.length > 2000) bars.shift();
  return bar;
}

const svgSpace = "http://www.w3.org/2000/svg";

function shape(tag, attributes) {
  const made = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** The same two calls as the library's drawing has. */
export class PlainChart {
  constructor(area) {
    this.area = area;
    this.svg = shape("svg", {class: "plain-chart", role: "img", "aria-label": "Candles and volume"});
    area.append(this.svg);
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(area);
  }

  set(bars) {
    this.bars = bars;
    this.draw();
  }

  update() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  restyle() {}

  remove() {
    this.watcher.disconnect();
    this.svg.remove();
  }

  draw() {
    const width = this.area.clientWidth;
    const height = this.area.clientHeight;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const step = 9;
    const axis = 64;
    const shown = (this.bars ?? []).slice(-Math.max(1, Math.floor((width - axis) / step)));
    if (shown.length === 0 || height < 40) return this.svg.replaceChildren();
    const numbers = shown.map((bar) => ({
      open: decimal.toNumber(bar.open), high: decimal.toNumber(bar.high), low: decimal.toNumber(bar.low),
      close: decimal.toNumber(bar.close), volume: bar.volume,
    }));
    let top = Math.max(...numbers.map((bar) => bar.high));
    let bottom = Math.min(...numbers.map((bar) => bar.low));
    const room = (top - bottom || top * 0.01) * 0.08;
    top += room;
    bottom -= room;
    const most = Math.max(...numbers.map((bar) => bar.volume), 1);
    const y = (price) => ((top - price) / (top - bottom)) * height * 0.78 + 6;
    const shapes = [];
    for (let line = 0; line <= 4; ++line) {
      const price = bottom + ((top - bottom) * line) / 4;
      shapes.push(shape("line", {x1: 0, x2: width - axis, y1: y(price), y2: y(price), class: "rule"}));
      const label = shape("text", {x: width - axis + 6, y: y(price) + 4});
      label.textContent = price.toFixed(2);
      shapes.push(label);
    }
    numbers.forEach((bar, index) => {
      const x = index * step + step / 2;
      const kind = bar.close >= bar.open ? "up" : "down";
      shapes.push(shape("rect", {x: x - 3, width: 6, class: `volume ${kind}`, y: height - (bar.volume / most) * height * 0.17,
        height: (bar.volume / most) * height * 0.17}));
      shapes.push(shape("line", {x1: x, x2: x, y1: y(bar.high), y2: y(bar.low), class: kind}));
      shapes.push(shape("rect", {x: x - 3, width: 6, y: Math.min(y(bar.open), y(bar.close)), class: kind,
        height: Math.max(1, Math.abs(y(bar.open) - y(bar.close)))}));
    });
    this.svg.replaceChildren(...shapes);
  }
}
