/** What happens to files and lines, for the log and the counters. */
import type { Logger } from '../../contract/logger.ts';
import type { MalformedError } from '../../encodings/malformed.ts';
import { RepeatedLog } from '../../telemetry/repeated-log.ts';
import type { Counters } from './counters.ts';
import type { FileEvent, FollowWatcher } from './followed-files.ts';
import type { IntakeWatcher, LineResult } from './intake.ts';

const WARNED: readonly FileEvent[] = ['truncated', 'unreadable'];

export class FileLog implements IntakeWatcher, Pick<FollowWatcher, 'event'> {
  private readonly logger: Logger;
  private readonly counters: Counters;
  private readonly repeated: RepeatedLog;

  constructor(logger: Logger, counters: Counters) {
    this.logger = logger;
    this.counters = counters;
    this.repeated = new RepeatedLog(logger);
  }

  line(result: LineResult, path: string, at: number, error?: MalformedError): void {
    this.counters.line(result, error?.reason);
    if (result === 'taken') return;
    const what =
      result === 'skipped'
        ? 'a line was passed over: no pipeline that lists this receiver takes what it holds'
        : `a line cannot be read: ${error?.message}`;
    const level = result === 'skipped' ? 'info' : 'warn';
    this.repeated.say({ level, kind: result, sender: path, fields: { file: path, byte: at }, message: what });
  }

  event(event: FileEvent, path: string, detail: string): void {
    this.counters.event(event);
    if (event === 'unreadable') {
      const message = `a file cannot be read: ${detail}`;
      this.repeated.say({ level: 'warn', kind: event, sender: path, fields: { file: path }, message });
    } else this.logger[WARNED.includes(event) ? 'warn' : 'info']({ file: path }, `file ${event}: ${detail}`);
  }

  failed(error: Error): void {
    const event = { level: 'error', kind: 'failed', sender: error.message, fields: { error } } as const;
    this.repeated.say({ ...event, message: 'files could not be read on; another attempt follows' });
  }

  stop(): void {
    this.repeated.flush();
  }
}
