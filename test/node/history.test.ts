import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCommuterRecording } from "../e2e/commuter-recording.ts";
import { applyObjects, eventually, getJson, helm, kubectl, withPort } from "./cluster.ts";
import { bringUpDataServices, externalPipeline, serverSecrets } from "./external-pipeline.ts";
import { imageSettings, nonRoot, testImage } from "./project-image.ts";

const system = "velib-system";
const space = "history";
const day = "2024-11-07";

/** Until when windows can be final: the recording's last day. */
const recordedUntil = "2024-11-12T23:";

const Sources = Type.Object({
  sources: Type.Array(Type.Object({ final_until: Type.Union([Type.String(), Type.Null()]) })),
});
const Job = Type.Object({
  metadata: Type.Object({ name: Type.String() }),
  spec: Type.Object({
    template: Type.Object({
      spec: Type.Object({ containers: Type.Tuple([Type.Object({ args: Type.Array(Type.String()) })]) }),
    }),
  }),
});
const Day = Type.Object({
  outcome: Type.String(),
  observations: Type.Integer(),
  parquet: Type.Object({ path: Type.String(), rows: Type.Integer() }),
  reports: Type.Array(Type.Object({ name: Type.String(), outcome: Type.String() })),
});
const Scores = Type.Object({ brier: Type.Number() });
const Training = Type.Object({
  status: Type.Object({
    servingVersion: Type.String(),
    lastResult: Type.Object({ reason: Type.String(), candidate: Scores, persistence: Scores }),
  }),
});

let recording: string;

beforeAll(async () => {
  recording = mkdtempSync(join(tmpdir(), "velib-recording-"));
  await bringUpDataServices();
  await kubectl("create", "namespace", space);
  await kubectl("label", "namespace", space, "pod-security.kubernetes.io/enforce=restricted");
  await applyObjects(...serverSecrets(space));
  await helm(
    "install",
    "velib-operator",
    "charts/velib-operator",
    "-n",
    system,
    "--create-namespace",
    ...imageSettings,
    "--wait",
  );
  await loadRecording();
});

afterAll(async () => {
  rmSync(recording, { recursive: true });
  await kubectl("delete", "vp,mt", "--all", "-n", space, "--ignore-not-found", "--timeout=120s").catch(() => "");
  await helm("uninstall", "velib-operator", "-n", system, "--ignore-not-found", "--wait");
  await kubectl("delete", "namespace", space, system, "--ignore-not-found", "--timeout=180s");
});

describe("nine recorded days on a real node, in the order of their use", () => {
  it("are replayed from a volume into windows and history", async () => {
    const sources = [{ name: "suburb", replay: { claimName: "recordings", path: "commuters", pace: "max" } }];
    const batch = { timeZone: "Europe/Paris", storage: { volume: { size: "100Mi" } } };
    const aggregation = { window: "10m" };
    await applyObjects(externalPipeline(space, "suburb", { sources, batch, aggregation, deletionPolicy: "Delete" }));

    await kubectl("-n", space, "wait", "vp/suburb", "--for=condition=Ready", "--timeout=240s");

    await eventually("the last windows", () => reached(recordedUntil), 120_000);
  });

  it("become a day's files by a Job of the CronJob", async () => {
    const made = await kubectl(
      ...["-n", space, "create", "job", "one-day", "--from=cronjob/suburb-batch", "--dry-run=client", "-o", "json"],
    );
    const job = JSON.parse(made);
    Value.Assert(Job, job);
    job.spec.template.spec.containers[0].args.push("--day", day);
    await applyObjects(job);

    await kubectl("-n", space, "wait", "job/one-day", "--for=condition=Complete", "--timeout=120s");

    const { days } = Value.Parse(Type.Object({ days: Type.Array(Day) }), JSON.parse(await logsOf("job/one-day")));
    expect(days).toHaveLength(1);
    expect(days[0]).toMatchObject({
      outcome: "Written",
      parquet: { path: `parquet/day=${day}/suburb.parquet`, rows: days[0]?.observations },
      reports: [{ name: "zone-hours", outcome: "Written" }],
    });
    expect(days[0]?.observations).toBeGreaterThan(100);
  });

  it("train a model that serves as it beats persistence", async () => {
    await applyObjects({
      apiVersion: "velib.dev/v1alpha1",
      kind: "ModelTraining",
      metadata: { name: "suburb-full", namespace: space },
      spec: { pipelineRef: { name: "suburb" }, logisticRegression: { target: "Full", horizon: "60m" } },
    });

    await kubectl("-n", space, "wait", "mt/suburb-full", "--for=condition=Ready", "--timeout=180s");

    const { status } = Value.Parse(Training, await getJson("-n", space, "mt", "suburb-full"));
    const { reason, candidate, persistence } = status.lastResult;
    expect(reason).toBe("BetterThanPersistence");
    expect(candidate.brier).toBeLessThan(persistence.brier);
    expect(await kubectl("-n", space, "get", "mt")).toContain(status.servingVersion);
  });

  it("hold a version that is pinned", async () => {
    const { servingVersion } = Value.Parse(Training, await getJson("-n", space, "mt", "suburb-full")).status;

    await kubectl(
      ...["-n", space, "patch", "mt", "suburb-full", "--type=merge", "-p", `{"spec":{"pin":"${servingVersion}"}}`],
    );

    await kubectl(
      "-n",
      space,
      "wait",
      "mt/suburb-full",
      "--for=jsonpath={.status.lastResult.reason}=Pinned",
      "--timeout=120s",
    );
  });
});

/** Puts the recording into a volume: a ConfigMap, copied by a pod of the project's own image. */
async function loadRecording(): Promise<void> {
  const folder = writeCommuterRecording(recording);
  const files = ["recording.csv", "stations.csv"].map((name) => [name, readFileSync(join(folder, name), "utf8")]);
  const metadata = { name: "recordings", namespace: space };
  const copy = `const fs = require("node:fs"); fs.mkdirSync("/to/commuters", { recursive: true });
    for (const name of ["recording.csv", "stations.csv"])
      fs.copyFileSync("/from/" + name, "/to/commuters/" + name);`;
  await applyObjects(
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: Object.fromEntries(files) },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata,
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Mi" } } },
    },
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata,
      spec: {
        template: {
          spec: {
            restartPolicy: "Never",
            ...nonRoot.pod,
            containers: [
              {
                name: "copy",
                image: testImage,
                imagePullPolicy: "IfNotPresent",
                command: ["/nodejs/bin/node", "-e", copy],
                ...nonRoot.container,
                volumeMounts: [
                  { name: "from", mountPath: "/from" },
                  { name: "to", mountPath: "/to" },
                ],
              },
            ],
            volumes: [
              { name: "from", configMap: { name: "recordings" } },
              { name: "to", persistentVolumeClaim: { claimName: "recordings" } },
            ],
          },
        },
      },
    },
  );
  await kubectl("-n", space, "wait", "job/recordings", "--for=condition=Complete", "--timeout=120s");
}

async function reached(time: string): Promise<true | null> {
  return withPort(space, "suburb-api", 80, async (url) => {
    const { sources } = await fetchJson(Sources, `${url}/v1/sources`);
    const until = sources[0]?.final_until;
    return until != null && until >= time ? true : null;
  });
}

async function logsOf(what: string): Promise<string> {
  const text = await kubectl("-n", space, "logs", what);
  // The result is the last thing printed; the log's lines before it are objects on one line each.
  return text.slice(text.lastIndexOf("\n{\n") + 1);
}

async function fetchJson<Schema extends TSchema>(schema: Schema, url: string): Promise<Static<Schema>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return Value.Parse(schema, await response.json());
}
