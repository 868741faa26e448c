import type { Api } from "../../api/serving.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { namespaceOf } from "../backbone/backbone-names.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

type Expose = NonNullable<Api["expose"]>;

/** The Ingress or the HTTPRoute that leads from outside to a Service; none where the spec asks for none. */
export function apiExposure(pipeline: VelibPipeline, service: string, port: number): KubeObject[] {
  const { ingress, gateway } = pipeline.spec.api.expose ?? {};
  const metadata = { name: workloadNames(pipeline).of("api"), labels: workloadLabels(pipeline, "api") };
  if (ingress !== undefined) return [ingressObject(ingress, metadata, service, port)];
  if (gateway !== undefined) return [httpRoute(gateway, metadata, service, port)];
  return [];
}

/** Where the API answers inside the cluster. */
export function serviceUrl(pipeline: VelibPipeline): string {
  return `http://${workloadNames(pipeline).of("api")}.${namespaceOf(pipeline)}.svc/`;
}

/** Where readers find it: of a gateway it is not known whether it has a certificate, but one that has none is rare. */
export function exposedUrl({ spec }: VelibPipeline): string | null {
  const { ingress, gateway } = spec.api.expose ?? {};
  if (ingress !== undefined) return `${ingress.tlsSecretName === undefined ? "http" : "https"}://${ingress.host}/`;
  return gateway === undefined ? null : `https://${gateway.host}/`;
}

function ingressObject(
  { host, className, tlsSecretName, annotations }: NonNullable<Expose["ingress"]>,
  metadata: KubeObject["metadata"],
  service: string,
  port: number,
): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tlsSecretName === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
      rules: [
        {
          host,
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: port } } } }],
          },
        },
      ],
    },
  };
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.HTTPRoute */
function httpRoute(
  { host, gatewayRef }: NonNullable<Expose["gateway"]>,
  metadata: KubeObject["metadata"],
  service: string,
  port: number,
): KubeObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata,
    spec: {
      parentRefs: [gatewayRef],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/" } }],
          backendRefs: [{ name: service, port }],
          // The live stream is one answer without an end.
          timeouts: { request: "0s" },
        },
      ],
    },
  };
}
