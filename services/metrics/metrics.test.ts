import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Metrics } from "./metrics.ts";
import { createMetrics } from "./metrics.ts";
import { describeMetrics, metricsReference } from "./reference.ts";

const unitSuffix = /_(total|seconds|records|stations|clients|files|info|score)$|^velib_stations$/;

let metrics: Metrics;

beforeAll(() => {
  metrics = createMetrics({ version: "1.2.3" });
});

it("gives every metric a help text and a unit in its name", () => {
  for (const { name, help } of describeMetrics(metrics.registry)) {
    expect(help.length, `${name} has a help text`).toBeGreaterThan(10);
    expect(name, `${name} ends in its unit`).toMatch(unitSuffix);
  }
});

it("documents every metric: docs/reference/metrics.md is what the registry says", () => {
  const page = readFileSync(new URL("../../docs/reference/metrics.md", import.meta.url), "utf8");

  expect(page).toBe(metricsReference(metrics.registry));
});

it("shows the process and the build beside the services' own metrics", async () => {
  const text = await metrics.registry.metrics();

  expect(text).toContain(`velib_build_info{version="1.2.3",node="${process.version}"} 1`);
  expect(text).toContain("process_resident_memory_bytes");
});

describe("the feed gauges", () => {
  it("read the sources at each scrape, once for all of them", async () => {
    let reads = 0;
    let ageMs = 1_000;
    metrics.readFeedsFrom(async () => {
      reads++;
      return [{ source: "paris", dataAgeMs: ageMs, pollAgeMs: 500, stations: 1500 }];
    });

    const first = await metrics.registry.metrics();
    ageMs = 61_000;
    const second = await metrics.registry.metrics();

    expect(first).toContain('velib_feed_data_age_seconds{source="paris"} 1\n');
    expect(second).toContain('velib_feed_data_age_seconds{source="paris"} 61\n');
    expect(second).toContain('velib_feed_poll_age_seconds{source="paris"} 0.5\n');
    expect(second).toContain('velib_stations{source="paris"} 1500\n');
    expect(reads).toBe(2);
  });

  it("have no sample of a source that was never polled or is gone", async () => {
    metrics.readFeedsFrom(async () => [{ source: "oslo", dataAgeMs: null, pollAgeMs: null, stations: null }]);

    const text = await metrics.registry.metrics();

    expect(text).not.toMatch(/velib_(feed_\w+|stations)\{/);
  });
});

it("counts under the labels it was given", async () => {
  metrics.polls.inc({ source: "paris", outcome: "counted" });
  metrics.deadLetters.inc({ source: "paris", reason: "invalid-count" }, 3);
  metrics.logLag.handled({ group: "aggregate", partition: 0 }, 3n, 10n);
  metrics.processing.observe({ stage: "commit" }, 0.02);

  const text = await metrics.registry.metrics();

  expect(text).toContain('velib_polls_total{source="paris",outcome="counted"} 1');
  expect(text).toContain('velib_dead_letters_total{source="paris",reason="invalid-count"} 3');
  expect(text).toContain('velib_log_lag_records{group="aggregate",partition="0"} 7');
  expect(text).toContain('velib_processing_seconds_count{stage="commit"} 1');
});
