/** What the receiver counts about files and lines. */
import type { MetricSample } from '../../contract/component.ts';
import { FILE_BYTES, FILE_EVENTS, FILE_LAG, FILE_LINES, FILE_MALFORMED, FILES } from '../../telemetry/metrics/file.ts';
import { FILE_EVENT_NAMES, type FileEvent } from './followed-files.ts';
import { LINE_RESULTS, type LineResult } from './intake.ts';

export class Counters {
  bytes = 0;
  followed = 0;
  waiting = 0;
  lagBytes = 0;
  private readonly receiver: string;
  private readonly lines = new Map<LineResult, number>(LINE_RESULTS.map(result => [result, 0]));
  private readonly events = new Map<FileEvent, number>(FILE_EVENT_NAMES.map(event => [event, 0]));
  private readonly malformed = new Map<string, number>();

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  /** @param reason of a malformed one, in snake_case. */
  line(result: LineResult, reason: string | undefined): void {
    this.lines.set(result, this.lines.get(result)! + 1);
    if (reason !== undefined) this.malformed.set(reason, (this.malformed.get(reason) ?? 0) + 1);
  }

  event(event: FileEvent): void {
    this.events.set(event, this.events.get(event)! + 1);
  }

  collect(): readonly MetricSample[] {
    const { receiver } = this;
    const by = (label: string, counts: ReadonlyMap<string, number>) =>
      [...counts].map(([name, value]) => ({ labels: { receiver, [label]: name }, value }));
    return [
      FILE_LINES.samples(by('result', this.lines)),
      FILE_BYTES.sample(this.bytes, { receiver }),
      FILE_MALFORMED.samples(by('reason', this.malformed)),
      FILE_EVENTS.samples(by('event', this.events)),
      FILES.samples([
        { labels: { receiver, state: 'followed' }, value: this.followed },
        { labels: { receiver, state: 'waiting' }, value: this.waiting },
      ]),
      FILE_LAG.sample(this.lagBytes, { receiver }),
    ];
  }
}
