// Money and prices are decimal text on the wire. They are counted here in ten-thousandths of a dollar, as BigInt where
// exactness matters, so that no cent is lost to floating point.

/** "12.5" is 125000n; null for what is no decimal with at most four places. */
export function unitsOf(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(text ?? "");
  if (!match) return null;
  const units = BigInt(match[2]) * 10000n + BigInt((match[3] ?? "").padEnd(4, "0"));
  return match[1] ? -units : units;
}

/** 125000n is "12.50"; a third and fourth place only where there is one. */
export function textOf(units) {
  const negative = units < 0n;
  const all = (negative ? -units : units).toString().padStart(5, "0");
  const fraction = all.slice(-4).replace(/0{1,2}$/, "");
  return (negative ? "-" : "") + all.slice(0, -4) + "." + fraction;
}

/** With thousands separated: "1,234.50". */
export function grouped(text) {
  const [whole, fraction] = text.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? apart : apart + "." + fraction;
}

/** Money for the eye: two places. */
export function money(text) {
  const units = unitsOf(text);
  if (units === null) return "–";
  const cents = (units < 0n ? -units + 50n : units + 50n) / 100n;
  const digits = cents.toString().padStart(3, "0");
  return (units < 0n && cents !== 0n ? "-" : "") + grouped(digits.slice(0, -2)) + "." + digits.slice(-2);
}

export const count = (number) => (number === null || number === undefined ? "–" : grouped(String(number)));
export const signClass = (units) => (units > 0n ? "up" : units < 0n ? "down" : "");

/** The hour of a time stamp, in the reader's own zone. */
export function hour(stamp) {
  return stamp ? new Date(stamp).toLocaleTimeString([], { hour12: false }) : "–";
}
