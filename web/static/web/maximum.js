/* The maximum a bidder may leave: shown to nobody else, so it is asked for only on this page. */

import { parse, wan, yuan } from "./amounts.js";
import { ask, put, withdraw } from "./wire.js";

const el = (id) => document.getElementById(id);

export function startMaximum(page, { onLeft }) {
  if (!el("maximum-form")) return;
  const { texts, urls, organization } = page;

  function say(message, tone = "bad") {
    el("maximum-message").textContent = message;
    el("maximum-message").className = `message ${tone}`;
  }

  function show(left) {
    const text = left ? texts.maximum_left.replace("{price}", yuan(left.amount)) : "";
    el("maximum-left").textContent = text;
    el("maximum-left").hidden = !left;
    el("maximum-withdraw").hidden = !left;
  }

  function answered(answer, told) {
    if (answer === null) say(texts.no_answer);
    else if (answer.status >= 400) say(answer.body.detail ?? texts.no_answer);
    else {
      show(answer.status === 200 ? answer.body : null);
      say(told, "good");
      el("maximum").value = "";
      el("maximum-read").textContent = "";
      onLeft();
    }
  }

  el("maximum-form").hidden = false;
  el("maximum").addEventListener("input", () => {
    const amount = parse(el("maximum").value);
    el("maximum-read").textContent = amount ? `${yuan(amount)} · ${wan(amount, texts.wan)}` : "";
  });
  el("maximum-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const amount = parse(el("maximum").value);
    if (amount === null) say(texts.bad_amount);
    else answered(await put(urls.maximum, { amount }, organization), texts.maximum_kept);
  });
  el("maximum-withdraw").addEventListener("click", async () => {
    answered(await withdraw(urls.maximum, organization), texts.maximum_withdrawn);
  });
  ask(urls.maximum, organization).then((answer) => answer?.status === 200 && show(answer.body));
}
