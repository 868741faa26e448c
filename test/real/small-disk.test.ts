import { statfsSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { expect, it } from "vitest";
import { waitForKafka } from "../testbed/faults/readiness.ts";
import { serverOf } from "../testbed/faults/server.ts";
import { fillDisk, freeDisk } from "../testbed/faults/small-disk.ts";
import { addressOf } from "../testbed/faults/testbed.ts";
import { describeWithOwnTestbed } from "./own-testbed.ts";
import { readTopic } from "./topic-reader.ts";

const MIB = 1 << 20;

describeWithOwnTestbed(
  "a full disk under Kafka's log",
  { services: ["kafka"], portShift: 2080, kafkaDiskMb: 48, kafkaSessionMs: 3_000 },
  (own) => {
    it("is a disk of its own, of the size asked for", () => {
      const disk = statfsSync(join(own().runDir, "kafka", "data"));

      expect(disk.blocks * disk.bsize).toBe(48 * MIB);
    });

    it("is not filled where it is the machine's disk", () => {
      expect(() => fillDisk(own().runDir)).toThrow("no mount point");
    });

    it("stops the broker, which comes back with every acknowledged record once there is room", async () => {
      const brokers = addressOf(own(), "TEST_KAFKA_BROKERS").split(",");
      const disk = join(own().runDir, "kafka", "data");
      const broker = serverOf(own().runDir, "kafka");
      const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, requestTimeout: 5_000, retry: { retries: 0 } });
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic: "kept", numPartitions: 1 }] });
      await admin.disconnect();
      const producer = kafka.producer();
      await producer.connect();
      const padding = "x".repeat(20_000);
      const acknowledged: string[] = [];
      const send = async (n: number) => {
        const value = `${n} ${padding}`;
        await producer.send({ topic: "kept", acks: -1, messages: [{ value }] });
        acknowledged.push(value);
      };
      for (let n = 0; n < 50; n++) await send(n);

      expect(fillDisk(disk)).toBeGreaterThan(40 * MIB);
      expect(statfsSync(disk).bavail).toBe(0);
      await expect(send(50)).rejects.toThrow();
      await broker.ended();
      await producer.disconnect();
      freeDisk(disk);
      await broker.restart();
      await waitForKafka(brokers);

      const kept = new Set(await readTopic(brokers, "kept"));
      expect(acknowledged.filter((value) => !kept.has(value)).length, "acknowledged and gone").toBe(0);
    }, 180_000);
  },
);
