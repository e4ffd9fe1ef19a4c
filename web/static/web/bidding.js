/* Registering, and placing bids: type or choose, confirm, send until there is an answer. */

import { cents, parse, text, wan, yuan } from "./amounts.js";
import { newKey, send } from "./wire.js";

const el = (id) => document.getElementById(id);
const FAR_ABOVE = 10n; // steps over the lowest bid from which a slip of the hand is likely

function fill(pattern, facts) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

export function startBidding(page, hooks) {
  return el("bid-form") ? new BidForm(page, hooks) : { update() {}, isBusy: () => false };
}

class BidForm {
  #page;
  #hooks;
  #now = null; // lot, phase and leading as last told
  #chosen = null; // the amount in the confirmation
  #pending = false;
  #tried = null; // an amount whose outcome is not known, and its key

  constructor(page, hooks) {
    this.#page = page;
    this.#hooks = hooks;
    el("bid-form").hidden = false;
    el("bid-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose(parse(el("amount").value));
    });
    el("amount").addEventListener("input", () => this.#readBack());
    for (const button of this.#quick()) {
      button.addEventListener("click", () => this.#choose(this.#stepped(button)));
    }
    el("confirm-no").addEventListener("click", () => el("confirm").close());
    el("confirm-yes").addEventListener("click", () => this.#confirmed());
    addEventListener("beforeunload", (event) => this.#pending && event.preventDefault());
  }

  isBusy() {
    return this.#pending || el("confirm").open;
  }

  /* The lot has changed, or time has. */
  update(now) {
    if (this.#now?.leading && !now.leading) this.#say("");
    this.#now = now;
    el("bid-fields").disabled = this.#pending || now.leading || now.phase !== "open";
    el("minimum").textContent = yuan(now.lot.minimum_bid);
    for (const button of this.#quick()) {
      button.querySelector(".quick-amount").textContent = yuan(this.#stepped(button));
    }
    if (el("confirm").open) this.#checkChosen();
  }

  #quick() {
    return document.querySelectorAll("#bid-form [data-steps]");
  }

  #stepped(button) {
    const { minimum_bid: minimum, increment } = this.#now.lot;
    return text(cents(minimum) + cents(increment) * BigInt(button.dataset.steps));
  }

  #readBack() {
    const amount = parse(el("amount").value);
    const { texts } = this.#page;
    el("amount-read").textContent = amount ? `${yuan(amount)} · ${wan(amount, texts.wan)}` : "";
  }

  /* Ask whether this amount is really meant; say at once what the rules would say anyway. */
  #choose(amount) {
    const problem = this.#problemWith(amount);
    this.#say(problem ?? "");
    if (problem) {
      el("amount").focus();
      return;
    }
    this.#chosen = amount;
    el("confirm-amount").textContent = yuan(amount);
    el("confirm-wan").textContent = wan(amount, this.#page.texts.wan);
    this.#checkChosen();
    el("confirm").showModal();
    el("confirm-no").focus();
  }

  #problemWith(amount) {
    const { lot } = this.#now;
    const { texts } = this.#page;
    if (amount === null) return texts.bad_amount;
    if (cents(amount) < cents(lot.minimum_bid)) {
      return fill(texts.too_low, { minimum: yuan(lot.minimum_bid) });
    }
    if ((cents(amount) - cents(lot.starting_price)) % cents(lot.increment) !== 0n) {
      return fill(texts.off_step, { step: yuan(lot.increment) });
    }
    return null;
  }

  /* While somebody hesitates the price may rise over the chosen amount. */
  #checkChosen() {
    const { lot, phase, leading } = this.#now;
    const { texts } = this.#page;
    const minimum = cents(lot.minimum_bid);
    const overtaken = cents(this.#chosen) < minimum;
    const steps = (cents(this.#chosen) - minimum) / cents(lot.increment);
    el("confirm-steps").hidden = steps < FAR_ABOVE;
    el("confirm-steps").textContent = fill(texts.steps_above, { steps: String(steps) });
    el("confirm-problem").textContent = overtaken
      ? fill(texts.overtaken, { minimum: yuan(lot.minimum_bid) })
      : phase === "open" ? "" : texts.phases[phase];
    el("confirm-yes").disabled = overtaken || leading || phase !== "open";
  }

  async #confirmed() {
    if (this.#pending) return;
    el("confirm").close();
    const amount = this.#chosen;
    if (this.#tried?.amount !== amount) this.#tried = { amount, key: newKey() };
    this.#wait(true);
    this.#say(this.#page.texts.placing, "waiting");
    const answer = await send(this.#page.urls.bids, { amount }, {
      key: this.#tried.key,
      organization: this.#page.organization,
      onWait: () => this.#say(this.#page.texts.repeating, "waiting"),
    });
    this.#wait(false);
    // After an error of the server's own the outcome is open: the same amount keeps its key.
    if (answer.status < 500) this.#tried = null;
    this.#answered(answer);
  }

  #wait(pending) {
    this.#pending = pending;
    this.update(this.#now);
  }

  #answered({ status, body }) {
    if (status === 201) {
      const { texts } = this.#page;
      el("amount").value = "";
      this.#readBack();
      this.#say(fill(texts.placed, { number: body.number, price: yuan(body.amount) }), "good");
      this.#hooks.onPlaced(body);
    } else {
      const expired = status === 401 ? this.#page.texts.sign_in_again : null;
      this.#say(expired ?? body.detail);
    }
    this.#hooks.onAnswer();
  }

  #say(words, tone = "bad") {
    el("bid-message").textContent = words;
    el("bid-message").className = `message ${tone}`;
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
