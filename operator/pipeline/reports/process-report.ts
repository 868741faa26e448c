import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { isRecord } from "../../runtime/kube-payload.ts";
import type { ObservedObjects } from "../backbone/observed-objects.ts";
import { secretKind } from "../backbone/partner-kinds.ts";
import { secretValues } from "../backbone/secret-files.ts";
import { serviceUrl } from "../workloads/api-exposure.ts";
import { httpPort } from "../workloads/service-config.ts";
import { podSelector } from "../workloads/workload-names.ts";
import { podsOf } from "./pipeline-pods.ts";
import type { GroupAnswer, SourceAnswer } from "./process-answers.ts";
import { type GetJson, parseBacklog, parseDeadLetters, parseSources } from "./process-answers.ts";

/** Components that work off the log. */
export const consumingComponents = ["aggregator", "archiver"] as const;
export type ConsumingComponent = (typeof consumingComponents)[number];

/** What the processes of a pipeline said of themselves. */
export interface ProcessReport {
  /** ms since the epoch. */
  readonly at: number;
  /** Null: the API was not asked, or did not answer. */
  readonly sources: readonly SourceAnswer[] | null;
  readonly deadLetters: ReadonlyMap<string, number> | null;
  /** No pod of a producer was left before the backlogs were asked for. */
  readonly producersGone: boolean;
  /** By component; absent where no pod answered. */
  readonly backlogs: ReadonlyMap<ConsumingComponent, readonly GroupAnswer[]>;
  /** Aggregators that were ready. */
  readonly readers: number;
}

/** Where the processes of a pipeline are reached. */
export interface ProcessAddresses {
  /** Base URL of the API, with a slash at its end. */
  api(pipeline: VelibPipeline): string;
  /** Base URL of the probes of a pod; null while it has no address. */
  pod(pod: KubeObject): string | null;
}

/** The addresses inside a cluster. */
export const clusterAddresses: ProcessAddresses = {
  api: serviceUrl,
  pod({ status }) {
    const ip = isRecord(status) ? status.podIP : undefined;
    if (typeof ip !== "string" || ip === "") return null;
    return `http://${ip.includes(":") ? `[${ip}]` : ip}:${httpPort}/`;
  },
};

export interface ReportQuestions {
  /** The API has a pod that is ready. */
  readonly askApi: boolean;
  /** Components with pods whose backlog matters. */
  readonly consumers: readonly ConsumingComponent[];
  /** Whether it matters that no producer is left. */
  readonly stopping: boolean;
  /** Aggregators that are ready. */
  readonly readers: number;
}

/** Asks the processes; who does not answer is left out. Rejects only when the API server does not answer. */
export async function askProcesses(
  deps: { api: KubeApi; getJson: GetJson; addresses: ProcessAddresses; now: () => number },
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  questions: ReportQuestions,
  signal: AbortSignal,
): Promise<ProcessReport> {
  const { getJson, addresses, now } = deps;
  const base = addresses.api(pipeline);
  const headers = readerHeaders(pipeline, observed);
  const ask = async <T>(url: string, parse: (answer: unknown) => T): Promise<T | null> =>
    getJson(url, headers, signal).then(parse, () => null);

  const producersGone =
    questions.stopping && (await podsOf(deps.api, pipeline, podSelector(pipeline, "producer"), signal)).length === 0;
  const [sources, deadLetters] = questions.askApi
    ? await Promise.all([
        ask(`${base}v1/sources`, parseSources),
        ask(`${base}v1/dead-letters?limit=1`, parseDeadLetters),
      ])
    : [null, null];
  const backlogs = new Map<ConsumingComponent, readonly GroupAnswer[]>();
  for (const component of questions.consumers) {
    const pods = await podsOf(deps.api, pipeline, podSelector(pipeline, component), signal);
    for (const url of pods.map(addresses.pod).filter((each) => each !== null)) {
      // any pod tells of the whole group
      const groups = await ask(`${url}backlog`, parseBacklog);
      if (groups === null) continue;
      backlogs.set(component, groups);
      break;
    }
  }
  return { at: now(), sources, deadLetters, producersGone, backlogs, readers: questions.readers };
}

/** The operator reads as the first of the readers: it has the Secret that names them. */
function readerHeaders({ spec }: VelibPipeline, observed: ObservedObjects): Record<string, string> {
  const name = spec.api.authentication?.bearerTokens.secretRef.name;
  const secret = name === undefined ? null : observed.get(secretKind, name);
  const [token] = secret === null ? [] : [...secretValues(secret).values()];
  return token === undefined ? {} : { authorization: `Bearer ${token.trim()}` };
}
