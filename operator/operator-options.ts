/** What the operator is told when it is started. */
export interface OperatorOptions {
  /** Of the pods it makes. */
  readonly image: string;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  readonly imagePullSecret: readonly string[];
  /** Of metrics and probes. */
  readonly port: number;
  readonly logLevel: string;
  /** Namespaces whose resources are reconciled; none: all. */
  readonly watchNamespace: readonly string[];
  /** False: this process is told to be the only one. */
  readonly leaderElection: boolean;
  readonly kubeconfig?: string;
}

export const imagePullPolicies = ["Always", "IfNotPresent", "Never"] as const;
