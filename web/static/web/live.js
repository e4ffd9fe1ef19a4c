/* A part of a page that the server renders anew whenever something happened in a session.

   The part comes whole, from the same address as the page: what is shown is what the database
   says, also after a reload or a lost connection. Events only say that it is time to ask; a
   question every few seconds makes good what they miss. */

import { LOT_KINDS, SESSION_KINDS, ask, follow } from "./wire.js";

const CALM_MS = 5_000;
const UNEASY_MS = 1_500;

/* The new content of `text` as elements by id. */
export function parts(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  return (id) => template.content.getElementById(id);
}

/* `take(text)` puts a part in place and returns the id of the lot that is up, "" for none, or
   null if that was not the part (the reader was signed out). */
export function live(url, session, take, onState) {
  const lines = { session: "connecting", lot: "live" };
  let answered = true;
  let asking = false;
  let again = false;
  let edition = 0;
  let nextAt = 0;
  let lot = "";
  let leave = () => {};

  function isCalm() {
    return answered && lines.session === "live" && lines.lot === "live";
  }

  function say() {
    onState(answered && Object.values(lines).every((one) => one !== "reconnecting") ? "live" : "reconnecting");
  }

  async function refresh() {
    again = asking;
    if (asking) return;
    asking = true;
    const asked = edition;
    const answer = await ask(url);
    asking = false;
    answered = answer !== null && answer.status < 500;
    nextAt = performance.now() + (isCalm() ? CALM_MS : UNEASY_MS) * (0.9 + Math.random() * 0.2);
    if (asked !== edition) again = true; // something newer is shown already
    else if (answered) show(answer);
    say();
    if (again) refresh();
  }

  function show(answer) {
    const up = answer.isJson ? null : take(answer.body);
    if (up === null) location.reload();
    else watch(up);
  }

  function line(name) {
    return {
      onEvent: refresh,
      onTick: () => {},
      onState: (state) => {
        if (state === "live" && lines[name] !== "live") refresh();
        lines[name] = state;
        say();
      },
    };
  }

  /* The bids and calls are in the stream of the lot that is up. */
  function watch(up) {
    if (up === lot) return;
    leave();
    lot = up;
    lines.lot = lot ? "connecting" : "live";
    leave = lot ? follow(`/api/v1/lots/${lot}/stream`, null, { ...line("lot"), kinds: LOT_KINDS }) : () => {};
  }

  follow(`/api/v1/sessions/${session}/stream`, null, { ...line("session"), kinds: SESSION_KINDS });
  setInterval(() => performance.now() >= nextAt && refresh(), 250);
  addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  addEventListener("pageshow", (event) => event.persisted && refresh());

  return {
    refresh,
    /* A part that came as the answer to a move: newer than any question that is under way. */
    answered(answer) {
      edition += 1;
      answered = true;
      show(answer);
    },
  };
}
