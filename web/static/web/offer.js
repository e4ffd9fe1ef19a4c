/* What a bid and a match by priority share: the amount is asked for once more, and sent with one
   key until somebody has decided. */

import { wan, yuan } from "./amounts.js";
import { newKey, send } from "./wire.js";

export const el = (id) => document.getElementById(id);

export function fill(pattern, facts) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/* A form of its own says by `check` whether the amount may still be meant, by `show` what it looks
   like now, and by `taken` what to do when it went through. `ids` are those of its elements. */
export class Offer {
  now = null; // lot, phase and leading as last told
  amount = null; // the one in the confirmation
  pending = false;
  #hooks;
  #ids;
  #url;
  #tried = null; // an amount whose outcome is not known, and its key

  constructor(page, hooks, url, ids) {
    this.page = page;
    this.#hooks = hooks;
    this.#ids = ids;
    this.#url = url;
    el(ids.no).addEventListener("click", () => el(ids.dialog).close());
    el(ids.yes).addEventListener("click", () => this.#confirmed());
    addEventListener("beforeunload", (event) => this.pending && event.preventDefault());
  }

  isBusy() {
    return this.pending || el(this.#ids.dialog).open;
  }

  /* The lot has changed, or time has. While somebody hesitates the price may rise. */
  update(now) {
    if (this.now?.leading && !now.leading) this.say("");
    this.now = now;
    this.show();
    if (el(this.#ids.dialog).open) this.check();
  }

  ask(amount) {
    this.amount = amount;
    el(this.#ids.amount).textContent = yuan(amount);
    el(this.#ids.wan).textContent = wan(amount, this.page.texts.wan);
    this.check();
    el(this.#ids.dialog).showModal();
    el(this.#ids.no).focus();
  }

  /* Say what keeps the amount from being meant any more, if anything does. */
  allow(problem) {
    const { phase, leading } = this.now;
    const closed = phase === "open" ? "" : this.page.texts.phases[phase];
    el(this.#ids.problem).textContent = problem ?? closed;
    el(this.#ids.yes).disabled = problem !== null || leading || phase !== "open";
  }

  say(words, tone = "bad") {
    el(this.#ids.message).textContent = words;
    el(this.#ids.message).className = `message ${tone}`;
  }

  async #confirmed() {
    if (this.pending) return;
    el(this.#ids.dialog).close();
    const { amount, page: { organization, texts } } = this;
    if (this.#tried?.amount !== amount) this.#tried = { amount, key: newKey() };
    this.#wait(true);
    this.say(texts.placing, "waiting");
    const { key } = this.#tried;
    const onWait = () => this.say(texts.repeating, "waiting");
    const answer = await send(this.#url, { amount }, { key, organization, onWait });
    this.#wait(false);
    // After an error of the server's own the outcome is open: the same amount keeps its key.
    if (answer.status < 500) this.#tried = null;
    this.#answered(answer);
  }

  #wait(pending) {
    this.pending = pending;
    this.update(this.now);
  }

  #answered({ status, body }) {
    const { texts } = this.page;
    if (status === 201) {
      this.taken();
      this.say(fill(texts.placed, { number: body.number, price: yuan(body.amount) }), "good");
      this.#hooks.onPlaced(body);
    } else {
      this.say(status === 401 ? texts.sign_in_again : body.detail);
    }
    this.#hooks.onAnswer();
  }
}
