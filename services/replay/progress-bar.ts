import type { WriteStream } from "node:tty";

const width = 24;
const refreshMs = 200;

/** A line on a terminal that says how far a replay is; nothing where standard error is no terminal. */
export class ProgressBar {
  readonly #stream: WriteStream | null;
  readonly #now: () => number;
  readonly #started: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #polls = 0;

  constructor(stream: WriteStream, now: () => number) {
    this.#stream = stream.isTTY ? stream : null;
    this.#now = now;
    this.#started = now();
  }

  /** @param progress 0 to 1 */
  poll(progress: number, at: number): void {
    this.#polls++;
    if (this.#now() - this.#shownAt < refreshMs) return;
    this.#shownAt = this.#now();
    this.#stream?.write(`\r${progressLine(progress, this.#polls, at, this.#now() - this.#started)}\u001b[K`);
  }

  done(): void {
    this.#stream?.write("\r\u001b[K");
  }
}

/** `███████░░░░  61%  2024-11-07T09:15Z  470 polls  38.2 polls/s  ETA 8 s` */
export function progressLine(progress: number, polls: number, at: number, elapsedMs: number): string {
  const full = Math.round(Math.min(1, progress) * width);
  const bar = "█".repeat(full) + "░".repeat(width - full);
  const rate = elapsedMs > 0 ? polls / (elapsedMs / 1000) : 0;
  const eta = progress > 0 ? `ETA ${Math.ceil((elapsedMs * (1 - progress)) / progress / 1000)} s` : "ETA ?";
  const percent = `${Math.floor(progress * 100)}%`.padStart(4);
  return `${bar} ${percent}  ${new Date(at).toISOString().slice(0, 16)}Z  ${polls} polls  ${rate.toFixed(1)} polls/s  ${eta}`;
}
