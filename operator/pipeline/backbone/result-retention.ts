import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { CassandraSection, MongodbSection } from "../connections.ts";

/** How long windows are kept, as the services' configuration has it. */
export function windowsTtl({ spec }: VelibPipeline): Pick<MongodbSection, "windowsTtl"> {
  const { retention } = spec.aggregation;
  return retention === undefined ? {} : { windowsTtl: retention };
}

/** How long observations are kept, as the services' configuration has it. */
export function historyTtl({ spec }: VelibPipeline): Pick<CassandraSection, "historyTtl"> {
  const { retention } = spec.archive;
  return retention === undefined ? {} : { historyTtl: retention };
}
