import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "../testbed/faults/tcp-proxy.ts";
import { until } from "../testbed/faults/until.ts";
import { between, type Fault } from "./fault.ts";
import type { SupervisedProcess } from "./supervised-process.ts";

/**
 * Two aggregators over one partition. The one that has it stands still with a commit on the line; when the other has
 * taken over and committed, the old commit arrives after all, and then the old owner wakes up.
 * @param line what each of them writes through
 */
export function aggregatorsFight(fighters: readonly { process: SupervisedProcess; line: TcpProxy }[]): Fault {
  let owner: (typeof fighters)[number] | undefined;
  return {
    kind: "two aggregators over one partition",
    stages: ["aggregated"],
    async strike() {
      // Slowly, so that the fence check passes and the write after it is caught half-way.
      for (const { line } of fighters) line.throttle(40_000);
      const writing = () => fighters.find(({ line }) => line.underWay("to-server") > 20_000) ?? null;
      owner = await until("a commit on its way", writing, 60_000, 5);
      owner.line.cut("to-server");
      owner.process.suspend();
      await Promise.all(fighters.map(({ line }) => (line === owner?.line ? null : line.heal())));
    },
    async mend(random) {
      // Beyond the session (15 s): the other one has the partition, and some commits.
      await sleep(between([18_000, 22_000], random));
      await owner?.line.heal();
      await sleep(between([0, 500], random));
      owner?.process.resume();
    },
  };
}
