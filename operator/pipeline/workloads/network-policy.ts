import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { instanceLabel } from "../backbone/backbone-names.ts";
import type { BackboneConnections, Connection, NetworkPeer } from "../connections.ts";
import { backboneOf, httpPort } from "./service-config.ts";
import { sourceAddresses } from "./source-document.ts";
import { podLabel, podSelector, type WorkloadComponent, workloadLabels, workloadNames } from "./workload-names.ts";
import type { WorkloadSettings } from "./workload-settings.ts";

type Rule = Record<string, unknown>;

/** Every pod of the pipeline: nothing in, nothing out, but what other policies allow. */
export function denyAll(pipeline: VelibPipeline): KubeObject[] {
  if (!pipeline.spec.networkPolicy.enabled) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: workloadNames(pipeline).pipeline, labels: workloadLabels(pipeline) },
      spec: {
        podSelector: { matchLabels: { [podLabel]: instanceLabel(pipeline) } },
        policyTypes: ["Ingress", "Egress"],
      },
    },
  ];
}

/** What one component may do: be asked for its state and metrics, and reach what its configuration names. */
export function networkPolicy(
  pipeline: VelibPipeline,
  component: WorkloadComponent,
  connections: BackboneConnections,
  settings: WorkloadSettings,
): KubeObject[] {
  const { networkPolicy: asked } = pipeline.spec;
  if (!asked.enabled) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: workloadNames(pipeline).of(component), labels: workloadLabels(pipeline, component) },
      spec: {
        podSelector: { matchLabels: podSelector(pipeline, component) },
        policyTypes: ["Ingress", "Egress"],
        ingress: ingress(pipeline, component, settings),
        egress: [
          // DNS may be a pod, a host's address or outside: only its port is the same everywhere.
          { ports: [port(53, "UDP"), port(53)] },
          ...backboneOf[component].flatMap((name) => toPeers(connections[name])),
          ...(component === "producer" ? toSources(pipeline) : []),
          ...(asked.extraEgress ?? []),
        ],
      },
    },
  ];
}

function ingress(pipeline: VelibPipeline, component: WorkloadComponent, { operator }: WorkloadSettings): Rule[] {
  const { apiFrom, metricsFrom } = pipeline.spec.networkPolicy;
  const fromOperator = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": operator.namespace } },
    podSelector: { matchLabels: operator.labels },
  };
  const scrapers = metricsFrom ?? [{ namespaceSelector: {} }];
  const ports = [port(httpPort)];
  // The API serves its metrics on its own port: who may scrape it may read it.
  if (component === "api" && apiFrom === undefined) return [{ ports }];
  const readers = component === "api" ? (apiFrom ?? []) : [];
  return [{ ports, from: [fromOperator, ...readers, ...scrapers] }];
}

function toPeers(connection: Connection<unknown> | undefined): Rule[] {
  if (connection === undefined || connection.state === "waiting") return [];
  return connection.peers.map(toPeer);
}

function toPeer({ port: number, pods }: NetworkPeer): Rule {
  if (pods === undefined) return { ports: [port(number)] };
  return {
    ports: [port(number)],
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pods.namespace } },
        podSelector: { matchLabels: pods.labels },
      },
    ],
  };
}

/**
 * A policy knows addresses and no names, so that feeds are allowed by their ports. It is held against the port of the
 * pod: a feed that is a Service in the cluster with another target port needs `networkPolicy.extraEgress`.
 */
function toSources({ spec }: VelibPipeline): Rule[] {
  const addresses = spec.sources.flatMap(sourceAddresses);
  if (spec.users !== undefined) addresses.push(spec.users.randomUser.url);
  const ports = new Set(addresses.map(portOf));
  return ports.size === 0 ? [] : [{ ports: [...ports].sort((a, b) => a - b).map((number) => port(number)) }];
}

function portOf(address: string): number {
  const { port: given, protocol } = new URL(address);
  if (given !== "") return Number(given);
  return protocol === "http:" ? 80 : 443;
}

function port(number: number, protocol: "TCP" | "UDP" = "TCP"): Rule {
  return { port: number, protocol };
}
