/**
 * The newest changes in the thread of the API, for all streams: what was published goes to each as far as its reader
 * takes it. What is older is asked for, a page at a time. A slow reader costs nobody anything but himself.
 */
import type { Change } from '../../contract/change.ts';
import type { ChangePage } from '../../contract/change-feed.ts';
import type { MetricSample } from '../../contract/component.ts';
import { Newest } from '../../lib/newest.ts';
import { API_STREAM_GAPS, API_STREAMS } from '../../telemetry/metrics/api.ts';
import type { AskService } from '../questions.ts';

const MOST = 10_000;
const MOST_CHARACTERS = 16 << 20;
const HEARTBEAT_MS = 15_000;

/** A change as it is told: parsed once, for all who filter. */
export interface Told {
  readonly seq: number;
  readonly change: Change;
  /** An event of a stream. */
  readonly event: string;
}

export interface Reader {
  /** There is more, or may be. */
  advance(): void;
  /** Says that it is still there. */
  beat(): void;
  end(): void;
}

export class ChangeBoard {
  readonly readers = new Set<Reader>();
  /** Of all streams so far. */
  readonly gaps = { missed: 0, behind: 0 };
  private readonly ask: AskService;
  private readonly told = new Newest<Told>(0, {
    most: MOST,
    maxSize: MOST_CHARACTERS,
    sizeOf: ({ event }) => event.length,
  });
  private isAwaited = false;
  private readonly heart: NodeJS.Timeout;

  constructor(ask: AskService) {
    this.ask = ask;
    this.heart = setInterval(() => {
      for (const reader of this.readers) reader.beat();
    }, HEARTBEAT_MS).unref();
  }

  /** Published just now, the first of this number. */
  take(texts: readonly string[], first: number): void {
    for (const [i, text] of texts.entries()) this.told.push(first + i, toldOf(text));
    if (this.isAwaited || this.readers.size === 0) return;
    this.isAwaited = true;
    setImmediate(() => {
      this.isAwaited = false;
      for (const reader of this.readers) reader.advance();
    });
  }

  /** What the service says is the newest; what it publishes from then on is taken. */
  knows(newest: number): void {
    if (this.newest < newest) this.told.beginAt(newest + 1);
  }

  /** Undefined when it is not among the newest. */
  get(seq: number): Told | undefined {
    return this.told.get(seq);
  }

  /** As far as is known here; 0 before anything was. */
  get newest(): number {
    return Math.max(0, this.told.next - 1);
  }

  /** Undefined where there is nothing that tells changes. */
  page(after: number, limit: number): Promise<ChangePage | undefined> {
    return this.ask('changes', { after, limit });
  }

  samples(): readonly MetricSample[] {
    const gaps = Object.entries(this.gaps).map(([kind, value]) => ({ labels: { kind }, value }));
    return [API_STREAMS.sample(this.readers.size), API_STREAM_GAPS.samples(gaps)];
  }

  close(): void {
    clearInterval(this.heart);
    for (const reader of this.readers) reader.end();
  }
}

export function toldOf(text: string): Told {
  const change = JSON.parse(text) as Change;
  return { seq: change.seq, change, event: `id: ${change.seq}\nevent: ${change.type}\ndata: ${text}\n\n` };
}
