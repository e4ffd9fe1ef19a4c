/* The auctioneer's console: keys press the buttons, moves go without leaving the page, and what is
   shown is what the server says. Without this script the forms work by themselves. */

import { parse, wan, yuan } from "./amounts.js";
import { live, parts } from "./live.js";
import { newKey, submit } from "./wire.js";

const box = document.getElementById("console");
const connection = document.getElementById("connection");
const address = `${location.pathname}?part`;
const moves = []; // the first is under way

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

/* A move that is made while another is under way waits for its answer: a fast hand loses nothing.
   The same move once more is a key that was struck twice. What waits is forgotten when the answer
   before it is a refusal, or none: it was decided on what then was not so. */
function make(form, button) {
  const move = { form, content: new URLSearchParams(new FormData(form, button)) };
  if (moves.some((one) => isSame(one, move))) return;
  moves.push(move);
  if (moves.length === 1) makeAll();
}

function isSame(one, other) {
  return without(one) === without(other);
}

function without({ content }) {
  return [...content].filter(([name]) => name !== "csrfmiddlewaretoken").join("&");
}

async function makeAll() {
  box.setAttribute("aria-busy", "true");
  while (moves.length) {
    const wasTaken = show(moves[0], await submit(address, moves[0].content));
    if (wasTaken) moves.shift();
    else moves.length = 0;
  }
  box.removeAttribute("aria-busy");
}

/* Whether the move was made. */
function show({ form, content }, answer) {
  const part = answer === null || answer.isJson ? null : parts(answer.body);
  if (part === null || (answer.status >= 500 && !part("said"))) {
    const said = Object.assign(document.createElement("p"), { className: "message bad", textContent: connection.dataset.unanswered });
    said.setAttribute("role", "alert");
    el("said").replaceChildren(said);
    // The same key asks for the same bid, whatever is asked by now.
    const { key, amount } = form.elements;
    if (amount && key.value === content.get("key")) amount.value = content.get("amount") || content.get("asking");
    onState("reconnecting");
    hall.refresh();
    return false;
  }
  const wasTyped = form.isConnected && form.elements.key?.value === content.get("key");
  hall.answered(answer);
  if (!part("said")) return false;
  replace("said", part("said"));
  if (wasTyped) enter(part("entry"));
  return answer.status < 400;
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
