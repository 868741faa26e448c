import { nonRoot, testImage } from "./project-image.ts";

const port = 8090;

/** A portal in the namespace that serves a made-up city whose data moves every second: a pod, and a Service for it. */
export function simulatedFeed(namespace: string, stations: number): object[] {
  const labels = { app: "feed" };
  const container = {
    name: "feed",
    image: testImage,
    imagePullPolicy: "IfNotPresent",
    args: ["simulate", "--host", "0.0.0.0", "--stations", String(stations), "--speed", "60"],
    ports: [{ containerPort: port }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    ...nonRoot.container,
  };
  const metadata = { name: "feed", namespace };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...nonRoot.pod, containers: [container] } },
      },
    },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port }] } },
  ];
}

/** The source of a pipeline that polls it each second. */
export const feedSource = {
  name: "simulated",
  opendatasoft: { url: `http://feed:${port}`, dataset: "velib-disponibilite-en-temps-reel", interval: "1s" },
};
