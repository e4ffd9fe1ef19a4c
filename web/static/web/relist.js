/* The consignor's answer to the offer of another round: new terms, or a reason why not. */

import { parse } from "./amounts.js";
import { newKey, send } from "./wire.js";

const el = (id) => document.getElementById(id);

/* What a field for Beijing's time says, as the API writes instants. */
const beijing = (id) => (el(id).value ? `${el(id).value.padEnd(19, ":00")}+08:00` : null);

export function startRelisting(page) {
  if (!el("relist-form")) return;
  const { texts, urls } = page;

  function say(message, tone = "bad") {
    el("relist-message").textContent = message;
    el("relist-message").className = `message ${tone}`;
  }

  async function answer(url, content) {
    say(texts.sending, "waiting");
    const told = await send(url, content, { key: newKey(), onWait: () => say(texts.sending, "waiting") });
    if (told.status === 200) location.reload();
    else say(told.body.detail);
  }

  el("relist-form").hidden = false;
  el("relist-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const price = parse(el("relist-price").value);
    const times = { opens_at: beijing("relist-opens"), closes_at: beijing("relist-closes") };
    if (price === null) say(texts.bad_amount);
    else if (!times.opens_at || !times.closes_at) say(texts.times_missing);
    else answer(urls.relist, { starting_price: price, ...times });
  });
  el("relist-decline").addEventListener("click", () => {
    const reason = el("relist-reason").value.trim();
    if (reason) answer(urls.decline, { reason });
    else say(texts.reason_missing);
  });
}
