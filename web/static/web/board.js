/* The screen in the hall keeps itself up to date; nobody stands beside it to reload it. */

import { live, parts } from "./live.js";

const screen = document.getElementById("screen");
const connection = document.getElementById("connection");

function take(text) {
  const state = parts(text)("state");
  if (!state) return null;
  const before = document.getElementById("state");
  const newPrice = before.dataset.price !== state.dataset.price;
  if (newPrice || before.innerHTML !== state.innerHTML || before.dataset.lot !== state.dataset.lot) {
    screen.replaceChildren(state);
    state.classList.toggle("changed", newPrice);
  }
  return state.dataset.lot;
}

function onState(state) {
  connection.className = state;
  connection.textContent = connection.dataset[state];
}

live(`${location.pathname}?part`, document.body.dataset.session, take, onState).refresh();
