/* The auctioneer's console: keys press the buttons, moves go without leaving the page, and what is
   shown is what the server says. Without this script the forms work by themselves. */

import { parse, wan, yuan } from "./amounts.js";
import { live, parts } from "./live.js";
import { newKey, submit } from "./wire.js";

const box = document.getElementById("console");
const connection = document.getElementById("connection");
const address = `${location.pathname}?part`;
let busy = false;

const el = (id) => document.getElementById(id);

/* Each rendering has tokens of its own, which make no difference. */
function content(of) {
  return of.outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
}

function replace(id, fresh) {
  const old = el(id);
  if (content(old) === content(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = old.querySelector(".order")?.scrollTop;
  old.replaceWith(fresh);
  if (focused) el(focused)?.focus();
  if (scrolled) el(id).querySelector(".order").scrollTop = scrolled;
}

/* What is being typed stays, as long as it is for the same lot. */
function take(text) {
  const part = parts(text);
  if (!part("state")) return null;
  replace("state", part("state"));
  const before = placeUp();
  replace("order", part("order"));
  if (placeUp() !== before) el("order").querySelector(".is-up")?.scrollIntoView({ block: "nearest" });
  if (el("entry").dataset.for !== part("entry").dataset.for) enter(part("entry"));
  else if (el("bid-form")) renew(el("bid-form").elements, part("bid-form").elements);
  if (el("amount-in")) el("amount-in").placeholder = wan(el("bid-form").elements.asking.value, box.dataset.wan);
  return el("state").dataset.lot;
}

function renew(fields, fresh) {
  fields.asking.value = fresh.asking.value;
  if (fields.price) fields.price.value = fresh.price.value;
}

function placeUp() {
  return el("order").querySelector(".is-up .place")?.textContent;
}

function enter(fresh) {
  el("entry").replaceWith(fresh);
  el("paddle-in")?.focus();
}

function onState(state) {
  connection.className = `connection ${state}`;
  connection.textContent = connection.dataset[state];
}

const hall = live(address, box.dataset.session, take, onState);

async function make(form, button) {
  if (busy) return;
  busy = true;
  box.setAttribute("aria-busy", "true");
  const { amount, asking } = form.elements;
  const asked = amount && (amount.value || asking.value);
  const answer = await submit(address, form, button);
  busy = false;
  box.removeAttribute("aria-busy");
  const part = answer === null || answer.isJson ? null : parts(answer.body);
  if (part === null || (answer.status >= 500 && !part("said"))) {
    const said = Object.assign(document.createElement("p"), { className: "message bad", textContent: connection.dataset.unanswered });
    said.setAttribute("role", "alert");
    el("said").replaceChildren(said);
    if (amount) amount.value = asked; // the same key asks for the same bid, whatever is asked by now
    onState("reconnecting");
    hall.refresh();
    return;
  }
  hall.answered(answer);
  if (!part("said")) return;
  replace("said", part("said"));
  if (form.id === "bid-form") enter(part("entry"));
}

document.addEventListener("submit", (event) => {
  if (!box.contains(event.target)) return;
  event.preventDefault();
  make(event.target, event.submitter);
});

/* The keys of the buttons work everywhere on the page, also while a paddle is being typed, and
   whatever input method is on. A key that is held down is one press. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.key === "Escape" && el("paddle-in")) {
    el("paddle-in").select();
    event.preventDefault();
    return;
  }
  const button = box.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  if (!event.repeat) button.click();
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.id !== "bid-form") return;
  form.elements.key.value = newKey(); // another bid
  form.elements.sure.value = "";
  if (event.target.id !== "amount-in") return;
  const read = el("amount-read");
  const amount = parse(event.target.value);
  read.textContent = amount ? `${yuan(amount)} · ${wan(amount, box.dataset.wan)}` : read.dataset.hint;
});

hall.refresh();
