/* The live page of a lot: it shows what the server says, as soon as the server says it.

   The state is the lot as GET /api/v1/lots/{id} tells it. Events of the stream change it, and a
   question every few seconds makes good what the stream may have missed. */

import { wan, yuan } from "./amounts.js";
import { startBidding, startRegistration } from "./bidding.js";
import { fillLedger, showBid, startLedger } from "./ledger.js";
import { startMatch } from "./match.js";
import { startMaximum } from "./maximum.js";
import { startRelisting } from "./relist.js";
import { ServerClock, remaining, shanghai } from "./time.js";
import { ask, follow } from "./wire.js";

const page = JSON.parse(document.getElementById("page-data").textContent);
const { texts, urls } = page;
const lot = page.lot;
const clock = new ServerClock();
clock.hear(lot.server_time);

const REFRESH_MS = 15_000;
const UNEASY_MS = 4_000; // while the stream is away, or a result is due
const BEFORE_OPENING = ["notice", "exhibition", "upcoming"];
const ENDED = ["sold", "unsold", "withdrawn", "void"];
const partAtLoad = lot.my && lot.my.registration_state;

const el = (id) => document.getElementById(id);
let connection = "connecting";
let shownPhase = null;
let hasBid = page.has_bid;

function write(id, text) {
  const target = el(id);
  if (target && target.textContent !== text) target.textContent = text;
}

function show(id, text) {
  write(id, text);
  el(id).hidden = !text;
}

function fill(pattern, facts) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/* The phase now, by the server's clock; the same rule as `auctions.rules.phases`. */
function phase() {
  if (lot.state !== "published") return lot.phase;
  if (lot.closes_at === null) return lot.phase; // in the hall the hammer ends it
  if (clock.now() < Date.parse(lot.opens_at)) {
    return BEFORE_OPENING.includes(lot.phase) ? lot.phase : "upcoming";
  }
  return clock.now() < Date.parse(lot.closes_at) ? "open" : "over";
}

function isLeading() {
  return Boolean(page.paddle) && lot.leader_code === page.paddle;
}

const form = startBidding(page, { onPlaced: takeBid, onAnswer: refresh });
const match = startMatch(page, { onPlaced: takeBid, onAnswer: refresh });
startRegistration(page);
startMaximum(page, { onLeft: refresh });
startRelisting(page);
startLedger(page);

function render() {
  const now = phase();
  const amount = lot.result?.price ?? lot.current_price ?? lot.starting_price;
  const caption = lot.current_price === null ? "start" : now in texts.prices ? now : "current";
  write("price-caption", texts.prices[caption]);
  write("price", yuan(amount));
  write("price-wan", wan(amount, texts.wan));
  write("leader", lot.leader_code ?? texts.nobody);
  write("bid-count", String(lot.bid_count));
  renderEnd();
  show("called", now === "open" ? texts.calls[lot.calls] : "");
  renderNotice();
  renderPhase(now);
  renderStanding(now);
  for (const one of [form, match]) one.update({ lot, phase: now, leading: isLeading() });
}

function renderEnd() {
  if (lot.closes_at === null) return;
  const { day, second } = shanghai(lot.closes_at);
  write("closes-at", `${day} ${second}`);
  show("extended", lot.extended ? fill(texts.extended, { time: `${day} ${second}` }) : "");
}

/* What the exchange announced since: the same choice as `web.texts.notice_text`. */
function renderNotice() {
  show("notice", noticeText());
  el("next-round").hidden = !lot.next_lot;
  if (lot.next_lot) el("next-round").querySelector("a").href = urls.page.replace("0", lot.next_lot);
}

function noticeText() {
  if (lot.aftermath) return fill(texts.notices[lot.aftermath.kind], lot.aftermath);
  const last = lot.suspensions.at(-1);
  if (!last || !["suspended", "published"].includes(lot.state)) return "";
  if (!last.resumed_at) {
    const { day, second } = shanghai(last.suspended_at);
    return fill(texts.notices.suspended, { since: `${day} ${second}`, reason: last.reason });
  }
  const facts = { reason: last.resumed_reason };
  if (lot.closes_at === null) return fill(texts.notices.resumed_in_hall, facts);
  const { day, second } = shanghai(lot.closes_at);
  return fill(texts.notices.resumed, { ...facts, end: `${day} ${second}` });
}

function renderPhase(now) {
  shownPhase = awaited(now);
  write("phase", texts.phases[now]);
  el("phase").className = `phase phase-${now}`;
  show("countdown-caption", texts.countdowns[awaited(now)] ?? "");
  if (lot.result) show("result", lot.state === "void" ? "" : resultText(lot.result));
  el("record").hidden = !lot.result;
  const ended = ![...BEFORE_OPENING, "open", "suspended"].includes(now);
  for (const offer of document.querySelectorAll(".while-open")) offer.hidden = ended;
  for (const word of document.querySelectorAll(".once-over")) word.hidden = !ended;
}

/* In the hall nothing is counted down once the announced time has come. */
function awaited(now) {
  if (lot.closes_at !== null) return now;
  if (now === "open") return "hammer";
  return BEFORE_OPENING.includes(now) && clock.now() >= Date.parse(lot.opens_at) ? "auctioneer" : now;
}

function resultText({ outcome, price, paddle }) {
  if (outcome !== "sold") return texts.results[outcome] ?? texts.results.unsold;
  const pattern = texts.results[paddle === page.paddle ? "won" : "sold"];
  return fill(pattern, { paddle, price: yuan(price) });
}

function renderStanding(now) {
  if (!el("my-standing")) return;
  const speaks = lot.leader_code && (isLeading() || hasBid) && !ENDED.includes(now);
  const pattern = texts.standings[isLeading() ? "leading" : "outbid"];
  const facts = { paddle: lot.leader_code, price: lot.current_price && yuan(lot.current_price) };
  show("my-standing", speaks ? fill(pattern, facts) : "");
  el("my-standing").className = `note ${isLeading() ? "good" : "warning"}`;
}

/* Ten times a second: the countdown, and the changes of phase that only time brings. */
function tick() {
  const now = phase();
  const target = BEFORE_OPENING.includes(awaited(now)) ? lot.opens_at : now === "open" && lot.closes_at;
  el("countdown").hidden = !target;
  if (target) {
    const left = Date.parse(target) - clock.now();
    write("countdown", remaining(left, texts.days));
    el("countdown").classList.toggle("urgent", now === "open" && left <= 60_000);
  }
  if (awaited(now) !== shownPhase) {
    render();
    if (now === "over") refreshSoon();
  }
}

function flash(id) {
  el(id).classList.remove("changed");
  void el(id).offsetWidth; // starts the animation anew
  el(id).classList.add("changed");
}

/* --- What the stream tells ------------------------------------------------------------- */

function takeBid(bid) {
  if (bid.number > lot.bid_count) {
    lot.bid_count = bid.number;
    lot.current_price = bid.amount;
    lot.leader_code = bid.paddle;
    if (bid.minimum) lot.minimum_bid = bid.minimum;
    lot.closes_at = bid.closes_at;
    lot.calls = 0; // a bid takes them back
    flash("price");
    if (!isLeading()) {
      write("announcer", fill(texts.new_bid, { price: yuan(bid.amount), paddle: bid.paddle }));
    }
  }
  if (bid.paddle === page.paddle) hasBid = true;
  showBid(bid);
  render();
}

function takeCall({ number, calls }) {
  if (number === lot.bid_count) lot.calls = calls;
  render();
}

function takeExtension({ number, closes_at: closesAt }) {
  if (number >= lot.bid_count) lot.closes_at = closesAt;
  lot.extended = true;
  render();
  flash("extended");
}

function takeSuspension() {
  lot.state = "suspended";
  lot.phase = "suspended";
  render();
  refreshSoon();
}

function takeEnd(outcome, { price = null, paddle = null }) {
  lot.state = "closed";
  lot.phase = outcome === "sold" ? "sold" : "unsold";
  lot.result = { outcome, price, paddle };
  render();
  refreshSoon();
}

function takeEvent(kind, facts) {
  clock.hear(facts.server_time);
  if (kind === "lot.bid_placed") takeBid(facts);
  else if (kind === "lot.called") takeCall(facts);
  else if (kind === "lot.extended") takeExtension(facts);
  else if (kind === "lot.sold") takeEnd("sold", facts);
  else if (kind === "lot.suspended") takeSuspension();
  else if (kind === "lot.unsold") takeEnd(facts.outcome ?? "unsold", facts);
  else refreshSoon();
}

function showConnection(state) {
  if (state === "live" && connection !== "live") refreshSoon();
  connection = state;
  el("connection").hidden = false;
  el("connection").className = `connection ${state}`;
  write("connection", texts.connections[state]);
}

/* --- What the server answers when asked ------------------------------------------------ */

let asking = false;
let overtaken = false; // something happened since the question: its answer may not know of it
let nextRefresh = 0;

function refreshSoon() {
  overtaken = true;
  // Not all visitors at the same instant.
  setTimeout(refresh, 100 + Math.random() * 900);
}

async function refresh() {
  if (asking) return;
  asking = true;
  overtaken = false;
  const answer = await ask(urls.lot);
  asking = false;
  const uneasy = connection !== "live" || phase() === "over";
  const interval = ENDED.includes(phase()) ? 4 * REFRESH_MS : uneasy ? UNEASY_MS : REFRESH_MS;
  nextRefresh = performance.now() + interval * (0.9 + Math.random() * 0.2);
  if (answer?.status !== 200) return;
  clock.hear(answer.body.server_time, answer.sentAt);
  if (overtaken) nextRefresh = 0;
  else reconcile(answer.body);
}

/* An answer may be older than a bid that overtook it: what has more bids is newer. A lot that is
   closed stays closed. */
function reconcile(told) {
  if (told.bid_count < lot.bid_count) return;
  if (lot.state === "closed" && told.state === "published") return;
  const before = lot.bid_count;
  Object.assign(lot, told);
  if (told.bid_count > before) flash("price");
  if (partHasChanged(told.my)) {
    location.reload();
    return;
  }
  fillLedger(lot.bid_count);
  render();
}

/* Another part (a deposit recorded, a paddle given, signed out) is another form: load it. */
function partHasChanged(part) {
  if (!page.signed_in || form.isBusy() || match.isBusy()) return false;
  return !part || part.registration_state !== partAtLoad;
}

render();
tick();
setInterval(tick, 100);
setInterval(() => performance.now() >= nextRefresh && refresh(), 1_000);
follow(urls.stream, page.seq, {
  onEvent: takeEvent,
  onTick: ({ server_time: stamp }) => clock.hear(stamp),
  onState: showConnection,
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
addEventListener("pageshow", (event) => event.persisted && refresh());
