/** Traffic of calls that nobody made before: each is one new edge between two new services. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from './sdk/service-process.ts';

const PAUSE_MS = 10;
const MS_TO_NS = 1_000_000n;

/** A call from one new service to another, both halves in one request. */
function newCall(number: number): object {
  const hex = number.toString(16);
  const traceId = hex.padStart(32, '1');
  const at = BigInt(Date.now()) * MS_TO_NS;
  const span = (kind: number, spanId: string, more: object) => ({
    ...{ traceId, spanId, name: 'GET /', kind, startTimeUnixNano: String(at), endTimeUnixNano: String(at + MS_TO_NS) },
    ...more,
  });
  const from = (service: string, one: object) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: [one] }],
  });
  const [client, server] = [hex.padStart(16, 'a'), hex.padStart(16, 'b')];
  return {
    resourceSpans: [
      from(`caller-${number}`, span(3, client, {})),
      from(`callee-${number}`, span(2, server, { parentSpanId: client })),
    ],
  };
}

/** One call after the other, each until it is acknowledged, at whatever process runs. */
export class NewCalls {
  acknowledged = 0;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(service: () => RunningService | undefined) {
    this.running = this.run(service);
  }

  end(): Promise<void> {
    this.isOver = true;
    return this.running;
  }

  private async run(service: () => RunningService | undefined): Promise<void> {
    while (!this.isOver) {
      const body = JSON.stringify(newCall(this.acknowledged + 1));
      while (!(await send(service(), body))) await sleep(PAUSE_MS);
      this.acknowledged++;
      await sleep(PAUSE_MS);
    }
  }
}

async function send(service: RunningService | undefined, body: string): Promise<boolean> {
  if (service === undefined) return false;
  const headers = { 'content-type': 'application/json' };
  const sent = fetch(`http://${service.http}/v1/traces`, { method: 'POST', headers, body });
  return sent.then(
    answer => answer.ok,
    () => false,
  );
}
