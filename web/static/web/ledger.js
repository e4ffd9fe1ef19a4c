/* The table of bids. Rows that the stream announces appear at once; their time and hash come
   with the rows the server renders, which replace them a moment later. */

import { yuan } from "./amounts.js";
import { shanghai } from "./time.js";
import { ask } from "./wire.js";

const SHORT = 8;
const el = (id) => document.getElementById(id);
let page = null;
let complete = 0; // up to this number every row is the server's own
let filling = false;

export function startLedger(given) {
  page = given;
  complete = Number(el("ledger").rows[0]?.dataset.number ?? 0);
  el("ledger").addEventListener("click", (event) => {
    const button = event.target.closest("button.hash");
    if (button) unfold(button);
  });
}

/* Show a bid known from an event or from the answer to one's own bid. */
export function showBid(bid) {
  if (bid.number <= complete || rowOf(bid.number)?.dataset.full) return;
  const row = el("bid-row").content.firstElementChild.cloneNode(true);
  const [number, paddle, amount, time, chain] = row.cells;
  row.dataset.number = bid.number;
  number.textContent = bid.number;
  paddle.textContent = bid.paddle;
  amount.textContent = yuan(bid.amount);
  if ((bid.kind ?? bid.bid_kind) === "match") amount.append(" ", el("by-right").content.cloneNode(true));
  if (bid.paddle === page.paddle) {
    row.classList.add("own");
    paddle.append(" ", el("you").content.cloneNode(true));
  }
  time.replaceChildren(...timeOf(bid.placed_at ?? bid.at));
  if (bid.hash) {
    chain.replaceChildren(hashButton(bid.hash));
    row.dataset.full = "yes";
  }
  row.classList.add("new");
  insert(row);
  setTimeout(() => fillLedger(bid.number), 700 + Math.random() * 1_500);
}

/* Fetch the rows after the last complete one, if there are any up to `newest`. */
export async function fillLedger(newest) {
  if (newest <= complete || filling) return;
  filling = true;
  const answer = await ask(`${page.urls.ledger}?after=${complete}`);
  filling = false;
  if (answer?.status !== 200) return;
  const holder = document.createElement("template");
  holder.innerHTML = answer.body; // rendered and escaped by the server
  const rows = [...holder.content.querySelectorAll("tr")];
  for (const row of rows.reverse()) insert(row);
  complete = Number(rows.at(-1)?.dataset.number ?? complete);
}

function rowOf(number) {
  return el("ledger").querySelector(`tr[data-number="${number}"]`);
}

function insert(row) {
  const number = Number(row.dataset.number);
  const same = rowOf(number);
  if (same) {
    same.replaceWith(row);
  } else {
    const older = [...el("ledger").rows].find((other) => Number(other.dataset.number) < number);
    el("ledger").insertBefore(row, older ?? null);
  }
  el("ledger-box").hidden = false;
  el("no-bids").hidden = true;
}

function timeOf(stamp) {
  const { day, millisecond } = shanghai(stamp);
  const span = document.createElement("span");
  span.className = "day";
  span.textContent = day;
  return [span, ` ${millisecond}`];
}

function hashButton(hash) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "hash";
  button.dataset.hash = hash;
  button.title = hash;
  button.textContent = hash.slice(0, SHORT);
  return button;
}

/* The whole hash, to read and in the clipboard; once more folds it up again. */
async function unfold(button) {
  const { hash } = button.dataset;
  const open = button.classList.toggle("open");
  button.textContent = open ? hash : hash.slice(0, SHORT);
  if (!open) return;
  try {
    await navigator.clipboard.writeText(hash);
    el("copied").textContent = page.texts.copied;
  } catch {
    // No clipboard here; the hash stands there to be selected.
  }
}
