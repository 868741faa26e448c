import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { type Connected, type KafkaSection, secretPath } from "../connections.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/** How KEDA logs in to Kafka. */
export interface KedaAuthentication {
  /** The TriggerAuthentication, and a Secret for a user name that stands in no Secret. */
  readonly objects: KubeObject[];
  /** Of the trigger. */
  readonly metadata: Record<string, string>;
  /** Name of the TriggerAuthentication; null where Kafka asks for nothing. */
  readonly authenticationRef: string | null;
}

const mechanisms = {
  "scram-sha-512": "scram_sha512",
  "scram-sha-256": "scram_sha256",
  plain: "plaintext",
} as const;

/**
 * The login and the certificates of the connection, in KEDA's terms: it reads the Secrets that the pods mount. A user
 * name it takes only from a Secret, so one is made where the connection has it in clear.
 * https://keda.sh/docs/latest/scalers/apache-kafka/#authentication-parameters
 */
export function kedaAuthentication(pipeline: VelibPipeline, kafka: Connected<KafkaSection>): KedaAuthentication {
  const { tls, authentication } = kafka.config;
  if (tls === undefined && authentication === undefined) return { objects: [], metadata: {}, authenticationRef: null };

  const name = workloadNames(pipeline).kedaLogin;
  const metadata = { name, labels: workloadLabels(pipeline, "aggregator") };
  const parameters = [
    { parameter: "ca", path: tls?.caFile },
    { parameter: "cert", path: tls?.certFile },
    { parameter: "key", path: tls?.keyFile },
    { parameter: "username", path: authentication?.usernameFile },
    { parameter: "password", path: authentication?.passwordFile },
  ].flatMap(({ parameter, path }) => (path === undefined ? [] : [{ parameter, ...secretKeyAt(path, kafka) }]));
  const username = authentication?.username;
  if (username !== undefined) parameters.push({ parameter: "username", name, key: "username" });
  const login: KubeObject = { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: {} };
  return {
    objects: [
      ...(username === undefined ? [] : [{ ...login, data: { username: Buffer.from(username).toString("base64") } }]),
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata,
        spec: { secretTargetRef: parameters },
      },
    ],
    metadata: {
      tls: tls === undefined ? "disable" : "enable",
      sasl: authentication === undefined ? "none" : mechanisms[authentication.mechanism],
    },
    authenticationRef: name,
  };
}

/** The Secret and the key behind a file of the configuration. */
function secretKeyAt(path: string, { secrets }: Connected<KafkaSection>): { name: string; key: string } {
  for (const { what, secretName, keys } of secrets) {
    const key = keys.find((candidate) => secretPath(what, candidate) === path);
    if (key !== undefined) return { name: secretName, key };
  }
  throw new TypeError(`${path} is in no Secret of the connection to Kafka`);
}
