/**
 * Before the service listens, a scratch graph takes sample requests, so that the way of a span is compiled when the
 * first real one comes: a service that is started under load would let its first seconds of requests wait otherwise.
 */
import { setImmediate } from 'node:timers/promises';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { createSpanView } from '../../normalize/conventions/slots.ts';
import { Topology } from '../topology/topology.ts';
import { findMarks, markReplay, sampleRequests } from './sample-requests.ts';

const BEGIN_MS = Date.UTC(2025, 0, 1);
/** Small, so that every step up to the end of a wait is gone through. */
const SCRATCH = {
  waitMs: 100,
  lateMs: 1000,
  maxPending: 8192,
  maxLate: 8192,
  maxSeen: 65_536,
  halfLifeMs: 60_000,
  maxNodes: 1000,
  maxEdges: 1000,
};
/** A request of a hundred spans comes every so many milliseconds of scratch time. */
const STEP_MS = 2;
const REPLAYS_A_TURN = 4;

/** @param budgetMs how long it may take, about. */
export async function warmUp(budgetMs: number): Promise<void> {
  const requests = sampleRequests(BEGIN_MS);
  const marks = requests.map(findMarks);
  const view = createSpanView();
  let nowMs = BEGIN_MS;
  const { sink } = new Topology(SCRATCH, { now: () => nowMs }, false);
  const end = performance.now() + budgetMs;
  for (let replay = 1; performance.now() < end; replay++) {
    for (const [i, request] of requests.entries()) {
      markReplay(request, marks[i]!, replay);
      sink.begin();
      decodeTraces(request, view, sink);
      await sink.commit();
      nowMs += STEP_MS;
    }
    // Signals are heard.
    if (replay % REPLAYS_A_TURN === 0) await setImmediate();
  }
}
