/* A right of priority: take the leading price, as long as somebody else leads at it. */

import { wan, yuan } from "./amounts.js";
import { newKey, send } from "./wire.js";

const el = (id) => document.getElementById(id);

export function startMatch(page, hooks) {
  return el("match-form") ? new MatchForm(page, hooks) : { update() {}, isBusy: () => false };
}

class MatchForm {
  #page;
  #hooks;
  #now = null; // lot, phase and leading as last told
  #meant = null; // the price in the confirmation
  #pending = false;
  #tried = null; // a price whose outcome is not known, and its key

  constructor(page, hooks) {
    this.#page = page;
    this.#hooks = hooks;
    el("match-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose();
    });
    el("match-no").addEventListener("click", () => el("match-confirm").close());
    el("match-yes").addEventListener("click", () => this.#confirmed());
    addEventListener("beforeunload", (event) => this.#pending && event.preventDefault());
  }

  isBusy() {
    return this.#pending || el("match-confirm").open;
  }

  /* The lot has changed, or time has. */
  update(now) {
    if (this.#now?.leading && !now.leading) this.#say("");
    this.#now = now;
    const { current_price: price } = now.lot;
    el("match-form").hidden = now.phase !== "open";
    el("match").disabled = this.#pending || now.leading || price === null;
    el("match").textContent = price === null
      ? this.#page.texts.match_nothing
      : this.#page.texts.match.replace("{price}", yuan(price));
    if (el("match-confirm").open) this.#checkMeant();
  }

  #choose() {
    this.#meant = this.#now.lot.current_price;
    el("match-amount").textContent = yuan(this.#meant);
    el("match-wan").textContent = wan(this.#meant, this.#page.texts.wan);
    this.#checkMeant();
    el("match-confirm").showModal();
    el("match-no").focus();
  }

  /* While somebody hesitates the price may rise: what was meant is no longer on offer. */
  #checkMeant() {
    const { lot, phase, leading } = this.#now;
    const risen = lot.current_price !== this.#meant;
    el("match-problem").textContent = risen
      ? this.#page.texts.match_risen.replace("{price}", yuan(lot.current_price))
      : phase === "open" ? "" : this.#page.texts.phases[phase];
    el("match-yes").disabled = risen || leading || phase !== "open";
  }

  async #confirmed() {
    if (this.#pending) return;
    el("match-confirm").close();
    const amount = this.#meant;
    if (this.#tried?.amount !== amount) this.#tried = { amount, key: newKey() };
    this.#wait(true);
    this.#say(this.#page.texts.placing, "waiting");
    const answer = await send(this.#page.urls.matches, { amount }, {
      key: this.#tried.key,
      organization: this.#page.organization,
      onWait: () => this.#say(this.#page.texts.repeating, "waiting"),
    });
    this.#wait(false);
    // After an error of the server's own the outcome is open: the same price keeps its key.
    if (answer.status < 500) this.#tried = null;
    this.#answered(answer);
  }

  #wait(pending) {
    this.#pending = pending;
    this.update(this.#now);
  }

  #answered({ status, body }) {
    const { texts } = this.#page;
    if (status === 201) {
      const told = texts.placed.replace("{number}", body.number);
      this.#say(told.replace("{price}", yuan(body.amount)), "good");
      this.#hooks.onPlaced(body);
    } else {
      this.#say(status === 401 ? texts.sign_in_again : body.detail);
    }
    this.#hooks.onAnswer();
  }

  #say(words, tone = "bad") {
    el("match-message").textContent = words;
    el("match-message").className = `message ${tone}`;
  }
}
