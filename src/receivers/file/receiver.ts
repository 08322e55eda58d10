/**
 * The receiver of files: looks for them when the system says that something changed, and every interval, and reads what
 * is new. What a pipeline refuses is read again; what was committed is never read again, also after a restart.
 */
import type { Component, Consumers, Reconfiguration, Settings } from '../../contract/component.ts';
import { RetryableError } from '../../contract/errors.ts';
import { type FileConfig, type FileOptions, toFileOptions } from './config.ts';
import { Counters } from './counters.ts';
import { FileLog } from './file-log.ts';
import { FolderWatch } from './folder-watch.ts';
import { FollowedFiles } from './followed-files.ts';
import { type CreateDecoder, Intake } from './intake.ts';
import { fromProgress, type Position } from './position.ts';

/** After a failure that says no delay of its own. */
const RETRY_MS = 1000;
/** Parts of one file that are read before it is another's turn. */
const PARTS_IN_TURN = 4;

export class FileReceiver implements Component {
  private options: FileOptions;
  private readonly settings: Settings;
  private readonly consumers: Consumers;
  private readonly counters: Counters;
  private readonly log: FileLog;
  private readonly intake: Intake;
  private readonly folders = new FolderWatch();
  private files: FollowedFiles | undefined;
  /** Options that a reload brought, until the next turn. */
  private next: FileOptions | undefined;
  private isStopping = false;
  private running: Promise<void> = Promise.resolve();

  constructor(settings: Settings, config: FileConfig, consumers: Consumers, createDecoder: CreateDecoder) {
    this.settings = settings;
    this.options = toFileOptions(config);
    this.consumers = consumers;
    this.counters = new Counters(settings.id);
    this.log = new FileLog(settings.logger, this.counters);
    this.intake = new Intake(settings.id, this.options, consumers, { createDecoder, watcher: this.log });
    settings.host.metrics(() => this.counters.collect());
  }

  start(): void {
    const stored = this.consumers.positions?.(this.settings.id) ?? [];
    this.follow(new Map(stored.map(at => [at.topic, fromProgress(at)])));
    this.running = this.run();
  }

  /** What is being read is finished first. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.folders.close();
    await this.running;
    await this.files?.close();
    this.log.stop();
  }

  /** Files that are followed and still asked for go on where they are. */
  reconfigure(config: FileConfig): Reconfiguration {
    const options = toFileOptions(config);
    const commit = () => {
      this.next = options;
      this.folders.wake();
    };
    return { commit, rollback: () => {} };
  }

  private follow(known: Map<string, Position>): void {
    const moved = (path: string, position: Position) => this.intake.keep(path, position);
    const event = this.log.event.bind(this.log);
    this.files = new FollowedFiles(this.options, known, { event, moved });
    this.folders.watch(this.options.include);
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      const waitMs = await this.turn();
      if (!this.isStopping) await this.folders.changed(waitMs);
    }
  }

  private get goesOn(): boolean {
    return !this.isStopping && this.next === undefined;
  }

  private async exchange(options: FileOptions): Promise<void> {
    this.next = undefined;
    this.options = options;
    this.intake.setOptions(options);
    const known = this.files!.positions();
    await this.files!.close();
    this.follow(known);
  }

  /** Looks, and reads what is there. Returns how long to wait for the next turn. */
  private async turn(): Promise<number> {
    try {
      if (this.next !== undefined) await this.exchange(this.next);
      await this.files!.look();
      while (this.goesOn && (await this.readOn()));
      return this.options.pollMs;
    } catch (error) {
      if (error instanceof RetryableError) return error.retryAfterSeconds * 1000;
      this.log.failed(error as Error);
      return RETRY_MS;
    } finally {
      this.count();
    }
  }

  /** Reads on in each file; false when there was nothing. */
  private async readOn(): Promise<boolean> {
    let hasRead = false;
    for (const file of this.files!.files.values()) {
      for (let part = 0; part < PARTS_IN_TURN && this.goesOn; part++) {
        const read = await file.next(performance.now());
        if (read === undefined) break;
        await this.intake.take(file.path, read.chunk, upTo => {
          this.counters.bytes += upTo.position.offset - read.reader.position.offset;
          read.reader.advance(upTo);
        });
        hasRead = true;
      }
    }
    return hasRead;
  }

  private count(): void {
    const { counters } = this;
    const files = this.files!;
    counters.followed = files.files.size;
    counters.waiting = files.waiting;
    counters.lagBytes = files.lagBytes;
  }
}
