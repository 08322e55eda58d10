/** Where items go: OTLP to a receiver of OTLP, records to one of records or to Kafka. */
import type { RawRecord } from '../../contract/record.ts';
import type { HttpTarget } from './http-target.ts';
import type { ReplayItem } from './item.ts';

/** Records that are sent in one request or call. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 2 ** 20;

export interface RecordTarget {
  /** How many were taken, and what is wrong with others. */
  send(records: readonly ReplayItem[]): Promise<{ readonly accepted: number; readonly problems: readonly string[] }>;
  close(): Promise<void>;
}

export interface RecordProducer {
  /** In their order. Throws when not all could be sent. */
  send(records: readonly RawRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface ReplayCounts {
  requests: number;
  records: number;
  refused: number;
}

export class Targets {
  readonly counts: ReplayCounts = { requests: 0, records: 0, refused: 0 };
  private readonly otlp: HttpTarget;
  private readonly records: RecordTarget;
  private readonly say: (problem: string) => void;
  private waiting: ReplayItem[] = [];
  private waitingBytes = 0;

  constructor(otlp: HttpTarget, records: RecordTarget, say: (problem: string) => void) {
    this.otlp = otlp;
    this.records = records;
    this.say = say;
  }

  async send(item: ReplayItem): Promise<void> {
    if (item.kind === 'record') return this.addRecord(item);
    await this.flush();
    const type = item.encoding === 'json' ? 'application/json' : 'application/x-protobuf';
    const { accepted, text } = await this.otlp.send(`/v1/${item.kind}`, item.bytes, type);
    if (accepted) this.counts.requests++;
    else this.refuse(text);
  }

  /** What waits is on its way: to be called before time passes. */
  async flush(): Promise<void> {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    this.waitingBytes = 0;
    const { accepted, problems } = await this.records.send(waiting);
    this.counts.records += accepted;
    for (const problem of problems) this.refuse(problem);
  }

  private async addRecord(item: ReplayItem): Promise<void> {
    this.waiting.push(item);
    this.waitingBytes += item.bytes.length;
    if (this.waiting.length >= MAX_RECORDS || this.waitingBytes >= MAX_BYTES) await this.flush();
  }

  private refuse(problem: string): void {
    this.counts.refused++;
    this.say(problem);
  }
}

/** To `/v1/records` of a service. */
export function eventsTarget(target: HttpTarget, topic: string): RecordTarget {
  const path = topic === '' ? '/v1/records' : `/v1/records?topic=${encodeURIComponent(topic)}`;
  return {
    async send(records) {
      const body = Buffer.concat(records.flatMap(({ bytes }) => [oneLine(bytes), LINE_END]));
      const { accepted, text } = await target.send(path, body, 'application/x-ndjson');
      if (!accepted) return { accepted: 0, problems: [text] };
      const report = JSON.parse(text) as { accepted: number; errors: readonly { reason: string }[] };
      return { accepted: report.accepted, problems: report.errors.map(({ reason }) => reason) };
    },
    close: async () => {},
  };
}

/** To the topics of a cluster. */
export function kafkaTarget(producer: RecordProducer, read: (document: Uint8Array) => RawRecord): RecordTarget {
  return {
    async send(items) {
      const records = items.map(({ bytes }) => read(bytes));
      const placed = records.filter(({ topic }) => topic !== '');
      const without = records.length - placed.length;
      const problems = without === 0 ? [] : [`${without} change events without a topic; name it with --topic`];
      try {
        if (placed.length > 0) await producer.send(placed);
        return { accepted: placed.length, problems };
      } catch (error) {
        return { accepted: 0, problems: [...problems, `${placed.length} records: ${(error as Error).message}`] };
      }
    },
    close: () => producer.close(),
  };
}

const LINE_END = Buffer.from('\n');

/** White space between lines of a document says nothing. */
function oneLine(document: Uint8Array): Uint8Array {
  if (!document.includes(0x0a)) return document;
  return Buffer.from(document).map(byte => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
}
