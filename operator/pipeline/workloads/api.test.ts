import { describe, expect, it } from "vitest";
import { exposedUrl, serviceUrl } from "./api-exposure.ts";
import { contextOf, objectNamed, workloadObjects } from "./testing/workload-context.ts";

const gatewayRef = { name: "public", namespace: "gateways", sectionName: "https" };

describe("the API", () => {
  it("is reached by its Service, which sends to the pods of the API only", () => {
    const objects = workloadObjects({ api: { replicas: 2 } });

    expect(objectNamed(objects, "Service", "paris-api").spec).toMatchObject({
      selector: { "velib.dev/pipeline": "paris", "app.kubernetes.io/component": "api" },
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    });
    expect(objectNamed(objects, "PodDisruptionBudget", "paris-api").spec).toMatchObject({ maxUnavailable: 1 });
    expect(serviceUrl(contextOf().pipeline)).toBe("http://paris-api.bikes.svc/");
  });

  it.each([
    ["nothing", undefined, null],
    ["an Ingress", { ingress: { host: "velib.example.org" } }, "http://velib.example.org/"],
    [
      "an Ingress with a certificate",
      { ingress: { host: "velib.example.org", tlsSecretName: "certificate" } },
      "https://velib.example.org/",
    ],
    ["a gateway", { gateway: { host: "velib.example.org", gatewayRef } }, "https://velib.example.org/"],
  ])("exposed by %s is found there", (_, expose, url) => {
    expect(exposedUrl(contextOf({ api: { expose } }).pipeline)).toBe(url);
  });

  it("is exposed by an Ingress of the user's class, certificate and annotations", () => {
    const ingress = {
      host: "velib.example.org",
      className: "nginx",
      tlsSecretName: "certificate",
      annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
    };

    expect(objectNamed(workloadObjects({ api: { expose: { ingress } } }), "Ingress", "paris-api")).toMatchObject({
      metadata: { annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" } },
      spec: {
        ingressClassName: "nginx",
        tls: [{ hosts: ["velib.example.org"], secretName: "certificate" }],
        rules: [
          {
            host: "velib.example.org",
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: "paris-api", port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    });
  });

  it("is exposed by a route of the user's gateway", () => {
    const objects = workloadObjects({ api: { expose: { gateway: { host: "velib.example.org", gatewayRef } } } });

    expect(objectNamed(objects, "HTTPRoute", "paris-api").spec).toMatchObject({
      parentRefs: [gatewayRef],
      hostnames: ["velib.example.org"],
      rules: [{ backendRefs: [{ name: "paris-api", port: 80 }] }],
    });
  });
});
