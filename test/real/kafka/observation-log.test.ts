import type { ObservationLog } from "../../../core/ports/observation-log.ts";
import { logTailContract } from "../../contracts/log-tail-contract.ts";
import { observationLogContract } from "../../contracts/observation-log-contract.ts";
import type { Opened } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropTopics, logOptions, openLog } from "./kafka-pipeline.ts";

describeReal("the observation log on Kafka", ["kafka"], ({ kafka }) => {
  async function open(id: string): Promise<Opened<ObservationLog>> {
    const options = logOptions(kafka, id);
    const opened = { port: await openLog(options) };
    return {
      ...opened,
      async reopen() {
        await opened.port.close();
        opened.port = await openLog(options);
        return opened.port;
      },
      async close() {
        await opened.port.close();
        await dropTopics(kafka, id);
      },
    };
  }

  observationLogContract("Kafka", open);
  logTailContract("Kafka", open);
});
