/* A right of priority: take the leading price, as long as somebody else leads at it. */

import { yuan } from "./amounts.js";
import { el, fill, Offer } from "./offer.js";

const IDS = {
  dialog: "match-confirm", no: "match-no", yes: "match-yes", amount: "match-amount",
  wan: "match-wan", problem: "match-problem", message: "match-message",
};

export function startMatch(page, hooks) {
  return el("match-form") ? new MatchForm(page, hooks) : { update() {}, isBusy: () => false };
}

class MatchForm extends Offer {
  constructor(page, hooks) {
    super(page, hooks, page.urls.matches, IDS);
    el("match-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(this.now.lot.current_price);
    });
  }

  show() {
    const { lot: { current_price: price }, phase, leading } = this.now;
    const { texts } = this.page;
    el("match-form").hidden = phase !== "open";
    el("match").disabled = this.pending || leading || price === null;
    el("match").textContent = price === null
      ? texts.match_nothing
      : fill(texts.match, { price: yuan(price) });
  }

  /* What was meant is on offer only until somebody bids higher. */
  check() {
    const { current_price: price } = this.now.lot;
    const risen = price !== this.amount;
    this.allow(risen ? fill(this.page.texts.match_risen, { price: yuan(price) }) : null);
  }

  taken() {}
}
