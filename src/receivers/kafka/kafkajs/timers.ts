/**
 * kafkajs arms a timer for every answer, to see whether requests wait, also when none do; with a timeout below zero
 * that is thousands a second. An idle client has no such timers when they are armed only for what waits.
 */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let isPatched = false;

/** Of all clients of the process; may be called again. */
export function armTimersOnlyForWaiting(): void {
  if (isPatched) return;
  isPatched = true;
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
