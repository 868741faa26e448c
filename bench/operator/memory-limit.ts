import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const chart = (file: string) => readFileSync(new URL(`../../charts/velib-operator/${file}`, import.meta.url), "utf8");
const root = "/sys/fs/cgroup";

/** A control group with the memory limit of the chart's container. */
export interface LimitedMemory {
  /** The command that runs another one in the group. */
  wrap(command: readonly string[]): string[];
  remove(): void;
}

/**
 * Node and V8 size their heaps by the limit of their container: outside of one they take the machine's memory for their
 * own and collect late. Needs root, and cgroups of either version.
 */
export function limitedMemory(name: string): LimitedMemory {
  const isV1 = existsSync(join(root, "memory"));
  const group = join(root, isV1 ? "memory" : "", name);
  if (!isV1) writeFileSync(join(root, "cgroup.subtree_control"), "+memory");
  mkdirSync(group);
  writeFileSync(join(group, isV1 ? "memory.limit_in_bytes" : "memory.max"), String(limitMiB() * 2 ** 20));
  return {
    wrap: (command) => ["sh", "-c", 'echo $$ > "$0" && exec "$@"', join(group, "cgroup.procs"), ...command],
    remove: () => rmdirSync(group),
  };
}

/** What the chart's container has in NODE_OPTIONS. */
export function nodeOptions(): string {
  const [, options] = /NODE_OPTIONS, value: (\S+)/.exec(chart("templates/deployment.yaml")) ?? [];
  if (options === undefined) throw new Error("the chart's deployment: no NODE_OPTIONS");
  return options;
}

function limitMiB(): number {
  const limit: unknown = parse(chart("values.yaml")).resources.limits.memory;
  const mebibytes = Number(/^(\d+)Mi$/.exec(String(limit))?.[1]);
  if (Number.isNaN(mebibytes)) throw new Error(`the chart's memory limit: expected N Mi, got ${limit}`);
  return mebibytes;
}
