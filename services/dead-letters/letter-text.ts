import type { DeadLetter, DeadLetterReason } from "../../core/dead-letter/dead-letter.ts";
import { redriveRefusal } from "../../core/dead-letter/redriving.ts";
import { isoTime } from "../windows/window-table.ts";

/** A letter as JSON, with the fields and names of the API's and what redriving knows of it. */
export function letterJson(letter: DeadLetter) {
  const { id, source, at, reason, detail, excerpt, origin, ancestor, redrivenAt } = letter;
  return {
    ...{ id, source, at: isoTime(at), reason, detail, excerpt },
    origin: origin === undefined ? null : { log: origin.log, partition: origin.partition, offset: origin.offset },
    ancestor: ancestor ?? null,
    redriven_at: redrivenAt === undefined ? null : isoTime(redrivenAt),
  };
}

/** A line a letter: id, time, source, reason, detail. */
export function letterTable(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return "no dead letters\n";
  return table(
    ["id", "time", "source", "reason", "detail"],
    letters.map(({ id, source, at, reason, detail, redrivenAt }) => {
      return [id, isoTime(at), source, reason, redrivenAt === undefined ? detail : `(redriven) ${detail}`];
    }),
  );
}

export function countTable(counts: readonly { source: string; reason: DeadLetterReason; count: number }[]): string {
  if (counts.length === 0) return "no dead letters\n";
  return table(
    ["source", "reason", "letters"],
    counts.map(({ source, reason, count }) => [source, reason, String(count)]),
  );
}

/** Everything that a letter says. */
export function wholeLetter(letter: DeadLetter): string {
  const { id, source, at, reason, detail, excerpt, origin, ancestor, redrivenAt } = letter;
  const place =
    origin === undefined ? "not in a log" : `${origin.log}, partition ${origin.partition}, offset ${origin.offset}`;
  const again =
    redrivenAt === undefined ? (redriveRefusal(letter) ?? "can be sent again") : `sent again at ${isoTime(redrivenAt)}`;
  const lines = [
    `letter    ${id}`,
    `source    ${source}`,
    `time      ${isoTime(at)}`,
    `reason    ${reason}`,
    `detail    ${printable(detail)}`,
    `record    ${place}`,
    ...(ancestor === undefined ? [] : [`ancestor  ${ancestor}`]),
    `redrive   ${again}`,
    "",
    printable(excerpt),
  ];
  return `${lines.join("\n")}\n`;
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, ...rows.map((row) => row.map(onOneLine))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const last = head.length - 1;
  return lines
    .map((line) => `${line.map((cell, n) => (n === last ? cell : cell.padEnd(widths[n] ?? 0))).join("  ")}\n`)
    .join("");
}

function onOneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ");
}

/** What came from outside must not steer the terminal it is shown on. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "�");
}
