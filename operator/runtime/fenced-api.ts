import type { CallOptions, KubeApi } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import { linkSignals } from "./linked-signal.ts";

/** Whether this process may write. */
export interface Fence {
  /** Asked before each write: a process that was suspended wakes up before its timers fire. */
  isHeld(): boolean;
  /** Aborts when the right to write is lost: ends the writes under way. */
  readonly lost: AbortSignal;
}

/** The API with its writes behind a fence: without the right to write they reject (`NotLeading`) and are not sent. */
export function fencedApi(api: KubeApi, fence: () => Fence | null): KubeApi {
  async function write<T, O extends CallOptions>(options: O, send: (options: O) => Promise<T>): Promise<T> {
    const current = fence();
    if (!current?.isHeld()) throw notLeading();
    const linked = linkSignals(options.signal, current.lost);
    try {
      return await send({ ...options, signal: linked.signal });
    } finally {
      linked.unlink();
    }
  }

  return {
    ...api,
    create: (type, object, options) => write(options, (fenced) => api.create(type, object, fenced)),
    apply: (type, object, options) => write(options, (fenced) => api.apply(type, object, fenced)),
    applyStatus: (type, object, options) => write(options, (fenced) => api.applyStatus(type, object, fenced)),
    patch: (type, key, change, options) => write(options, (fenced) => api.patch(type, key, change, fenced)),
    patchStatus: (type, key, body, options) => write(options, (fenced) => api.patchStatus(type, key, body, fenced)),
    delete: (type, key, options = {}) => write(options, (fenced) => api.delete(type, key, fenced)),
  };
}

function notLeading(): KubeApiError {
  const message = "not written: this process does not hold the lease (another leads, or it could not be renewed)";
  return new KubeApiError({ status: 0, reason: "NotLeading", message, retryable: true });
}
