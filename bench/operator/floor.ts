import { parseArgs } from "node:util";
import { httpKubeApi } from "../../operator/runtime/http-kube-api.ts";
import { connectionFor } from "../../operator/runtime/kube-connection.ts";
import { someone } from "../../test/real/kube/cluster.ts";
import { report } from "../report.ts";
import { createCities, inParallel, namedFor } from "./cities.ts";
import { startControlPlane } from "./control-plane.ts";
import { busySeconds, ownSeconds } from "./machine.ts";

/**
 * What the API server alone takes: a plain loop of server-side applies of a pipeline's objects, without an operator,
 * caches or owners. No operator can start cold faster than this.
 *
 *     node bench/operator/floor.ts [--pipelines 100] [--at-once 1,4,16]
 */
const { values } = parseArgs({
  options: { pipelines: { type: "string", default: "100" }, "at-once": { type: "string", default: "1,4,16" } },
});
const pipelines = Number(values.pipelines);
for (const [index, atOnce] of values["at-once"].split(",").map(Number).entries()) {
  const plane = await startControlPlane();
  const connection = await connectionFor(plane.kubeconfig);
  try {
    const api = httpKubeApi({ connection });
    const cities = await createCities(api, pipelines);
    const wanted = cities.keys.flatMap((key) =>
      cities.objects.map(({ type, object }) => ({ type, object: namedFor(object, key) })),
    );
    const before = { own: ownSeconds(), server: plane.cpuSeconds(), busy: busySeconds(), at: performance.now() };
    await inParallel(wanted, async ({ type, object }) => void (await api.apply(type, object, someone)), atOnce);
    const seconds = (performance.now() - before.at) / 1000;
    const own = ownSeconds() - before.own;
    const server = plane.cpuSeconds() - before.server;
    report({
      benchmark: `plain server-side applies of ${wanted.length} objects`,
      case: `${atOnce} at once`,
      round: index + 1,
      applies_per_s: wanted.length / seconds,
      server_cpu_ms_per_apply: (server / wanted.length) * 1000,
      client_cpu_ms_per_apply: (own / wanted.length) * 1000,
      others_cores: (busySeconds() - before.busy - own - server) / seconds,
    });
  } finally {
    connection.close();
    await plane.stop();
  }
}
