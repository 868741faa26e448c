/** What the operator itself was told of the pods it makes. */
export interface WorkloadSettings {
  readonly image: string;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  /** Names of Secrets beside those of the templates. */
  readonly imagePullSecrets: readonly string[];
  /** The operator's own pods: they ask every process how it stands, which the network policies allow. */
  readonly operator: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

/**
 * What is to run now. A pipeline that is suspended stops in order: first it no longer produces, then, with the backlog
 * worked off, nothing consumes. The API goes on serving what there is.
 */
export interface Activity {
  readonly producing: boolean;
  readonly consuming: boolean;
}

export const running: Activity = { producing: true, consuming: true };
