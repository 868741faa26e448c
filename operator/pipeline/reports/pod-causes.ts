import Type, { type Static } from "typebox";
import Value from "typebox/value";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import { isTerminating, type LiveObject } from "../../runtime/kube-object.ts";
import { oneLine } from "../backbone/partner-status.ts";
import { componentLabel } from "../workloads/workload-names.ts";
import { podsOf } from "./pipeline-pods.ts";
import { type GetJson, parseUnreadiness } from "./process-answers.ts";
import type { ProcessAddresses } from "./process-report.ts";

const Ended = Type.Object({
  exitCode: Type.Integer(),
  reason: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
});

/** `PodStatus` of Kubernetes' core/v1, what is read of it. */
const PodStatus = Type.Object({
  conditions: Type.Optional(
    Type.Array(Type.Object({ type: Type.String(), status: Type.String(), message: Type.Optional(Type.String()) })),
  ),
  containerStatuses: Type.Optional(
    Type.Array(
      Type.Object({
        ready: Type.Boolean(),
        state: Type.Optional(
          Type.Object({
            waiting: Type.Optional(
              Type.Object({ reason: Type.Optional(Type.String()), message: Type.Optional(Type.String()) }),
            ),
            terminated: Type.Optional(Ended),
          }),
        ),
        lastState: Type.Optional(Type.Object({ terminated: Type.Optional(Ended) })),
      }),
    ),
  ),
});

/** A container waits for these on every start. */
const onTheWay = new Set(["ContainerCreating", "PodInitializing"]);

/** The answer of `/readyz` while a process is not ready. */
const NOT_READY = 503;

/**
 * Why pods of the components are not ready: in the words of the scheduler, of the kubelet, of a process that ended, or
 * of one that runs and says so at `/readyz`. Of a component's pods one is told, the same as long as nothing turns.
 * Absent where nothing is known. Rejects only when the API server does not answer.
 */
export async function podCauses(
  deps: { api: KubeApi; getJson: GetJson; addresses: ProcessAddresses },
  pipeline: VelibPipeline,
  components: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const causes = new Map<string, string>();
  for (const pod of await podsOf(deps.api, pipeline, {}, signal)) {
    const component = pod.metadata.labels?.[componentLabel] ?? "";
    if (!components.has(component) || isTerminating(pod)) continue;
    const found = seenFromOutside(pod);
    const cause = found === "ask" ? await ownWords(deps, pod, signal) : found;
    const before = causes.get(component);
    if (cause !== null && (before === undefined || cause < before)) causes.set(component, cause);
  }
  return causes;
}

/** Null: ready, or nothing is known yet; `ask`: its process runs and knows more. */
function seenFromOutside({ status }: LiveObject): string | null {
  if (!Value.Check(PodStatus, status)) return null;
  const { conditions = [], containerStatuses = [] } = status;
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return oneLine(`no node takes it: ${scheduled.message ?? ""}`);
  const container = containerStatuses.find(({ ready }) => !ready);
  if (container === undefined) return null;
  const { state = {}, lastState } = container;
  const ended = state.terminated ?? (state.waiting === undefined ? undefined : lastState?.terminated);
  if (ended !== undefined) return endOf(ended);
  if (state.waiting === undefined) return "ask";
  const { reason = "", message = "" } = state.waiting;
  return onTheWay.has(reason) ? null : oneLine(`${reason}: ${message}`);
}

/** Its last words, which the kubelet keeps: one line of a process that ends itself. */
function endOf({ exitCode, reason = "", message = "" }: Static<typeof Ended>): string | null {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  const words = lines.findLast((line) => line.startsWith("velib: ")) ?? lines.at(-1) ?? "";
  const how = reason === "" || reason === "Error" || reason === "Completed" ? "" : ` (${reason})`;
  return oneLine(`it ended with code ${exitCode}${how}${words === "" ? "" : `: ${words}`}`);
}

async function ownWords(
  { getJson, addresses }: { getJson: GetJson; addresses: ProcessAddresses },
  pod: LiveObject,
  signal: AbortSignal,
): Promise<string | null> {
  const url = addresses.pod(pod);
  if (url === null) return null;
  const answer = await getJson(`${url}readyz`, {}, signal, [NOT_READY]).then(parseUnreadiness, () => null);
  return answer === null ? null : oneLine(answer);
}
