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

/** Those of whose kinds the operator writes objects. */
export const servedPartners: readonly Partner[] = [
  "cass-operator",
  "gateway-api",
  "keda",
  "mongodb-kubernetes-operator",
  "prometheus-operator",
  "spark-operator",
  "strimzi",
];

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

const Spec = Type.Object({
  group: Type.String(),
  scope: Type.String(),
  names: Type.Object({ kind: Type.String(), plural: Type.String() }),
  versions: Type.Array(Type.Object({ name: Type.String(), storage: Type.Boolean() })),
});

/**
 * Removes a definition with all objects of it, and waits until it is gone. Their finalizers are taken off: the operators
 * that would do so, run by another test, have ended.
 */
export async function removeDefinitionOf(api: KubeApi, definition: KubeObject): Promise<void> {
  const { name } = definition.metadata;
  const key = { namespace: "", name };
  if ((await api.get(definitions, key)) === null) return;
  const { group, scope, names, versions } = Value.Parse(Spec, definition.spec);
  const version = versions.find(({ storage }) => storage)?.name;
  const type = { apiVersion: `${group}/${version}`, ...names, namespaced: scope === "Namespaced" };
  for (const { metadata } of (await api.list(type)).items) {
    const merge = { metadata: { finalizers: null } };
    await api.patch(type, { namespace: metadata.namespace ?? "", name: metadata.name }, { merge }, someone);
  }
  await api.delete(definitions, key);
  await until(`${name} gone`, async () => ((await api.get(definitions, key)) === null ? true : null), 60_000);
}

const Status = Type.Object({
  conditions: Type.Array(Type.Object({ type: Type.String(), status: Type.String() })),
});

function isEstablished(definition: KubeObject | null): true | null {
  if (definition === null || !Value.Check(Status, definition.status)) return null;
  const established = definition.status.conditions.find(({ type }) => type === "Established");
  return established?.status === "True" ? true : null;
}
