import type { Notification, NotifiedEvent } from "./api/serving.ts";
import { type Clock, pause, wallClock } from "./runtime/clock.ts";
import type { EventRecorder } from "./runtime/event-recorder.ts";
import type { KubeApi } from "./runtime/kube-api.ts";
import type { LiveObject, ResourceType } from "./runtime/kube-object.ts";
import { isRecord } from "./runtime/kube-payload.ts";

/** What a webhook is told. */
export interface Notice {
  readonly event: NotifiedEvent;
  /** One line for people. */
  readonly message: string;
  readonly source?: string;
}

/** The body of the POST. */
export interface NoticeBody extends Notice {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339. */
  readonly time: string;
}

/** Tells webhooks what turned. Nothing waits for it; who does not take it is tried again some times. */
export interface Notifier {
  tell(regarding: LiveObject, to: readonly Notification[] | undefined, notice: Notice): void;
  /** Resolves when all is told or given up. */
  flush(): Promise<void>;
}

/** A POST of JSON; rejects when it is not answered with 2xx. */
export type PostJson = (url: string, body: unknown, headers: Record<string, string>) => Promise<void>;

export interface NotifierSettings {
  readonly api: KubeApi;
  readonly events: EventRecorder;
  readonly post: PostJson;
  readonly clock?: Clock;
}

/** Waits between the attempts, ms. */
const AGAIN_AFTER_MS = [1_000, 5_000, 25_000];
const secrets: ResourceType = { apiVersion: "v1", kind: "Secret", plural: "secrets", namespaced: true };

export function createNotifier({ api, events, post, clock = wallClock }: NotifierSettings): Notifier {
  const sending = new Set<Promise<void>>();
  const stopped = new AbortController();

  async function secretValue(namespace: string, { name, key }: { name: string; key: string }): Promise<string> {
    const secret = await api.get(secrets, { namespace, name });
    const value = isRecord(secret?.data) ? secret.data[key] : undefined;
    if (typeof value !== "string") throw new Error(`Secret ${name} has no key ${key}: create it`);
    return Buffer.from(value, "base64").toString("utf8").trim();
  }

  async function send(namespace: string, { webhook }: Notification, body: NoticeBody): Promise<void> {
    const { url, urlSecretKeyRef, bearerSecretKeyRef } = webhook;
    const address = url ?? (urlSecretKeyRef === undefined ? "" : await secretValue(namespace, urlSecretKeyRef));
    const token = bearerSecretKeyRef === undefined ? null : await secretValue(namespace, bearerSecretKeyRef);
    await post(address, body, token === null ? {} : { authorization: `Bearer ${token}` });
  }

  async function deliver(regarding: LiveObject, to: Notification, body: NoticeBody): Promise<void> {
    let problem = "";
    for (const waitMs of [0, ...AGAIN_AFTER_MS]) {
      await pause(clock, waitMs, stopped.signal);
      try {
        return await send(body.namespace, to, body);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    const note = `Webhook ${to.name} was not told of ${body.event}: ${problem}`;
    events.record(regarding, { type: "Warning", reason: "NotificationFailed", action: "Notify", note });
  }

  return {
    tell(regarding, to = [], notice) {
      const { name, namespace = "" } = regarding.metadata;
      const time = `${new Date(clock.date()).toISOString().slice(0, 19)}Z`;
      const body = { ...notice, kind: regarding.kind, namespace, name, time };
      for (const each of to.filter(({ events: wanted }) => wanted.includes(notice.event))) {
        const sent = deliver(regarding, each, body).finally(() => sending.delete(sent));
        sending.add(sent);
      }
    },
    async flush() {
      stopped.abort(new Error("the process ends"));
      while (sending.size > 0) await Promise.all(sending);
    },
  };
}

/** Plain POSTs, each within `timeoutMs`; the address, which may be a secret, stands in no message. */
export function httpPost(timeoutMs: number): PostJson {
  return async (url, body, headers) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => {
      throw new Error(`no answer from its address within ${timeoutMs / 1000} s`);
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  };
}
