/** Options of the `topology` connector, and the numbers its parts work with. */
import { type Static, Type } from 'typebox';
import type { FrameSettings } from '../../contract/frame.ts';
import type { IdentityRules } from '../../contract/identity-rules.ts';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import type { CorrelationOptions } from '../../correlate/options.ts';
import { durationOption, optionGroup, sizeOption } from '../../lib/options.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';
import type { Naming } from '../../normalize/identity/naming.ts';
import type { ChangeLogOptions } from '../../storage/changes/change-log.ts';
import { checkHistory, type HistoryKept, historyGroup, historyKept } from './history-options.ts';
import { checkIdentity, identityOptions, identityRules, namingOf } from './identity-options.ts';
import { checkLifecycle, lifecycleOptions, lifecycleSettings } from './lifecycle-options.ts';

const count = (preset: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: preset, minimum, maximum, description });
/** What was counted at an `(other)` node stays there when a limit is raised; what is in the graph stays when one is lowered. */
const limit = (preset: number, maximum: number, description: string) =>
  Type.Integer({ default: preset, minimum: 10, maximum, description, 'x-reload': 'forward' });

export const topologyConfig = optionGroup({
  correlation: optionGroup(
    {
      wait: durationOption({
        default: '10s',
        minimum: '100ms',
        maximum: '10m',
        'x-reload': 'live',
        description: 'How long a span waits for the other half of its interaction before it is decided alone.',
      }),
      late: durationOption({
        default: '5m',
        minimum: '0s',
        maximum: '24h',
        'x-reload': 'live',
        description:
          'How long after that a partner may still come and correct the decision; repeated spans are told for as long.',
      }),
      message_wait: durationOption({
        default: '24h',
        minimum: '1s',
        maximum: '14d',
        'x-reload': 'live',
        description:
          'How long a message is remembered by its position or id, for consumers without context and for redeliveries.',
      }),
      max_pending: count(
        1_000_000,
        1_000,
        50_000_000,
        'Spans remembered within `wait`, at most; the oldest are decided early.',
      ),
      max_late: count(5_000_000, 0, 200_000_000, 'Decisions that a late partner may still correct, at most.'),
      max_messages: count(
        10_000_000,
        0,
        200_000_000,
        'Positions and ids of messages remembered, at most. With storage each takes about 7 bytes of memory and 40 of the disk, but for the newest; without, see `max_messages_in_memory`.',
      ),
      max_messages_in_memory: count(
        2_000_000,
        0,
        200_000_000,
        'Positions and ids of messages remembered without storage, at most, 45 bytes of memory each, taken as they come.',
      ),
      max_records: count(
        10_000_000,
        0,
        200_000_000,
        'Records and row changes remembered within `message_wait` to tell repeated ones, at most, 8 bytes each.',
      ),
      max_seen: count(20_000_000, 0, 500_000_000, 'Spans remembered to tell a repeated delivery, at most.'),
    },
    'Which spans belong together.',
  ),
  weights: optionGroup(
    {
      half_life: durationOption({
        default: '1h',
        minimum: '1s',
        maximum: '365d',
        'x-reload': 'live',
        description: 'After this time without traffic the rate of an edge has fallen by half.',
      }),
    },
    'How edges are weighed.',
  ),
  lifecycle: lifecycleOptions,
  identity: identityOptions,
  changes: optionGroup(
    {
      keep: durationOption({
        default: '30d',
        minimum: '1h',
        maximum: '400d',
        'x-reload': 'live',
        description: 'How long changes can be read. Without storage the newest 10,000 are kept in memory.',
      }),
      max_bytes: sizeOption({
        default: '256MiB',
        minimum: '1MiB',
        maximum: '16GiB',
        'x-reload': 'live',
        description: 'Of their files, at most: beyond it the oldest changes go before their time.',
      }),
    },
    'What was told of the graph: the log of changes.',
  ),
  history: historyGroup,
  limits: optionGroup(
    {
      nodes: limit(
        20_000,
        1_000_000,
        'Nodes, at most: those named first, until others are used much more. The rest is counted at an overflow node of its kind.',
      ),
      edges: limit(200_000, 10_000_000, 'Edges, at most; what comes after is counted at an overflow edge of its kind.'),
      paths: Type.Integer({
        default: 100_000,
        minimum: 10,
        maximum: 10_000_000,
        description:
          'Distinct chains of nodes that traces took, at most, about 60 bytes each; what takes others is not counted as a path.',
        'x-reload': 'forward',
      }),
    },
    'How large the graph may grow.',
  ),
});

/** As a user writes it, with all defaults. */
export type TopologyConfig = Static<typeof topologyConfig>;

/** The same in milliseconds and entries. */
export interface TopologyOptions
  extends Omit<CorrelationOptions, 'onlyCluster' | 'offline'>,
    Omit<FrameSettings, 'onlyCluster' | 'lifecycle' | 'rules'> {
  readonly halfLifeMs: number;
  /** Of `maxMessages`, those of a service that keeps nothing on the disk. */
  readonly maxMessagesInMemory?: number;
  /** Tables of names have room as for so many nodes at least, so that names outside a small limit are told apart and counted. */
  readonly namesForNodes?: number;
  /** The defaults unless given. */
  readonly lifecycle?: LifeCycleSettings;
  readonly changes?: ChangeLogOptions;
  readonly history?: HistoryKept;
  /** As many edges as usual are in a slab of an image unless given, else 2^edgeSlabShift. */
  readonly edgeSlabShift?: number;
  /** Edges whose days are remembered, to tell when one is another; as many as usual unless given. */
  readonly maxProfiles?: number;
  /** None unless given. */
  readonly rules?: IdentityRules;
  readonly naming?: Naming;
}

const NAMES_FOR_NODES = 10_000;

export function topologyOptions({
  correlation,
  weights,
  lifecycle,
  identity,
  changes,
  history,
  limits,
}: TopologyConfig): TopologyOptions {
  const halfLifeMs = parseDuration(weights.half_life);
  return {
    waitMs: parseDuration(correlation.wait),
    lateMs: parseDuration(correlation.late),
    maxPending: correlation.max_pending,
    maxLate: correlation.max_late,
    maxSeen: correlation.max_seen,
    messageWaitMs: parseDuration(correlation.message_wait),
    maxMessages: correlation.max_messages,
    maxMessagesInMemory: correlation.max_messages_in_memory,
    maxRecords: correlation.max_records,
    halfLifeMs,
    maxProfiles: lifecycle.max_profiles,
    lifecycle: lifecycleSettings(lifecycle, halfLifeMs),
    changes: { keepMs: parseDuration(changes.keep), maxBytes: parseSize(changes.max_bytes) },
    history: historyKept(history),
    maxNodes: limits.nodes,
    maxEdges: limits.edges,
    maxPaths: limits.paths,
    namesForNodes: NAMES_FOR_NODES,
    outboxTables: identity.outbox_tables,
    rules: identityRules(identity),
    naming: namingOf(identity),
  };
}

/** What the schema cannot say. */
export function checkTopology({ identity, lifecycle, history }: TopologyConfig) {
  return [
    ...checkIdentity(identity).map(({ path, message }) => ({ path: ['identity', ...path], message })),
    ...checkLifecycle(lifecycle).map(({ path, message }) => ({ path: ['lifecycle', ...path], message })),
    ...checkHistory(history).map(({ path, message }) => ({ path: ['history', ...path], message })),
  ];
}
