/**
 * The component contract, in the idiom of the OpenTelemetry Collector: a factory per type, one definition of its
 * options, `create` without side effects, `start` (sinks first), `stop` (sources first; drains what was accepted).
 */
import type { TSchema } from 'typebox';
import type { Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Clock } from './clock.ts';
import type { LogConsumer, SpanConsumer } from './consumer.ts';
import type { ExporterStatus } from './exporter-status.ts';
import type { TopologyReader } from './graph-view.ts';
import type { Logger } from './logger.ts';
import type { ReceiverStatus } from './receiver-status.ts';
import type { Progress, RecordConsumer } from './record.ts';
import type { SpanView } from './span-view.ts';
import type { StorageOptions, StorageStatus } from './storage.ts';
import type { Tracer } from './tracer.ts';

export type Signal = 'traces' | 'logs' | 'events' | 'changes' | 'metrics';
export type ComponentKind = 'receiver' | 'processor' | 'connector' | 'exporter' | 'extension';

export interface Component {
  /** Called once. Throws a `StartError` when the component cannot work (busy port, unreadable file). */
  start(): Promise<void> | void;
  /** Called once, also after a failed start: stops taking in, finishes what was accepted, frees everything. */
  stop(): Promise<void> | void;
  /**
   * At a reload that changed its options: prepares the change, without an effect yet. Undefined: it cannot be made in
   * place, and another instance is to take its place. Throws a `StartError` when it cannot be made at all.
   */
  reconfigure?(config: unknown): Prepared | Promise<Prepared>;
  /** At a reload that left its options as they are: reads again the files that they name (certificates). */
  refresh?(): Prepared | Promise<Prepared>;
}

type Prepared = Reconfiguration | undefined;

/** A prepared change of a running component; one of the two is called, once. */
export interface Reconfiguration {
  /** Makes it effective, between two requests; never throws. What is given up finishes in the promise. */
  commit(): Promise<void> | void;
  /** Gives up what was prepared: everything stays as it is. */
  rollback(): Promise<void> | void;
}

/** A failed start that is the user's to mend: `message` says what is wrong, `hint` what would be right. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What code passes to a component, beside the configuration a user writes. */
export interface Settings {
  /** Full id, e.g. `otlp` or `kafka/spans`. */
  readonly id: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly host: Host;
}

/** An address a component listens on, once bound. */
export interface Listener {
  readonly component: string;
  readonly protocol: 'grpc' | 'http';
  /** host:port as bound (never port 0). */
  readonly address: string;
  /** `mutual`: clients must show a certificate. */
  readonly tls: 'off' | 'on' | 'mutual';
  /** `token`: requests must carry one. */
  readonly auth: 'none' | 'token';
}

/** A number the program keeps about itself; the list of all is `telemetry/metrics/list.ts`. */
export interface MetricSample {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly MetricValue[];
}

export interface MetricValue {
  /** Of a histogram: cumulative counts by the label `le`, the sum, and the count. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The service as its components see it. */
export interface Host {
  /** Undefined where the program does not trace itself. */
  readonly tracer?: Tracer | undefined;
  /** Data is to be kept so, from the recovery on. */
  storeIn(options: StorageOptions): void;
  /** Undefined: nothing is kept. */
  storage(): StorageOptions | undefined;
  /** The topology connector; undefined until it was created. */
  topology(): TopologyReader | undefined;
  /** Announces a bound address for the start-up log and `/v1/status`; the function returned takes it back. */
  listening(listener: Listener): () => void;
  /** How a receiver does that fetches its data, for `/v1/status`. */
  receiver(id: string, status: () => ReceiverStatus): void;
  /** How an exporter of changes does, for `/v1/status`. */
  exporter(status: () => ExporterStatus): void;
  /** Registers a source of metrics, read at every scrape. */
  metrics(collect: () => readonly MetricSample[]): void;
  status(): ServiceStatus;
  /** Those of all components, and of the process. */
  collectMetrics(): Promise<readonly MetricSample[]>;
}

export interface ServiceStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly listeners: readonly Listener[];
  readonly pipelines: Readonly<
    Record<
      string,
      {
        readonly receivers: readonly string[];
        readonly processors: readonly string[];
        readonly exporters: readonly string[];
      }
    >
  >;
  /** By id, those that fetch their data. */
  readonly receivers: Readonly<Record<string, ReceiverStatus>>;
  /** Those of changes, one for each pipeline that they stand in. */
  readonly exporters: readonly ExporterStatus[];
  readonly configuration: ConfigurationStatus;
  /** Null where nothing is kept. */
  readonly storage: StorageStatus | null;
}

export const RELOAD_RESULTS = ['applied', 'unchanged', 'refused', 'failed'] as const;
/**
 * `refused`: the configuration is wrong or asks for a restart; `failed`: it could not be put into effect. After both,
 * everything runs as before.
 */
export type ReloadResult = (typeof RELOAD_RESULTS)[number];

export interface ReloadReport {
  readonly result: ReloadResult;
  /** What was wrong, each with its place. */
  readonly problems: readonly string[];
  /** `path: before → after`, without secrets. */
  readonly changed: readonly string[];
}

export interface ConfigurationStatus {
  /** When the configuration in force was read. */
  readonly loadedAt: string;
  readonly lastReload: (ReloadReport & { readonly at: string; readonly durationSeconds: number }) | null;
}

/** Attribute name → its slot in a `SpanView`; undefined when it has none. Names of one meaning share a slot. */
export interface SlotResolver {
  attribute(name: string): number | undefined;
  resource(name: string): number | undefined;
}

/** Names of attributes that a predicate reads. */
export interface ExtraAttributes {
  readonly span: readonly string[];
  readonly resource: readonly string[];
}

/** A processor is a predicate over a view or a change (drop, route) or a gate before decoding (memory limiter). */
export interface Processor extends Component {
  /** Names of attributes its predicate reads: each is given a slot, whether the conventions know it or not. */
  extraAttributes?(): ExtraAttributes;
  /**
   * Called once, before `start`, when every attribute asked for has its slot. When a reload moves slots, another instance
   * takes its place.
   */
  bindSlots?(slots: SlotResolver): void;
  /** False drops the span (it still carries its parent chain). */
  keepSpan?(view: SpanView): boolean;
  /** False: the exporters of the pipeline do not get it. The same for the same change, however often it is asked. */
  keepChange?(change: Change): boolean;
  /** Throws a `RetryableError` to refuse a request before it is decoded. */
  admit?(): void;
}

/**
 * What a receiver pushes into. A reload puts other consumers in their place, between two requests: a receiver reads the
 * members anew for each request, and what it read serves the one request whole.
 */
export interface Consumers {
  readonly traces?: SpanConsumer | undefined;
  readonly logs?: LogConsumer | undefined;
  readonly records?: RecordConsumer | undefined;
  /**
   * How far a receiver had read when what is kept was stored, by partition: the newest of each. There whenever one of the
   * consumers is; asked when the receiver starts, after the recovery.
   */
  readonly positions?: ((receiver: string) => readonly Progress[]) | undefined;
  /** There whenever `traces` or `logs` is: a view with a slot for every attribute that somebody behind them reads. */
  readonly createView?: (() => SpanView) | undefined;
}

/** What an exporter of changes reads: everything that is published, and which of it its pipeline lets through. */
export interface ChangeSource {
  readonly feed: ChangeFeed;
  /** A reload may change what is. */
  wants(change: Change): boolean;
  /** Pipeline and exporter: under which its place in the feed is kept. */
  readonly key: string;
}

/** Where a pipeline of traces ends. */
export interface SpanSink extends SpanConsumer {
  /** In place of `span`: a processor dropped it, so it only carries its parent chain (fate `filtered`). */
  filtered(view: SpanView): void;
}

export interface Sinks {
  readonly traces?: SpanSink;
  readonly logs?: LogConsumer;
  readonly records?: RecordConsumer;
  /** As `Consumers` offers them. */
  readonly positions?: (receiver: string) => readonly Progress[];
}

export interface Connector extends Component {
  readonly consumers: Sinks;
  readonly reader: TopologyReader;
  /**
   * Called once, when the starts of everything but the receivers were called: brings back what was kept, and resolves with
   * how many spans and records were taken in again for it. Throws a `StartError` when it cannot be; gives up, without an
   * error, when `signal` aborts.
   */
  recover?(signal: AbortSignal): Promise<number>;
}

export interface ConfigProblem {
  /** Below the component's key. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** An error when left out. */
  readonly severity?: 'error' | 'warning';
}

interface FactoryBase<C> {
  readonly type: string;
  /** One or two sentences for the docs. */
  readonly description: string;
  /** One definition: type, default, bounds, description, JSON Schema, docs table. */
  readonly config: TSchema;
  /** Problems a schema cannot say; may read files that the options name. */
  check?(config: C): readonly ConfigProblem[];
}

export interface ReceiverFactory<C> extends FactoryBase<C> {
  readonly kind: 'receiver';
  readonly signals: readonly Signal[];
  create(settings: Settings, config: C, consumers: Consumers): Component;
}

export interface ProcessorFactory<C> extends FactoryBase<C> {
  readonly kind: 'processor';
  readonly signals: readonly Signal[];
  create(settings: Settings, config: C): Processor;
}

export interface ConnectorFactory<C> extends FactoryBase<C> {
  readonly kind: 'connector';
  /** Signals it takes as an exporter, and signals it gives as a receiver. */
  readonly takes: readonly Signal[];
  readonly gives: readonly Signal[];
  create(settings: Settings, config: C): Connector;
}

export interface ExporterFactory<C> extends FactoryBase<C> {
  readonly kind: 'exporter';
  readonly signals: readonly Signal[];
  /** One instance for each pipeline that it stands in. */
  create(settings: Settings, config: C, source: ChangeSource): Component;
}

export interface ExtensionFactory<C> extends FactoryBase<C> {
  readonly kind: 'extension';
  create(settings: Settings, config: C): Component;
}

export type ComponentFactory<C = unknown> =
  | ReceiverFactory<C>
  | ProcessorFactory<C>
  | ConnectorFactory<C>
  | ExporterFactory<C>
  | ExtensionFactory<C>;
