import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import Type from "typebox";
import Value from "typebox/value";
import { objectsIn } from "../../../operator/api/testing/examples.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";
import { definitions, someone } from "./cluster.ts";

/** Where the testbed keeps what it fetched and built. */
export const testbedCache = process.env.VELIB_TESTBED_CACHE ?? join(homedir(), ".cache", "velib-testbed");

export type Partner =
  | "cass-operator"
  | "cert-manager"
  | "gateway-api"
  | "keda"
  | "mongodb-kubernetes-operator"
  | "prometheus-operator"
  | "spark-operator"
  | "strimzi";

/** Why the partners' definitions can't be used: what to run; null when all are there. */
export function absentPartners(partners: readonly Partner[]): string | null {
  const absent = partners.filter((partner) => !existsSync(join(testbedCache, "crds", partner)));
  if (absent.length === 0) return null;
  return `CRDs of ${absent.join(", ")} absent: test/testbed/partner-crds/fetch.sh ${absent.join(" ")}`;
}

/** The real CustomResourceDefinitions of a partner, as its release has them. */
export function partnerDefinitions(partner: Partner): KubeObject[] {
  const folder = join(testbedCache, "crds", partner);
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  return files.sort().flatMap((file) => objectsIn(readFileSync(join(folder, file), "utf8"), file));
}

/** Installs them and waits until the server serves them. Installing what is installed changes nothing. */
export async function installPartners(api: KubeApi, partners: readonly Partner[]): Promise<void> {
  for (const definition of partners.flatMap(partnerDefinitions)) {
    const { name } = definition.metadata;
    await api.apply(definitions, definition, someone);
    await until(
      `${name} served`,
      async () => isEstablished(await api.get(definitions, { namespace: "", name })),
      30_000,
    );
  }
}

const Status = Type.Object({
  conditions: Type.Array(Type.Object({ type: Type.String(), status: Type.String() })),
});

function isEstablished(definition: KubeObject | null): true | null {
  if (definition === null || !Value.Check(Status, definition.status)) return null;
  const established = definition.status.conditions.find(({ type }) => type === "Established");
  return established?.status === "True" ? true : null;
}
