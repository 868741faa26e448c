import { readFileSync } from "node:fs";
import { parse } from "yaml";

const values = new URL("../../charts/velib-operator/values.yaml", import.meta.url);

/**
 * The old space that Node allows itself in a container with the chart's memory limit: half of it. Outside of a container
 * Node takes the machine's memory for its own and collects late: the same operator then peaks at some 300 MiB.
 */
export function heapLimitMiB(): number {
  const limit: unknown = parse(readFileSync(values, "utf8")).resources.limits.memory;
  const mebibytes = Number(/^(\d+)Mi$/.exec(String(limit))?.[1]);
  if (Number.isNaN(mebibytes)) throw new Error(`the chart's memory limit: expected N Mi, got ${limit}`);
  return mebibytes / 2;
}
