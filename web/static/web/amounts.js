/* Amounts of money: exact, as strings of the API ("1100000.00") or as BigInt cents, never as
   JavaScript numbers. People may type 1,100,000 or 110万; people read ¥1,100,000. */

const UNITS = { "": 1n, "万": 10_000n, "萬": 10_000n, "亿": 100_000_000n, "億": 100_000_000n };
const TYPED = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,8}))?([万萬亿億]?)$/;
const MOST = 10n ** 18n; // what the API takes: sixteen digits before the point

/* What somebody typed, as the API's string; null if it is not exactly one amount. */
export function parse(typed) {
  const plain = typed.normalize("NFKC").replace(/\s/g, "").replace(/^[¥￥]/, "").replace(/[元圆]$/, "");
  const match = TYPED.exec(plain);
  if (!match) return null;
  const [, whole, fraction = "", unit] = match;
  const digits = BigInt(whole.replaceAll(",", "") + fraction) * UNITS[unit] * 100n;
  const scale = 10n ** BigInt(fraction.length);
  const sum = digits / scale;
  if (digits % scale !== 0n || sum <= 0n || sum >= MOST) return null;
  return text(sum);
}

export function cents(amount) {
  return BigInt(amount.replace(".", ""));
}

export function text(sum) {
  const digits = sum.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/* ¥1,100,000; cents only where there are any. */
export function yuan(amount) {
  const [whole, fraction] = amount.split(".");
  return `¥${grouped(whole)}${fraction === "00" ? "" : `.${fraction}`}`;
}

/* The same amount in units of ten thousand, written in the pattern of the reader's language. */
export function wan(amount, pattern) {
  const digits = cents(amount).toString().padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return pattern.replace("{amount}", grouped(digits.slice(0, -6)) + (fraction && `.${fraction}`));
}

function grouped(whole) {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}
