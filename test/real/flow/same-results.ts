import type { HistoryStore } from "../../../core/ports/history-store.ts";
import type { ResultStore } from "../../../core/ports/result-store.ts";

/** What two runs differ in: the first few differences in words, and how much was compared. */
export interface Comparison {
  compared: number;
  differences: string[];
}

const shownDifferences = 5;

/** Compares all windows of two stores, value by value. */
export async function compareResults(expected: ResultStore, actual: ResultStore): Promise<Comparison> {
  const stations = await compareRows(expected.stationWindows({}), actual.stationWindows({}));
  const zones = await compareRows(expected.zoneWindows({}), actual.zoneWindows({}));
  return {
    compared: stations.compared + zones.compared,
    differences: [...stations.differences, ...zones.differences],
  };
}

/** Compares every observation and poll of a source's days in two histories. */
export async function compareHistory(
  expected: HistoryStore,
  actual: HistoryStore,
  source: string,
  days: readonly string[],
): Promise<Comparison> {
  const total: Comparison = { compared: 0, differences: [] };
  const everything = [0, Number.MAX_SAFE_INTEGER] as const;
  const polls = await compareRows(expected.polls(source, ...everything), actual.polls(source, ...everything));
  for (const part of [polls, ...(await Promise.all(days.map((day) => compareDay(expected, actual, source, day))))]) {
    total.compared += part.compared;
    total.differences.push(...part.differences);
  }
  return total;
}

/** The same by station, as another table has them: every station's observations from the first to the last. */
export async function compareStations(
  expected: HistoryStore,
  actual: HistoryStore,
  source: string,
  stations: readonly string[],
): Promise<Comparison> {
  const total: Comparison = { compared: 0, differences: [] };
  const everything = [0, Number.MAX_SAFE_INTEGER] as const;
  for (const station of stations) {
    const rows = (store: HistoryStore) => store.station(source, station, ...everything);
    const { compared, differences } = await compareRows(rows(expected), rows(actual));
    total.compared += compared;
    total.differences.push(...differences);
  }
  return total;
}

function compareDay(expected: HistoryStore, actual: HistoryStore, source: string, day: string): Promise<Comparison> {
  return compareRows(expected.day(source, day), actual.day(source, day));
}

/** Two streams in the same order, each row as JSON: numbers to the last digit. */
async function compareRows(expected: AsyncIterable<object>, actual: AsyncIterable<object>): Promise<Comparison> {
  const comparison: Comparison = { compared: 0, differences: [] };
  const left = expected[Symbol.asyncIterator]();
  const right = actual[Symbol.asyncIterator]();
  while (comparison.differences.length < shownDifferences) {
    const [a, b] = await Promise.all([left.next(), right.next()]);
    if (a.done && b.done) break;
    comparison.compared++;
    const [x, y] = [a.done ? "nothing" : canonical(a.value), b.done ? "nothing" : canonical(b.value)];
    if (x !== y) comparison.differences.push(`expected ${x}\n     got ${y}`);
    if (a.done || b.done) break;
  }
  return comparison;
}

function canonical(row: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
