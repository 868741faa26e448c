import { type Static, Type } from "typebox";
import { exactlyOneOf } from "./cel-rules.ts";
import {
  Choice,
  Count,
  Duration,
  Flag,
  HttpUrl,
  KubernetesObject,
  Label,
  ListByKey,
  ObjectName,
  SecretKey,
  Section,
  Text,
  TextMap,
} from "./field-types.ts";

const Host = (description: string) =>
  Text(description, {
    pattern: "^[a-z0-9*]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$",
    expected: "a host name such as velib.example.org",
  });

/** The HTTP API and the console. */
export const Api = Section(
  "The HTTP API and the console",
  {
    replicas: Count("Processes", { default: 1, minimum: 0, maximum: 64 }),
    expose: Type.Optional(
      Section(
        "How it is reached from outside the cluster; by its Service only unless set",
        {
          ingress: Type.Optional(
            Section("By an Ingress", {
              host: Host("Its host name"),
              className: Type.Optional(ObjectName("Ingress class; the cluster's default one unless set")),
              tlsSecretName: Type.Optional(ObjectName("The Secret with its certificate; plain HTTP unless set")),
              annotations: Type.Optional(TextMap("Annotations of the Ingress, such as cert-manager's issuer")),
            }),
          ),
          gateway: Type.Optional(
            Section("By an HTTPRoute of the Gateway API", {
              host: Host("Its host name"),
              gatewayRef: Section("The Gateway it is attached to", {
                name: ObjectName("The Gateway's name"),
                namespace: Type.Optional(Label("Its namespace; the pipeline's unless set")),
                sectionName: Type.Optional(ObjectName("One of its listeners; all unless set")),
              }),
            }),
          ),
        },
        { rules: [exactlyOneOf("ingress", "gateway")] },
      ),
    ),
    authentication: Type.Optional(
      Section("Who may read; everybody who reaches it unless set", {
        bearerTokens: Section("Whoever knows one of a Secret's values", {
          secretRef: Section("Each key of the Secret names a reader, its value is the reader's token", {
            name: ObjectName("The Secret's name, in the pipeline's namespace"),
          }),
        }),
      }),
    ),
  },
  { default: {} },
);
export type Api = Static<typeof Api>;

const PickedUp = (description: string) =>
  Section(description, { labels: Type.Optional(TextMap("Labels by which it is picked up")) });

/** What a Prometheus and a Grafana get. */
export const Monitoring = Section("What a Prometheus and a Grafana get; each member only if set", {
  podMonitor: Type.Optional(
    Section("A PodMonitor for all processes", {
      interval: Duration("Time between scrapes", "30s"),
      labels: Type.Optional(TextMap("Labels by which it is picked up")),
    }),
  ),
  rules: Type.Optional(PickedUp("A PrometheusRule with the alerts")),
  dashboard: Type.Optional(PickedUp("A ConfigMap with the Grafana dashboard")),
});
export type Monitoring = Static<typeof Monitoring>;

/** What a webhook is told about. */
export const notifiedEvents = ["Stale", "Recovered", "Promoted", "JobFailed"] as const;
export type NotifiedEvent = (typeof notifiedEvents)[number];

const Webhook = Section(
  "A POST with JSON",
  {
    url: Type.Optional(HttpUrl("Its address")),
    urlSecretKeyRef: Type.Optional(SecretKey("Where its address is, if knowing it is enough to post")),
    bearerSecretKeyRef: Type.Optional(SecretKey("Where a token for the Authorization header is")),
  },
  { rules: [exactlyOneOf("url", "urlSecretKeyRef")] },
);

const Notification = Section("Who is told what", {
  name: Label("Its name"),
  webhook: Webhook,
  events: Type.Array(Choice("What it is told about, when it begins to be so", notifiedEvents), {
    description: "What it is told about; a source that stays stale is told once",
    "x-kubernetes-list-type": "set",
    minItems: 1,
    maxItems: notifiedEvents.length,
    default: [...notifiedEvents],
  }),
});
export type Notification = Static<typeof Notification>;

export const Notifications = ListByKey("Who is told when something turns", "name", Notification, { maxItems: 16 });

const Peers = (description: string) =>
  Type.Array(KubernetesObject("A NetworkPolicyPeer"), {
    description,
    maxItems: 32,
    "x-kubernetes-list-type": "atomic",
  });

/** Who may talk with whom. */
export const NetworkPolicy = Section(
  "NetworkPolicies: nothing but what the pipeline needs",
  {
    enabled: Flag("Make them; without effect where the cluster's network does not hold them", true),
    apiFrom: Type.Optional(Peers("Who may reach the API (NetworkPolicyPeers); everybody unless set")),
    metricsFrom: Type.Optional(
      Peers("Who may scrape metrics (NetworkPolicyPeers); every pod of the cluster unless set"),
    ),
    extraEgress: Type.Optional(
      Type.Array(KubernetesObject("A NetworkPolicyEgressRule"), {
        description: "What else the processes may reach (NetworkPolicyEgressRules)",
        maxItems: 32,
        "x-kubernetes-list-type": "atomic",
      }),
    ),
  },
  { default: {} },
);
export type NetworkPolicy = Static<typeof NetworkPolicy>;
