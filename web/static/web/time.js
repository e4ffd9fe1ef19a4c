/* What time it is at the server, and how that is written. The visitor's own clock is never
   asked: only how much time has passed since the server said what time it was. */

const KEPT = 12;

export class ServerClock {
  #bounds = [];
  #offset = 0;

  /* The server said `stamp` somewhere between `sentAt` (unknown for the stream) and now.
     So its clock is ahead of ours by at least one bound and at most the other. */
  hear(stamp, sentAt = null) {
    const instant = Date.parse(stamp);
    if (Number.isNaN(instant)) return;
    const high = sentAt === null ? Infinity : instant - sentAt;
    this.#bounds = [...this.#bounds, { low: instant - performance.now(), high }].slice(-KEPT);
    this.#offset = this.#settle();
  }

  #settle() {
    const low = Math.max(...this.#bounds.map((bound) => bound.low));
    const high = Math.min(...this.#bounds.map((bound) => bound.high));
    if (low > high) {
      // This computer slept or the server's clock was set: only the newest word counts.
      this.#bounds = this.#bounds.slice(-1);
      return this.#settle();
    }
    return high === Infinity ? low : (low + high) / 2;
  }

  now() {
    return performance.now() + this.#offset;
  }
}

/* The remaining time: days in words, then the clock, with tenths in the last ten seconds. */
export function remaining(ms, daysPattern) {
  if (ms <= 10_000) return `00:${(Math.ceil(Math.max(ms, 0) / 100) / 10).toFixed(1).padStart(4, "0")}`;
  const seconds = Math.ceil(ms / 1000);
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  if (!days && !parts[0]) parts.shift();
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return days ? daysPattern.replace("{days}", days).replace("{clock}", clock) : clock;
}

/* An instant in Shanghai, which has had no daylight saving time since 1991: UTC+8. */
export function shanghai(stamp) {
  const iso = new Date(Date.parse(stamp) + 8 * 3_600_000).toISOString();
  return { day: iso.slice(0, 10), second: iso.slice(11, 19), millisecond: iso.slice(11, 23) };
}
