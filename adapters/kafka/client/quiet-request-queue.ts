import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const original = RequestQueue.prototype.scheduleCheckPendingRequests;

/**
 * kafkajs sets a timer in the past after every answer, even with nothing queued: Node ≥ 20 prints a
 * TimeoutNegativeWarning, and each request costs a timer. Only a queue that holds something needs to be looked at.
 */
export function quietRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(
    this: typeof RequestQueue.prototype,
  ) {
    if (this.pending.length > 0) original.call(this);
  };
}
