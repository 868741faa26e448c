import type { Redriven } from "../../adapters/kafka/redriver.ts";
import { Redriver } from "../../adapters/kafka/redriver.ts";
import { kafkaConnection } from "../backbone/connections.ts";
import { recordCodec, userCodec } from "../backbone/kafka.ts";
import { loadBackboneConfig } from "../config/load-backbone-config.ts";
import { isoTime } from "../windows/window-table.ts";
import { queryOf, type Selection } from "./selection.ts";

export interface RedriveOptions extends Selection {
  config: string;
  dryRun?: boolean;
  json?: boolean;
}

/** Sends the records of the letters asked for through the log again, and says of each what became of it. */
export async function redriveDeadLetters(options: RedriveOptions): Promise<void> {
  const query = queryOf(options);
  const config = loadBackboneConfig(options.config);
  const connection = kafkaConnection(config, "dead-letters");
  const redriver = await Redriver.open({
    connection,
    pipeline: config.pipeline,
    codec: recordCodec(config),
    userCodec: userCodec(config),
    now: Date.now,
  });
  try {
    const outcomes = options.dryRun === true ? await redriver.look(query) : await redriver.redrive(query);
    process.stdout.write(options.json === true ? outcomes.map(lineOf).join("") : summaryOf(outcomes, options.dryRun));
  } finally {
    await redriver.close();
  }
}

function lineOf({ letter, outcome, why }: Redriven): string {
  const { id, source, at, reason } = letter;
  return `${JSON.stringify({ id, source, at: isoTime(at), reason, outcome, why })}\n`;
}

/** How many were sent, and how many were not for which cause. */
function summaryOf(outcomes: readonly Redriven[], dryRun = false): string {
  const sent = outcomes.filter(({ outcome }) => outcome === "sent").length;
  const refused = new Map<string, number>();
  for (const { letter, outcome, why } of outcomes) {
    if (outcome === "sent") continue;
    const cause = `${letter.reason}: ${why}`;
    refused.set(cause, (refused.get(cause) ?? 0) + 1);
  }
  const lines = [`${sent} ${dryRun ? "would be sent" : "sent"} again, ${outcomes.length - sent} not`];
  for (const [cause, count] of refused) lines.push(`  ${count} ${cause}`);
  return `${lines.join("\n")}\n`;
}
