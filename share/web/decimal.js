// Money and prices: whole numbers of 1/10000 of a dollar, as the server has them. Nothing here is floating point.

const unit = 10000n;

/** "150.10" is 1501000n; null for what is absent or no decimal. */
export function parse(text) {
  const found = /^(-?)(\d{1,12})(?:\.(\d{0,4}))?$/.exec(String(text ?? "").trim());
  if (!found) return null;
  const amount = BigInt(found[2]) * unit + BigInt((found[3] ?? "").padEnd(4, "0"));
  return found[1] ? -amount : amount;
}

/** Shares: a whole number above zero, else null. */
export function parseQuantity(text) {
  const cleaned = String(text ?? "").trim();
  return /^[1-9]\d{0,11}$/.test(cleaned) ? BigInt(cleaned) : null;
}

export function grouped(whole) {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1501000n is "150.10"; a third and fourth decimal where they count. */
export function priceText(amount) {
  if (amount === null || amount === undefined) return "–";
  const size = amount < 0n ? -amount : amount;
  let decimals = String(size % unit).padStart(4, "0");
  while (decimals.length > 2 && decimals.endsWith("0")) decimals = decimals.slice(0, -1);
  return `${amount < 0n ? "−" : ""}${grouped(size / unit)}.${decimals}`;
}

/** To the cent, rounded half away from zero: "$1,501.00". */
export function moneyText(amount, sign = false) {
  if (amount === null || amount === undefined) return "–";
  const size = ((amount < 0n ? -amount : amount) + 50n) / 100n;
  const mark = amount < 0n ? "−" : sign && amount > 0n ? "+" : "";
  return `${mark}$${grouped(size / 100n)}.${String(size % 100n).padStart(2, "0")}`;
}

/** (part - whole) of whole in percent, with two decimals: "+1.25%". */
export function changeText(part, whole) {
  if (part === null || !whole) return "";
  const hundredths = ((part - whole) * 1000000n) / whole;
  const size = ((hundredths < 0n ? -hundredths : hundredths) + 50n) / 100n;
  const mark = size === 0n ? "" : part < whole ? "−" : "+";
  return `${mark}${size / 100n}.${String(size % 100n).padStart(2, "0")}%`;
}

/** What the server takes: "150.1000". */
export function wireText(amount) {
  const size = amount < 0n ? -amount : amount;
  return `${amount < 0n ? "-" : ""}${size / unit}.${String(size % unit).padStart(4, "0")}`;
}

/** For drawing alone. */
export function toNumber(amount) {
  return Number(amount) / 10000;
}
