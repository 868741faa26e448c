import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "../testbed/faults/tcp-proxy.ts";
import { between, type Fault } from "./fault.ts";
import type { Stage } from "./progress.ts";

/** The ways the line to a server breaks. `proxies` are all its addresses. */
export function lineFaults(server: string, stages: readonly Stage[], proxies: readonly TcpProxy[]): Fault[] {
  const fault = (kind: string, act: (proxy: TcpProxy) => unknown, lastsMs: readonly [number, number]): Fault => ({
    kind: `network to ${server} ${kind}`,
    stages,
    async strike() {
      await Promise.all(proxies.map(act));
    },
    async mend(random) {
      await sleep(between(lastsMs, random));
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    },
  });
  return [
    fault("cut", (proxy) => proxy.cut(), [1_000, 8_000]),
    fault("cut on the way back, then reset", (proxy) => lostAnswers(proxy), [0, 1_000]),
    fault("refused", (proxy) => proxy.refuse(), [500, 4_000]),
    fault("slow", (proxy) => slowed(proxy), [3_000, 6_000]),
  ];
}

/** The line is cut for so long that a session of Kafka's (15 s) and a request to a store (12 s) end on it. */
export function longCut(server: string, stages: readonly Stage[], proxies: readonly TcpProxy[]): Fault {
  return {
    kind: `network to ${server} cut beyond the session`,
    stages,
    async strike() {
      for (const proxy of proxies) proxy.cut();
    },
    async mend(random) {
      await sleep(between([15_500, 18_000], random));
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    },
  };
}

/** What is asked is done, but no answer arrives: the case that idempotence is for. */
async function lostAnswers(proxy: TcpProxy): Promise<void> {
  proxy.cut("to-client");
  await sleep(700);
  proxy.reset();
}

function slowed(proxy: TcpProxy): void {
  proxy.delay(150);
  proxy.throttle(60_000);
}
