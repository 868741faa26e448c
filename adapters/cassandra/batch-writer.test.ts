import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, it } from "vitest";
import { BatchWriter } from "./batch-writer.ts";

/** A client of one node that answers after a moment, and counts the requests under way. */
class SlowClient extends EventEmitter {
  readonly hosts = { length: 1 };
  underWay = 0;
  most = 0;
  requests = 0;
  failAt = Number.POSITIVE_INFINITY;

  async execute(): Promise<void> {
    await this.#answer();
  }

  async batch(): Promise<void> {
    await this.#answer();
  }

  async #answer(): Promise<void> {
    const n = ++this.requests;
    this.most = Math.max(this.most, ++this.underWay);
    await sleep(2);
    this.underWay--;
    if (n === this.failAt) throw new Error("a node said no");
  }
}

let client: SlowClient;
let writer: BatchWriter;

beforeEach(() => {
  client = new SlowClient();
  const connection = { client, keyspace: "velib", guard: (call: () => Promise<unknown>) => call() };
  writer = new BatchWriter(connection as never, 4);
});

function rowsOf(partition: string, count: number) {
  const key = [Buffer.from(partition)];
  return Array.from({ length: count }, (_, n) => ({ partition, key, parameters: [n] }));
}

const limits = { rows: 10, partitions: 2 };

it("has no more requests under way at once than it may, whoever writes at the same time", async () => {
  await Promise.all([writer.write("a", rowsOf("a", 300), limits), writer.write("b", rowsOf("b", 300), limits)]);

  expect([client.requests, client.most, client.underWay]).toEqual([60, 4, 0]);
});

it("sends nothing more after a failure, and tells it once nothing is under way", async () => {
  client.failAt = 3;

  await expect(writer.write("a", rowsOf("a", 300), limits)).rejects.toThrow("a node said no");

  expect(client.underWay).toBe(0);
  expect(client.requests).toBeLessThan(10);
});
