/**
 * Records that cannot be read: counted, told with their place, copied to the dead-letter topic where there is one, and
 * passed over. Copies are sent beside the reading, which never waits for them; too many at once are dropped and counted.
 */
import type { ClientRecord, KafkaClient } from './client.ts';
import type { Counters } from './counters.ts';
import type { Partition } from './partition.ts';
import type { Problems } from './problems.ts';

const MAX_WAITING = 1000;
const MAX_AT_ONCE = 100;

type Letter = Omit<ClientRecord, 'offset'>;

export class Poison {
  /** The one in use; undefined while there is none. */
  client: KafkaClient | undefined;
  private readonly problems: Problems;
  private readonly counters: Counters;
  private readonly topic: string | undefined;
  private readonly waiting: Letter[] = [];
  private sending: Promise<void> | undefined;

  constructor(problems: Problems, counters: Counters, deadLetterTopic: string | undefined) {
    this.problems = problems;
    this.counters = counters;
    this.topic = deadLetterTopic;
  }

  record(at: Partition, record: ClientRecord, reason: string, message: string): void {
    this.count(at, record.offset, 1, reason, message);
    if (this.topic === undefined) return;
    if (this.waiting.length >= MAX_WAITING) {
      this.counters.deadLetters.dropped += 1;
      return;
    }
    const copy = copyOf(record);
    this.waiting.push({ ...copy, headers: [...copy.headers, ...origin(at, record.offset, reason, message)] });
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
    });
  }

  /** Records of which not even the bounds could be told. */
  count(at: Partition, offset: number, count: number, reason: string, message: string): void {
    const { poison } = this.counters.of(at.topic);
    poison.set(reason, (poison.get(reason) ?? 0) + count);
    const { topic, partition } = at;
    const what = count === 1 ? 'a record' : `${count} records`;
    const told = `${what} at ${topic}/${partition}/${offset} passed over (${reason}): ${message}`;
    this.problems.event('poison', topic, told, { topic, partition, offset, reason });
  }

  /** What waits is sent, or counted as failed. */
  async stop(): Promise<void> {
    await this.sending;
  }

  private async send(): Promise<void> {
    // Other records of the same batch come along.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const letters = this.waiting.splice(0, MAX_AT_ONCE);
      const outcome = await this.trySend(letters);
      this.counters.deadLetters[outcome] += letters.length;
    }
  }

  private async trySend(letters: readonly Letter[]): Promise<'sent' | 'failed'> {
    try {
      await this.client!.send(this.topic!, letters);
      this.problems.end('dead_letter', this.topic!);
      return 'sent';
    } catch (error) {
      const message = `dead letters cannot be sent to ${this.topic}: ${(error as Error).message}`;
      this.problems.begin('dead_letter', this.topic!, message);
      return 'failed';
    }
  }
}

/** What was fetched is overwritten before it is sent. */
function copyOf({ key, value, headers, ...rest }: ClientRecord): ClientRecord {
  const bytes = (some: Uint8Array | null) => some && Uint8Array.from(some);
  return {
    ...rest,
    key: bytes(key),
    value: bytes(value),
    headers: headers.map(one => ({ ...one, value: bytes(one.value) })),
  };
}

function origin({ topic, partition }: Partition, offset: number, reason: string, message: string) {
  const facts = { topic, partition, offset, reason, message };
  return Object.entries(facts).map(([key, value]) => ({
    key: `tacit-dead-letter-${key}`,
    value: Buffer.from(String(value)),
  }));
}
