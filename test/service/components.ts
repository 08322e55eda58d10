/** Small real components that write down what happens to them, and the settings and configuration around them. */

import { PassThrough } from 'node:stream';
import { Type } from 'typebox';
import type { Config } from '../../src/config/load.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { NO_CHANGES } from '../../src/contract/change-feed.ts';
import type {
  Component,
  ComponentFactory,
  ConnectorFactory,
  Consumers,
  ExtensionFactory,
  ProcessorFactory,
  ReceiverFactory,
  SpanSink,
} from '../../src/contract/component.ts';
import type { TopologyReader } from '../../src/contract/graph-view.ts';
import { NO_PAST } from '../../src/contract/past.ts';
import type { RecordConsumer } from '../../src/contract/record.ts';
import { DeltaSource } from '../../src/graph/delta-source.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';
import { createLogger, type LogLevel } from '../../src/telemetry/logger.ts';
import { EMPTY_STATS } from '../kits/view.ts';

/** Behaviour of one component, by id. */
export interface Behaviour {
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

export interface Workshop {
  readonly journal: string[];
  readonly factories: readonly ComponentFactory[];
  /** What each receiver was given, by id. */
  readonly consumers: ReadonlyMap<string, Consumers>;
}

const config = Type.Object({}, { additionalProperties: false });
const rest = { config, description: 'For tests.' };

export function createWorkshop(behaviours: Readonly<Record<string, Behaviour>> = {}): Workshop {
  const journal: string[] = [];
  const consumers = new Map<string, Consumers>();

  function recorder(id: string): Component {
    return {
      async start() {
        journal.push(`start ${id}`);
        await behaviours[id]?.start?.();
      },
      async stop() {
        await behaviours[id]?.stop?.();
        journal.push(`stop ${id}`);
      },
    };
  }

  const receiver: ReceiverFactory<unknown> = {
    ...rest,
    kind: 'receiver',
    type: 'source',
    signals: ['traces', 'logs', 'events'],
    create(settings, _, given) {
      consumers.set(settings.id, given);
      return recorder(settings.id);
    },
  };
  const extension: ExtensionFactory<unknown> = {
    ...rest,
    kind: 'extension',
    type: 'helper',
    create: settings => recorder(settings.id),
  };
  const gate: ProcessorFactory<unknown> = {
    ...rest,
    kind: 'processor',
    type: 'gate',
    signals: ['traces', 'logs', 'events'],
    create: settings => ({ ...recorder(settings.id), admit: () => void journal.push(`admit ${settings.id}`) }),
  };
  const connector: ConnectorFactory<unknown> = {
    ...rest,
    kind: 'connector',
    type: 'sink',
    takes: ['traces', 'logs', 'events'],
    gives: [],
    create: settings => ({
      ...recorder(settings.id),
      consumers: {
        traces: recordingSink(journal),
        records: recordingRecordSink(journal),
        positions: receiver => {
          journal.push(`positions ${receiver}`);
          return [];
        },
      },
      reader: EMPTY_GRAPH,
    }),
  };
  return { journal, factories: [receiver, extension, gate, connector], consumers };
}

const EMPTY_STORE = new GraphStore(new Identities(0), { maxNodes: 0, maxEdges: 0 });
const EMPTY_DELTAS = new DeltaSource(EMPTY_STORE, new PathTree(EMPTY_STORE, 0), () => ({
  changes: 0,
  asOfMs: 0,
  halfLifeMs: 1000,
  epoch: 0,
  groups: [],
  stats: EMPTY_STATS,
  diagnostics: [],
}));
const EMPTY_GRAPH: TopologyReader = {
  follow: receive => EMPTY_DELTAS.follow(receive),
  trace: () => [],
  tiers: () => [],
  checkup: () => ({ services: [], malformed: {} }),
  edgeCount: () => 0,
  storage: () => undefined,
  changes: NO_CHANGES,
  past: NO_PAST,
};

/** Writes down the calls; a span is told by its kind. */
function recordingSink(journal: string[]): SpanSink {
  return {
    begin: () => void journal.push('begin'),
    span: view => void journal.push(`span ${view.kind}`),
    filtered: view => void journal.push(`filtered ${view.kind}`),
    commit: () => {
      journal.push('commit');
      return { accepted: 0, rejected: 0, message: '' };
    },
    abort: reason => void journal.push(`abort ${reason}`),
  };
}

function recordingRecordSink(journal: string[]): RecordConsumer {
  return {
    ...recordingSink(journal),
    record: ({ topic }) => void journal.push(`record ${topic}`),
    progress: ({ next }) => void journal.push(`progress ${next}`),
  };
}

export function checkedConfig(text: string, factories: readonly ComponentFactory[]): Config {
  const around = { env: {}, readFile: () => '', sets: [] };
  const result = loadConfig({ ...around, sources: [{ name: 'test.yaml', text }], factories });
  if (result.config === undefined) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.config;
}

/** A JSON logger and the lines it wrote. */
export function createTestLogger(level: LogLevel = 'debug') {
  const output = new PassThrough();
  const text: string[] = [];
  output.on('data', chunk => text.push(String(chunk)));
  const lines = () =>
    text
      .join('')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Record<string, unknown>);
  return { logger: createLogger({ level, encoding: 'json' }, output), lines };
}
