/**
 * One process of a simulated world, from its start to its end: the real receiver's way from bytes to the journal, the
 * real topology and everything that keeps it. Only what the world gives a turn goes on.
 */
import { RetryableError } from '../../src/contract/errors.ts';
import type { Logger } from '../../src/contract/logger.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeLogsJson } from '../../src/encodings/otlp/logs-json.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import type { Turns } from '../../src/lib/turns.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { Admission } from '../../src/receivers/listener/admission.ts';
import type { Answer } from '../../src/receivers/listener/answer.ts';
import { RequestLog } from '../../src/receivers/listener/request-log.ts';
import { Counters } from '../../src/receivers/otlp/counters.ts';
import { Ingest } from '../../src/receivers/otlp/ingest.ts';
import type { Encoding } from '../../src/receivers/otlp/signal.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { DurableTopology } from '../../src/service/topology/durable.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { Keeper } from '../../src/storage/checkpoint/keeper.ts';
import type { LinkKeeper } from '../../src/storage/checkpoint/keeper-link.ts';
import type { DatabaseSource } from '../../src/storage/database-file.ts';
import { FrameEncoder } from '../../src/storage/frames/encoder.ts';
import { historyHere } from '../../src/storage/history/link.ts';
import type { HistorySource } from '../../src/storage/history/source.ts';
import { FaultyDisk } from '../storage/checkpoint/faulty-disk.ts';
import type { SimulatedDisk } from './disk.ts';
import type { Ledger } from './ledger.ts';
import type { HeardChanges } from './past.ts';

const STORAGE = { path: 'data', onCorruption: 'refuse', checkpointMs: 1, maxWaitingBytes: 20_000 } as const;
const SEGMENT_BYTES = 3000;
const BUFFER_BYTES = 1 << 15;
/** What the thread of the checkpoints ends of. */
export const OUT_OF_MEMORY = 'out of memory';
const BODY_BYTES = 1 << 16;

/** What goes on from life to life. */
export interface Surroundings {
  readonly disk: SimulatedDisk;
  readonly manifest: DatabaseSource;
  readonly history: HistorySource;
  readonly heard: HeardChanges;
  readonly ledger: Ledger;
  readonly wall: () => number;
  readonly monotonic: () => number;
}

export class Life {
  readonly problems: string[] = [];
  readonly topology: Topology;
  readonly durable: DurableTopology;
  readonly disk: FaultyDisk;
  state: 'recovering' | 'up' | 'stopping' | 'ended' = 'recovering';
  /** A start that was refused, and why. */
  refusal: Error | undefined;
  private readonly ingest: Ingest;
  private readonly surroundings: Surroundings;
  private readonly giving = new AbortController();
  private readonly turns: (() => void)[] = [];
  private readonly timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  private readonly toKeeper: (() => void)[] = [];
  private readonly fromKeeper: (() => void)[] = [];
  private endKeeper = () => {};
  private readonly connections = [{}, {}, {}];
  private readonly body = new Uint8Array(BODY_BYTES);

  constructor(surroundings: Surroundings, options: TopologyOptions) {
    this.surroundings = surroundings;
    const { disk, ledger, wall, monotonic } = surroundings;
    this.disk = new FaultyDisk(disk, () => Object.assign(new Error('the power is gone'), { code: 'EIO' }), true);
    const clock = { now: wall };
    this.topology = new Topology(options, clock, false);
    this.record(ledger, options);
    const turns: Turns = { monotonic, later: run => void this.turns.push(run) };
    const after = (ms: number, run: () => void) => void this.timers.push({ dueMs: monotonic() + ms, run });
    const parts = { disk: this.disk, keeper: this.keeper(), turns, after, clock, segmentBytes: SEGMENT_BYTES };
    const history = historyHere(surroundings.history, wall);
    this.durable = new DurableTopology(this.topology, STORAGE, this.logger(), {
      ...parts,
      history,
      bufferBytes: BUFFER_BYTES,
    });
    this.topology.keeper = this.durable;
    this.topology.changes.follow((texts, first) => surroundings.heard.hear(texts, first));
    this.ingest = this.receiver();
    this.durable.recover(this.giving.signal).then(
      () => this.recovered(),
      (error: Error) => {
        this.refusal = error;
        this.state = 'ended';
      },
    );
  }

  /** Undefined: nobody listens. @param sender number of its connection. */
  take(body: Uint8Array, encoding: Encoding, sender: number): Answer | Promise<Answer> | undefined {
    if (this.state !== 'up') return undefined;
    const early = this.ingest.refusal('traces');
    if (early !== undefined) return early;
    const bytes = this.body.subarray(0, body.length);
    bytes.set(body);
    const answer = this.ingest.traces(bytes, encoding, this.connections[sender % this.connections.length]!);
    // The memory is the next request's.
    bytes.fill(0xaa);
    return answer;
  }

  /** One thing that waits for its turn, or its time. */
  turn(): void {
    if (ran(this.turns)) return;
    const due = this.timers.findIndex(({ dueMs }) => dueMs <= this.surroundings.monotonic());
    if (due >= 0) this.timers.splice(due, 1)[0]!.run();
  }

  keeperTurn(answersFirst: boolean): boolean {
    return answersFirst ? ran(this.fromKeeper) || ran(this.toKeeper) : ran(this.toKeeper) || ran(this.fromKeeper);
  }

  /** Its thread is gone. */
  keeperEnds(): void {
    this.endKeeper();
  }

  /** SIGTERM. */
  stop(): void {
    if (this.state === 'stopping' || this.state === 'ended') return;
    this.giving.abort();
    if (this.state === 'recovering') return;
    this.state = 'stopping';
    this.end();
  }

  /** The fuse is blown: whatever it does now, nobody sees. */
  get isBlown(): boolean {
    return this.disk.changes >= this.disk.failsAt;
  }

  private recovered(): void {
    if (this.giving.signal.aborted) return this.end();
    this.state = 'up';
    this.surroundings.ledger.recovered(this.topology.journal.frames);
  }

  private end(): void {
    this.durable.stop().then(
      () => {
        this.state = 'ended';
      },
      (error: Error) => this.problems.push(`the stop failed: ${error.message}`),
    );
  }

  private record(ledger: Ledger, options: TopologyOptions): void {
    const { topology } = this;
    const { identities, plans, normalizer } = topology;
    const encoder = new FrameEncoder({ identities, plans, groups: normalizer.messaging.groups.names });
    const apply = topology.apply.bind(topology);
    ledger.begin(options);
    topology.apply = frame => {
      ledger.applied(frame, encoder);
      apply(frame);
    };
  }

  private keeper(): LinkKeeper {
    const { manifest, wall } = this.surroundings;
    return ({ take, ended }) => {
      let isThere = true;
      const say = (run: () => void) => this.fromKeeper.push(run);
      const end = (reason?: Error) => {
        isThere = false;
        say(() => ended(reason));
      };
      const parts = { path: STORAGE.path, disk: this.disk, source: manifest, now: wall, spareBytes: 0 };
      const keeper = new Keeper({ ...parts, answer: message => say(() => take(message)) });
      this.endKeeper = () => {
        if (isThere) end(new Error(OUT_OF_MEMORY));
      };
      return {
        send: message =>
          this.toKeeper.push(() => {
            if (!isThere) return;
            keeper.take(message);
            if (message.type === 'close') end();
          }),
      };
    };
  }

  private receiver(): Ingest {
    const codec = {
      traces: decodeTraces,
      tracesJson: decodeTracesJson,
      logs: decodeLogs,
      logsJson: decodeLogsJson,
      createView: createSpanView,
    };
    const consumers = { traces: this.topology.sink, logs: this.topology.logs };
    const log = new RequestLog('OTLP', this.logger(), undefined);
    return new Ingest(codec, consumers, new Counters('otlp'), log, new Admission(0));
  }

  /** What the program says is its own fault is a problem. */
  private logger(): Logger {
    return {
      debug() {},
      info() {},
      warn() {},
      error: (fields: object, message?: string) => {
        const { error } = fields as { error?: Error };
        if (error === undefined || error instanceof RetryableError || this.isBlown) return;
        this.problems.push(`${message}: ${error.stack}`);
      },
    };
  }
}

function ran(waiting: (() => void)[]): boolean {
  const next = waiting.shift();
  next?.();
  return next !== undefined;
}
