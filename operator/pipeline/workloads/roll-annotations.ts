/** What a pod was made from: hashes, and the texts of the restart annotations. */
export interface RollMarks {
  readonly configuration: string;
  readonly secrets: string;
  readonly configMaps: string;
  readonly template: string;
  /** Of what the operator's own release gives the pods beside the image. */
  readonly operator: string;
  readonly restartedAt: string;
}

const markNames = ["configuration", "secrets", "configMaps", "template", "operator", "restartedAt"] as const;

/** The annotation of a pod template behind each mark. */
const annotationOf: Record<(typeof markNames)[number], string> = {
  configuration: "velib.dev/configuration-hash",
  secrets: "velib.dev/secrets-hash",
  configMaps: "velib.dev/config-maps-hash",
  template: "velib.dev/template-hash",
  operator: "velib.dev/operator-hash",
  restartedAt: "velib.dev/restarted-at",
};

/** Why the operator replaces the pods of a component: the closed list of the reasons of its `Rolled` events. */
export const rollReasons = [
  /** The release, or the image it was told. */
  "ImageChanged",
  /** The sections of the configuration file that this component reads, or what is mounted into it. */
  "ConfigurationChanged",
  /** The content of a Secret that this component uses. */
  "SecretRotated",
  /** The content of a ConfigMap that this component was started with. */
  "ConfigMapChanged",
  /** What the user decides of its pods: spec.template. */
  "TemplateChanged",
  /** The annotation velib.dev/restartedAt, of all components or of this one. */
  "RestartRequested",
  /** Another release of the operator makes the pods otherwise. */
  "OperatorChanged",
] as const;
export type RollReason = (typeof rollReasons)[number];

const reasonOf: Record<keyof RollMarks, RollReason> = {
  configuration: "ConfigurationChanged",
  secrets: "SecretRotated",
  configMaps: "ConfigMapChanged",
  template: "TemplateChanged",
  restartedAt: "RestartRequested",
  operator: "OperatorChanged",
};

/** A pod template as far as it says what it was made from; the server's own fields may be in it too. */
export interface MarkedTemplate {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
}

export function rollAnnotations(marks: RollMarks): Record<string, string> {
  return Object.fromEntries(
    markNames.filter((mark) => marks[mark] !== "").map((mark) => [annotationOf[mark], marks[mark]]),
  );
}

/**
 * Why pods made from `before` are replaced by pods made from `after`, in the order of the closed list; empty when they
 * stay. `before` can be the live object: what others added to it is not compared.
 */
export function rollReasonsBetween(before: MarkedTemplate, after: MarkedTemplate): RollReason[] {
  const changed = new Set(
    markNames.filter((mark) => markIn(before, mark) !== markIn(after, mark)).map((mark) => reasonOf[mark]),
  );
  if (before.spec?.containers?.[0]?.image !== after.spec?.containers?.[0]?.image) changed.add("ImageChanged");
  return rollReasons.filter((reason) => changed.has(reason));
}

function markIn({ metadata }: MarkedTemplate, mark: keyof RollMarks): string | undefined {
  return metadata?.annotations?.[annotationOf[mark]];
}
