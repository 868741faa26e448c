import { expect, it, onTestFinished } from "vitest";
import type { RecordSlice } from "../../../adapters/kafka/client/record-batch.ts";
import { AvroCodec } from "../../../adapters/schema-registry/avro-codec.ts";
import { readToEnd } from "../../contracts/log-reader.ts";
import { change, pollMarker, start } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { openTcpProxy } from "../../testbed/faults/tcp-proxy.ts";
import { describeReal } from "../servers.ts";
import { dropTopics, logOptions, openLog } from "./kafka-pipeline.ts";

describeReal("a schema registry that is gone", ["kafka", "registry"], ({ kafka, registry }) => {
  /** The registry behind a line that can be cut. */
  async function behindProxy() {
    const url = new URL(registry);
    const proxy = await openTcpProxy(0, { host: url.hostname, port: Number(url.port) });
    onTestFinished(() => proxy.close());
    url.host = `127.0.0.1:${proxy.port}`;
    return { proxy, codec: new AvroCodec({ url: url.href }) };
  }

  it.each(["refuse", "cut"] as const)(
    "is waited for by a reader that begins, who puts nothing aside meanwhile (%s)",
    async (fault) => {
      const options = logOptions(kafka, uniqueName("gone"), { partitions: 1, outageMs: 60_000 });
      const log = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });
      onTestFinished(async () => {
        await log.close();
        await dropTopics(kafka, options.pipeline);
      });
      await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });
      const { proxy, codec } = await behindProxy();
      const outages: (string | null)[] = [];
      const fresh = await openLog({
        ...options,
        codec,
        onOutage: (cause) => {
          outages.push(cause?.code ?? null);
          if (cause !== null) void proxy.heal();
        },
      });
      onTestFinished(() => fresh.close());
      await proxy[fault]();

      const reader = await readToEnd(fresh);

      const read = reader.entries(0).map((entry) => ("record" in entry ? entry.record.kind : entry.undecodable.detail));
      expect(read).toEqual(["change", "poll"]);
      expect(outages).toEqual(["VELIB_SCHEMA_REGISTRY_UNREACHABLE", null]);
    },
    120_000,
  );

  it("is not taken for one that refuses the schema", async () => {
    const { proxy, codec } = await behindProxy();
    await proxy.refuse();

    await expect(codec.ready("nowhere")).rejects.toMatchObject({
      code: "VELIB_SCHEMA_REGISTRY_UNREACHABLE",
      retryable: true,
      message: expect.stringMatching(/^schema registry [^\n]*ECONNREFUSED[^\n]*; check/),
    });
  });

  it("is not taken for one that does not know a schema, where the address is of something else", async () => {
    const codec = new AvroCodec({ url: new URL("/nowhere", registry).href });
    const key = Buffer.from("paris/1");
    const buffer = Buffer.concat([key, Buffer.from([0, 0, 0, 0, 1, 0])]);
    const [keyEnd, valueEnd] = [key.length, buffer.length];
    const slice = { buffer, keyStart: 0, keyEnd, valueStart: keyEnd, valueEnd, offset: 5, timestamp: start };

    await expect(codec.decode([slice as RecordSlice])).rejects.toMatchObject({
      code: "VELIB_SCHEMA_REGISTRY_UNREACHABLE",
    });
  });
});
