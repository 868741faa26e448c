import { type Static, Type } from "typebox";
import { exactlyOneOf, rule } from "./cel-rules.ts";
import { Choice, KubernetesObject, ListByKey, ObjectName, SecretKey, Section, Text, TextMap } from "./field-types.ts";

/** The processes that have a template of their own. */
export const templatedComponents = ["producer", "aggregator", "archiver", "api", "batch"] as const;
export type TemplatedComponent = (typeof templatedComponents)[number];

const amounts = (description: string) =>
  Type.Record(
    Type.String(),
    Type.Unsafe<number | string>({
      "x-kubernetes-int-or-string": true,
      pattern: "^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$",
    }),
    { description, maxProperties: 16 },
  );

const Resources = Section("What the container asks for and may use", {
  requests: Type.Optional(amounts("What it asks for: cpu, memory, …")),
  limits: Type.Optional(amounts("What it may use")),
});

const Toleration = Section("A taint that is no obstacle", {
  key: Type.Optional(Text("The taint's key; every one unless set", { maxLength: 317 })),
  operator: Choice("How it is compared", ["Equal", "Exists"], "Equal"),
  value: Type.Optional(Text("The taint's value", { maxLength: 63 })),
  effect: Type.Optional(Choice("Every one unless set", ["NoSchedule", "PreferNoSchedule", "NoExecute"])),
  tolerationSeconds: Type.Optional(Type.Integer({ description: "How long, for NoExecute; for ever unless set" })),
});

const Variable = Section(
  "A variable of the environment",
  {
    name: Text("Its name", {
      maxLength: 128,
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
      expected: "a name of letters, digits and underscores",
    }),
    value: Type.Optional(Type.String({ description: "Its value", maxLength: 8192 })),
    valueFrom: Type.Optional(
      Section(
        "Where its value is",
        {
          secretKeyRef: Type.Optional(SecretKey("In a Secret")),
          configMapKeyRef: Type.Optional(
            Section("In a ConfigMap", { name: ObjectName("The ConfigMap's name"), key: Text("The key in it") }),
          ),
        },
        { rules: [exactlyOneOf("secretKeyRef", "configMapKeyRef")] },
      ),
    ),
  },
  {
    rules: [
      exactlyOneOf("value", "valueFrom"),
      rule("!self.name.startsWith('VELIB_')", "names that begin with VELIB_ are the operator's own"),
    ],
  },
);

/** What of a pod the user decides. */
export function PodTemplate(description: string) {
  return Section(description, {
    labels: Type.Optional(TextMap("Labels beside the operator's own")),
    annotations: Type.Optional(TextMap("Annotations beside the operator's own")),
    resources: Type.Optional(Resources),
    env: Type.Optional(
      ListByKey("Variables of the environment, such as a proxy's address", "name", Variable, { maxItems: 64 }),
    ),
    nodeSelector: Type.Optional(TextMap("Labels a node must have")),
    tolerations: Type.Optional(
      Type.Array(Toleration, {
        description: "Taints that are no obstacle",
        maxItems: 32,
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    affinity: Type.Optional(KubernetesObject("An Affinity of Kubernetes")),
    topologySpreadConstraints: Type.Optional(
      Type.Array(KubernetesObject("A TopologySpreadConstraint of Kubernetes"), {
        description: "Instead of the operator's own, which prefers to spread over nodes and zones",
        maxItems: 16,
        "x-kubernetes-list-type": "atomic",
      }),
    ),
    priorityClassName: Type.Optional(ObjectName("Its priority class")),
    imagePullSecrets: Type.Optional(
      ListByKey("Secrets to pull the image with", "name", Section("A Secret", { name: ObjectName("Its name") }), {
        maxItems: 16,
      }),
    ),
  });
}
export type PodTemplate = Static<ReturnType<typeof PodTemplate>>;

/** Templates for all processes and for each. */
export const Templates = Section("What of the pods the user decides; a process's own member goes before all", {
  all: Type.Optional(PodTemplate("Every process")),
  producer: Type.Optional(PodTemplate("The producers")),
  aggregator: Type.Optional(PodTemplate("The aggregators")),
  archiver: Type.Optional(PodTemplate("The archivers")),
  api: Type.Optional(PodTemplate("The API")),
  batch: Type.Optional(PodTemplate("The batch runs on DuckDB")),
});
export type Templates = Static<typeof Templates>;
