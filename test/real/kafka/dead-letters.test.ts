import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import type { DeadLetters } from "../../../core/ports/dead-letters.ts";
import { deadLettersContract } from "../../contracts/dead-letters-contract.ts";
import type { Opened } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { connectionTo, dropTopics } from "./kafka-pipeline.ts";

describeReal("the dead letters on Kafka", ["kafka"], ({ kafka }) => {
  async function open(id: string): Promise<Opened<DeadLetters>> {
    const settings = { connection: connectionTo(kafka), pipeline: id, replication: 1, minInsyncReplicas: 1 };
    const options = { ...settings, retentionMs: 7 * 24 * 3_600_000 };
    let port = await KafkaDeadLetters.open(options);
    return {
      port,
      async reopen() {
        await port.close();
        port = await KafkaDeadLetters.open(options);
        return port;
      },
      async close() {
        await port.close();
        await dropTopics(kafka, id);
      },
    };
  }

  deadLettersContract("Kafka", open);
});
