import { readFileSync } from "node:fs";

/** A request as the API server's audit log has it. */
export interface AuditedRequest {
  /** Name of the service account. */
  user: string;
  verb: string;
  /** API group; "" is the core. */
  group: string;
  /** Plural, with the subresource behind a slash. */
  resource: string;
  name: string;
  /** HTTP status. */
  code: number;
  /** ms since the epoch. */
  from: number;
  to: number;
}

/** The requests of a namespace's service accounts, in the order in which they came. */
export function auditedRequests(file: string, namespace: string): AuditedRequest[] {
  const prefix = `system:serviceaccount:${namespace}:`;
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes(prefix))
    .map((line) => JSON.parse(line))
    .filter(({ objectRef }) => objectRef !== undefined)
    .map(({ user, verb, objectRef, responseStatus, requestReceivedTimestamp, stageTimestamp }) => ({
      user: String(user.username).slice(prefix.length),
      verb,
      group: objectRef.apiGroup ?? "",
      resource: [objectRef.resource, objectRef.subresource].filter(Boolean).join("/"),
      name: objectRef.name ?? "",
      code: responseStatus?.code ?? 0,
      from: Date.parse(requestReceivedTimestamp),
      to: Date.parse(stageTimestamp),
    }))
    .sort((a, b) => a.from - b.from);
}
