/* Talking to the server: questions, requests that are repeated until they are answered, and
   the streams of a lot's and a session's events. */

const PATIENCE_MS = 10_000;
const SILENCE_MS = 16_000; // three clock ticks that did not come
const BRIEF_MS = 3_500;
const LONGEST_WAIT_MS = 5_000;

export const LOT_KINDS = [
  "lot.bid_placed", "lot.extended", "lot.sold", "lot.unsold", "lot.floor_opened", "lot.called",
  "lot.suspended", "lot.resumed", "lot.withdrawn", "lot.published", "lot.voided", "lot.defaulted",
];
export const SESSION_KINDS = [
  "session.started", "session.item_called_up", "session.deal_signed", "session.order_changed",
  "session.finished", "session.cancelled",
];

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function once(url, init = {}) {
  const sentAt = performance.now();
  const response = await fetch(url, {
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...init,
  });
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  const body = isJson ? await response.json() : await response.text();
  return { status: response.status, isJson, body, sentAt, headers: response.headers };
}

/* GET; null when there was no answer. */
export async function ask(url, organization = null) {
  try {
    return await once(url, { headers: acting(organization) });
  } catch {
    return null;
  }
}

/* PUT and DELETE: doing it twice is doing it once. null when there was no answer. */
export const put = (url, content, organization) =>
  change(url, "PUT", organization, JSON.stringify(content));
export const withdraw = (url, organization) => change(url, "DELETE", organization);

async function change(url, method, organization, body) {
  try {
    return await once(url, { method, body, headers: { ...writing(), ...acting(organization) } });
  } catch {
    return null;
  }
}

function acting(organization) {
  return organization ? { "Acting-Organization": String(organization) } : {};
}

function writing() {
  return {
    "Content-Type": "application/json",
    "Accept-Language": document.documentElement.lang,
    "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value,
  };
}

/* POST with an Idempotency-Key, again and again until there is an answer. A repetition with
   the same key does nothing a second time. `onWait` hears of each failure. */
export async function send(url, content, { key, organization, onWait }) {
  const headers = { ...writing(), "Idempotency-Key": key, ...acting(organization) };
  const init = { method: "POST", headers, body: JSON.stringify(content) };
  for (let failures = 0; ; ) {
    let answer = null;
    try {
      answer = await once(url, init);
    } catch {
      // No answer: it may have arrived or not. The key makes asking again harmless.
    }
    if (isFinal(answer)) return answer;
    failures += 1;
    onWait();
    const asked = Number(answer?.headers.get("Retry-After") ?? 0) * 1000;
    await pause(Math.max(asked, Math.min(500 * 2 ** failures, LONGEST_WAIT_MS)));
  }
}

/* Whether somebody decided. A gateway's "try later" is no decision, a page of text no words. */
function isFinal(answer) {
  if (answer === null || [429, 502, 503, 504].includes(answer.status)) return false;
  if (!answer.isJson) answer.body = { detail: `HTTP ${answer.status}` };
  return true;
}

/* A new UUID. crypto.randomUUID exists only where the page came by HTTPS or from this machine. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/* POST a file with its form. The key, if there is one, makes sending it again harmless. */
export async function upload(url, body, { key, organization }) {
  const { "Content-Type": _, ...own } = writing();
  const headers = { ...own, ...acting(organization), ...(key ? { "Idempotency-Key": key } : {}) };
  const signal = AbortSignal.timeout(60_000);
  try {
    return await once(url, { method: "POST", body, headers, signal });
  } catch {
    return null;
  }
}

/* Send what a form holds. Whether a move without an answer was made is for the person to see; null
   then. */
export async function submit(url, body) {
  try {
    return await once(url, { method: "POST", body });
  } catch {
    return null;
  }
}

/* Follow the events of a lot or a session from sequence `seq` on, from now on if it is null.
   EventSource reconnects by itself after a lost connection; what it does not notice (silence, a
   refusal) is seen to here. Returns what ends it. */
export function follow(url, seq, { onEvent, onTick, onState, kinds = LOT_KINDS }) {
  let last = seq;
  let worry = 0;
  let heardAt = performance.now();
  let source = null;

  function take(message) {
    heardAt = performance.now();
    const place = Number(message.lastEventId);
    if (place) {
      if (last !== null && place <= last) return;
      last = place;
    }
    onEvent(message.type, JSON.parse(message.data));
  }

  function open() {
    source?.close();
    heardAt = performance.now();
    source = new EventSource(last === null ? url : `${url}?last_event_id=${last}`);
    source.addEventListener("open", () => {
      heardAt = performance.now();
      clearTimeout(worry);
      worry = 0;
      onState("live");
    });
    source.addEventListener("error", () => {
      // The server ends long streams on purpose; a connection that is back at once is no news.
      worry ||= setTimeout(onState, BRIEF_MS, "reconnecting");
    });
    source.addEventListener("clock", (message) => {
      heardAt = performance.now();
      onTick(JSON.parse(message.data));
    });
    for (const kind of kinds) source.addEventListener(kind, take);
  }

  open();
  const watching = setInterval(() => {
    const silent = performance.now() - heardAt > SILENCE_MS;
    if (silent) onState("reconnecting");
    if (silent || source.readyState === EventSource.CLOSED) open();
  }, 3_000 + Math.random() * 2_000);

  return () => {
    clearInterval(watching);
    clearTimeout(worry);
    source.close();
  };
}
