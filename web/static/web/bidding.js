/* Registering, and placing bids: type or choose, confirm, send until there is an answer. */

import { cents, parse, text, wan, yuan } from "./amounts.js";
import { el, fill, Offer } from "./offer.js";
import { newKey, send } from "./wire.js";

const FAR_ABOVE = 10n; // steps over the lowest bid from which a slip of the hand is likely
const IDS = {
  dialog: "confirm", no: "confirm-no", yes: "confirm-yes", amount: "confirm-amount",
  wan: "confirm-wan", problem: "confirm-problem", message: "bid-message",
};

export function startBidding(page, hooks) {
  return el("bid-form") ? new BidForm(page, hooks) : { update() {}, isBusy: () => false };
}

class BidForm extends Offer {
  constructor(page, hooks) {
    super(page, hooks, page.urls.bids, IDS);
    el("bid-form").hidden = false;
    el("bid-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose(parse(el("amount").value));
    });
    el("amount").addEventListener("input", () => this.#readBack());
    for (const button of this.#quick()) {
      button.addEventListener("click", () => this.#choose(this.#stepped(button)));
    }
  }

  show() {
    const { lot, phase, leading } = this.now;
    el("bid-fields").disabled = this.pending || leading || phase !== "open";
    el("minimum").textContent = yuan(lot.minimum_bid);
    for (const button of this.#quick()) {
      button.querySelector(".quick-amount").textContent = yuan(this.#stepped(button));
    }
  }

  /* The lowest bid may have risen over the chosen amount. */
  check() {
    const { lot } = this.now;
    const { texts } = this.page;
    const minimum = cents(lot.minimum_bid);
    const steps = (cents(this.amount) - minimum) / cents(lot.increment);
    el("confirm-steps").hidden = steps < FAR_ABOVE;
    el("confirm-steps").textContent = fill(texts.steps_above, { steps: String(steps) });
    const overtaken = cents(this.amount) < minimum;
    this.allow(overtaken ? fill(texts.overtaken, { minimum: yuan(lot.minimum_bid) }) : null);
  }

  taken() {
    el("amount").value = "";
    this.#readBack();
  }

  #quick() {
    return document.querySelectorAll("#bid-form [data-steps]");
  }

  #stepped(button) {
    const { minimum_bid: minimum, increment } = this.now.lot;
    return text(cents(minimum) + cents(increment) * BigInt(button.dataset.steps));
  }

  #readBack() {
    const amount = parse(el("amount").value);
    const { texts } = this.page;
    el("amount-read").textContent = amount ? `${yuan(amount)} · ${wan(amount, texts.wan)}` : "";
  }

  /* Ask whether this amount is really meant; say at once what the rules would say anyway. */
  #choose(amount) {
    const problem = this.#problemWith(amount);
    this.say(problem ?? "");
    if (problem) el("amount").focus();
    else this.ask(amount);
  }

  #problemWith(amount) {
    const { lot } = this.now;
    const { texts } = this.page;
    if (amount === null) return texts.bad_amount;
    if (cents(amount) < cents(lot.minimum_bid)) {
      return fill(texts.too_low, { minimum: yuan(lot.minimum_bid) });
    }
    if ((cents(amount) - cents(lot.starting_price)) % cents(lot.increment) !== 0n) {
      return fill(texts.off_step, { step: yuan(lot.increment) });
    }
    return null;
  }
}

/* The registration form: sent with one key until there is an answer, then the page anew. */
export function startRegistration(page) {
  const form = el("register-form");
  if (!form) return;
  let key = newKey();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    el("register").disabled = true;
    say(page.texts.registering, "waiting");
    const asked = { rules_version: form.dataset.rules, inventor: el("inventor").checked };
    const answer = await send(page.urls.registrations, asked, {
      key,
      organization: el("organization")?.value,
      onWait: () => say(page.texts.registering, "waiting"),
    });
    if (answer.status === 201) {
      location.reload();
      return;
    }
    if (answer.status < 500) key = newKey();
    el("register").disabled = false;
    say(answer.body.detail, "bad");
  });

  function say(words, tone) {
    el("register-message").textContent = words;
    el("register-message").className = `message ${tone}`;
  }
}
