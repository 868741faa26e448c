import { noHealth } from "../../core/feed-health/health-tracker.ts";
import type { LogRecord, ObservationRecord, PollMarker } from "../../core/log/record.ts";
import { WindowEngine } from "../../core/windows/window-engine.ts";
import { report } from "../report.ts";

/**
 * The window engine alone: records made in memory go in, windows come out and are dropped. Beside it, in the same
 * run, the floor of any program that takes its records from a log as JSON: parsing them.
 */
const lengthMs = 180_000;
const latenessMs = 30_000;
const start = 1_730_000_160_000;
const rounds = 5;

interface Shape {
  name: string;
  stations: number;
  polls: number;
  intervalMs: number;
  /** Share of the stations with a record at a poll. */
  share: number;
}

const shapes: Shape[] = [
  { name: "every station at every minute", stations: 1_500, polls: 1_000, intervalMs: 60_000, share: 1 },
  { name: "changes and keyframes at every minute", stations: 1_500, polls: 1_500, intervalMs: 60_000, share: 0.4 },
  { name: "polls of five minutes, as observer-a", stations: 1_485, polls: 800, intervalMs: 300_000, share: 0.62 },
  { name: "1,000 stations", stations: 1_000, polls: 2_000, intervalMs: 60_000, share: 1 },
  { name: "20,000 stations", stations: 20_000, polls: 100, intervalMs: 60_000, share: 1 },
  { name: "200,000 stations", stations: 200_000, polls: 15, intervalMs: 60_000, share: 1 },
];

/** A few polls' records, used over and over at later times: what is timed is the engine, not their making. */
function templates(shape: Shape): ObservationRecord[][] {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x80000000;
  };
  return Array.from({ length: shape.stations > 5_000 ? 2 : 20 }, () => {
    const records: ObservationRecord[] = [];
    for (let s = 0; s < shape.stations; s++) {
      if (random() >= shape.share) continue;
      const bikes = Math.floor(random() * 30);
      const mechanical = Math.floor(bikes * 0.6);
      records.push({
        kind: "change",
        source: "bench",
        station: String(1000 + s),
        at: 0,
        bikes,
        mechanical,
        ebike: bikes - mechanical,
        docks: 30 - bikes,
        installed: true,
        renting: true,
        returning: true,
        capacity: 30,
        zone: `zone-${s % 30}`,
        reportedAt: 0,
      });
    }
    return records;
  });
}

function marker(at: number): PollMarker {
  return {
    kind: "poll",
    source: "bench",
    at,
    holdMs: 600_000,
    observed: 0,
    changes: 0,
    movedAt: at,
    feedTime: null,
    health: noHealth,
  };
}

function aggregate(shape: Shape, polls: readonly ObservationRecord[][]): { records: number; windows: number } {
  const engine = new WindowEngine({ lengthMs, latenessMs });
  let records = 0;
  let windows = 0;
  for (let poll = 0; poll < shape.polls; poll++) {
    const at = start + poll * shape.intervalMs;
    for (const record of polls[poll % polls.length]!) {
      record.at = at;
      engine.ingest(record);
      records++;
    }
    engine.ingest(marker(at));
    windows += engine.output.stationWindows.size;
    engine.clearOutput();
  }
  return { records, windows };
}

function parse(lines: readonly string[]): number {
  let parsed = 0;
  for (const line of lines) {
    const record: LogRecord = JSON.parse(line);
    if (record.kind === "change") parsed++;
  }
  return parsed;
}

for (const shape of shapes) {
  const polls = templates(shape);
  const lines = polls
    .flat()
    .slice(0, 30_000)
    .map((record) => JSON.stringify(record));
  for (let round = 0; round < rounds; round++) {
    const started = process.hrtime.bigint();
    const { records, windows } = aggregate(shape, polls);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const parseStarted = process.hrtime.bigint();
    const parsed = parse(lines);
    const parseSeconds = Number(process.hrtime.bigint() - parseStarted) / 1e9;
    report({
      benchmark: "engine",
      case: shape.name,
      round,
      records,
      windows,
      million_records_per_second: records / seconds / 1e6,
      million_windows_per_second: windows / seconds / 1e6,
      times_the_cost_of_parsing_json: seconds / records / (parseSeconds / parsed),
    });
  }
}
