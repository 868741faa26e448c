import { beforeEach, expect, it } from "vitest";
import { LogLag } from "./log-lag.ts";

let shown: Map<number, number>;
let lag: LogLag;
const group = "archiver";

beforeEach(() => {
  shown = new Map();
  lag = new LogLag({
    set: ({ partition }, value) => shown.set(partition, value),
    remove: ({ partition }) => shown.delete(partition),
  });
});

function told(...positions: [partition: number, committed: number, end: number][]) {
  lag.told(
    group,
    positions.map(([partition, committed, end]) => ({ partition, committed, end, lag: end - committed })),
  );
}

it("is what the log says of the partitions that the process has, less what it handled since its last commit", () => {
  lag.handled({ group, partition: 0 }, 5n, 10n);
  lag.handled({ group, partition: 1 }, 8n, 8n);

  told([0, 3, 30], [1, 8, 8], [2, 0, 99]);

  expect([...shown]).toEqual([
    [0, 25],
    [1, 0],
  ]);
});

it("is never less than nothing when the log's answer is older than what was handled", () => {
  lag.handled({ group, partition: 0 }, 50n, 60n);

  told([0, 20, 40]);

  expect([...shown]).toEqual([[0, 0]]);
});

it("goes on from the last commit while the work is broken off, however often, until it handles something", () => {
  for (const partition of [0, 1]) lag.handled({ group, partition }, 9n, 10n);
  for (const partition of [0, 1]) lag.revoked({ group, partition });
  lag.brokeOff();
  lag.brokeOff();
  told([0, 4, 40], [1, 9, 10]);
  const during = [...shown];

  lag.handled({ group, partition: 1 }, 10n, 10n);

  expect(during).toEqual([
    [0, 36],
    [1, 1],
  ]);
  expect([...shown]).toEqual([[1, 0]]);
});

it("is gone with the last partition", () => {
  lag.handled({ group, partition: 0 }, 9n, 10n);
  lag.revoked({ group, partition: 0 });

  told([0, 4, 40]);

  expect([[...shown], lag.isEmpty]).toEqual([[], true]);
});

it("is not told after a failure of a partition that another process has had since", () => {
  for (const partition of [0, 1]) lag.handled({ group, partition }, 5n, 10n);
  for (const partition of [0, 1]) lag.revoked({ group, partition });
  lag.handled({ group, partition: 1 }, 7n, 10n);
  lag.revoked({ group, partition: 1 });
  lag.brokeOff();

  told([0, 5, 20], [1, 7, 20]);

  expect([...shown]).toEqual([[1, 13]]);
});

it("of one group says nothing of another", () => {
  lag.handled({ group: "users-archiver", partition: 0 }, 5n, 10n);

  told([0, 0, 99]);

  expect([...shown]).toEqual([[0, 5]]);
});
