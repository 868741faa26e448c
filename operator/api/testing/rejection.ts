/** A resource that the API server must refuse, and what the user must read then. */
export interface Rejection {
  kind: "VelibPipeline" | "ModelTraining";
  /** `one` unless set. */
  name?: string;
  /** What is there before; the refused spec is then a change. */
  before?: object;
  /** The status beside it. */
  status?: object;
  spec: object;
  /** The field that the message names. */
  field: string;
  message: string;
}

/** A feed that is there as far as a schema can tell. */
export const gbfs = { url: "https://example.org/gbfs.json" };

const sources = [{ name: "oslo", gbfs }];

/** A refused spec in words: the smallest pipeline and what is wrong with it. */
export function pipeline(extra: object, field: string, message: string): Rejection {
  return {
    kind: "VelibPipeline",
    spec: { sources, ...extra },
    field: field === "" ? "spec" : `spec.${field}`,
    message,
  };
}

/** A refused change of a pipeline. */
export function change(before: object, after: object, field: string, message: string): Rejection {
  return { ...pipeline(after, field, message), before: { sources, ...before } };
}

/** A refused training: the smallest one and what is wrong with it. */
export function training(extra: object, field: string, message: string): Rejection {
  const spec = { pipelineRef: { name: "paris" }, logisticRegression: {}, ...extra };
  return { kind: "ModelTraining", spec, field: field === "" ? "spec" : `spec.${field}`, message };
}

/** The message of a union. */
export function oneOf(...members: string[]): string {
  return `exactly one of ${members.join(", ")} must be set`;
}
