/** One condition of a status, as `metav1.Condition`. The list is a map by `type`. */
export interface Condition {
  type: string;
  status: ConditionStatus;
  /** CamelCase word from a closed list. */
  reason: string;
  /** For people; holds no relative times and no counters that change without an event, else the status never rests. */
  message: string;
  /** RFC 3339, seconds: when `status` last changed. */
  lastTransitionTime: string;
  /** `metadata.generation` that the condition speaks of. */
  observedGeneration: number;
}

export type ConditionStatus = "True" | "False" | "Unknown";

/** What a reconcile found; the times are set by `mergeConditions`. */
export interface Finding {
  type: string;
  status: ConditionStatus;
  reason: string;
  message: string;
}

/**
 * The new list: each finding in the place of its type, others of `current` kept in order unless `dropped` names them.
 * `lastTransitionTime` moves to `now` only where `status` changed (as the API conventions ask), so that an unchanged
 * finding gives an equal list and nothing is written.
 */
export function mergeConditions(
  current: readonly Condition[],
  findings: readonly Finding[],
  generation: number,
  now: Date,
  dropped: readonly string[] = [],
): Condition[] {
  const merged = new Map(
    current.filter(({ type }) => !dropped.includes(type)).map((condition) => [condition.type, condition]),
  );
  for (const { type, status, reason, message } of findings) {
    const before = merged.get(type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339Seconds(now);
    merged.set(type, { type, status, reason, message, lastTransitionTime, observedGeneration: generation });
  }
  return [...merged.values()];
}

/** Where a reconcile stands, in kstatus's terms. `reason` and `message` go into the conditions. */
export interface Progress {
  state: "Ready" | "Reconciling" | "Stalled";
  reason: string;
  message: string;
}

/**
 * `Ready`, `Reconciling` and `Stalled` as kstatus (sigs.k8s.io/cli-utils) reads them: current when Ready is True;
 * in progress while Reconciling is True; failed when Stalled is True. The two "abnormal-true" conditions are always
 * published, as False when they do not apply, so that every one of them is there from the first visit.
 */
export function kstatusFindings({ state, reason, message }: Progress): Finding[] {
  const finding = (type: Progress["state"]): Finding => {
    if (type === state) return { type, status: "True", reason, message };
    if (type === "Ready") return { type, status: "False", reason, message };
    return { type, status: "False", reason: state === "Ready" ? "Done" : `Is${state}`, message: "" };
  };
  return [finding("Ready"), finding("Reconciling"), finding("Stalled")];
}

/** The condition of a type, if it was ever published. */
export function conditionOf(conditions: readonly Condition[], type: string): Condition | null {
  return conditions.find((condition) => condition.type === type) ?? null;
}

/** `metav1.Time` has whole seconds; finer ones are cut by the server and would differ at each comparison. */
export function rfc3339Seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
