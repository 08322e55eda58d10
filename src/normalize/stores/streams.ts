/**
 * Messaging over Redis: spans of a database whose commands are sends and receives. What they name is worked out once
 * per distinct command and found by its bytes afterwards.
 */
import { CLASS_MASK, CONSUMER, PRODUCER, SETTLE } from '../../contract/observation.ts';
import { type SpanView, VALUE_STRING } from '../../contract/span-view.ts';
import { type Identities, TOPIC } from '../../lib/identities.ts';
import { KeyTable } from '../../lib/key-table.ts';
import { ACCESS_CONSUME, ACCESS_PUBLISH, type Plan, type PlanTarget } from '../../lib/plans.ts';
import { KeyedCache } from '../cache-key.ts';
import { SPAN_SLOT } from '../conventions/slots.ts';
import { STORE_FAMILIES, type StoreFamily } from '../conventions/stores.ts';
import { NO_NAMING, TopicNames } from '../identity/naming.ts';
import type { ServiceEntry } from '../services.ts';
import { slotText } from '../slot-text.ts';
import { verbOf } from './commands.ts';
import { readStreamCommand } from './stream-commands.ts';

/** What a span does, and to which topics. */
export interface StreamWork {
  readonly operation: number;
  readonly topics: readonly number[];
  readonly group: number;
}

/** The name of the system that all speakers of its protocol share. */
const SYSTEM = 'redis';
const MAX_WORKS = 16_384;
const NOTHING = 0;
const newCache = (): KeyedCache => new KeyedCache(4096, 2 << 20);

const systemsWhere = (holds: (family: StoreFamily) => boolean): KeyTable =>
  new KeyTable([...STORE_FAMILIES].filter(([, family]) => holds(family)).map(([key]) => ({ key, slot: 0, rank: 0 })));

const COMMAND_SYSTEMS = systemsWhere(({ language }) => language === 'commands');
const STREAM_SYSTEMS = systemsWhere(({ verbs }) => verbs.has('xadd'));

/** True for a system whose statements are commands with arguments. */
export const takesCommands = (view: SpanView): boolean => isOneOf(view, COMMAND_SYSTEMS);

function isOneOf({ attributes, data }: SpanView, systems: KeyTable): boolean {
  const slot = SPAN_SLOT.dbSystem;
  if (attributes.type[slot] !== VALUE_STRING) return false;
  return systems.find(data, attributes.start[slot]!, attributes.end[slot]!) >= 0;
}

export class Streams {
  private readonly identities: Identities;
  private readonly groupNumber: (name: string) => number;
  private cache = newCache();
  private names = new TopicNames(NO_NAMING);
  private works: StreamWork[] = [];

  constructor(identities: Identities, groupNumber: (name: string) => number) {
    this.identities = identities;
    this.groupNumber = groupNumber;
  }

  /** From now on; what was read stays. */
  setNames(names: TopicNames): void {
    this.names = names;
    this.cache = newCache();
    this.works = [];
  }

  /** What a database span sends or receives; undefined when it is no messaging, or names no topic. */
  of(view: SpanView, service: ServiceEntry): StreamWork | undefined {
    if (!mayBeStream(view) || !isOneOf(view, STREAM_SYSTEMS)) return undefined;
    const values = view.attributes;
    this.cache.begin(0, service.environmentNumber, 0);
    this.cache.slot(view, values, SPAN_SLOT.dbOperation);
    this.cache.slot(view, values, SPAN_SLOT.dbStatement);
    const known = this.cache.find();
    if (known >= 0) return known === NOTHING ? undefined : this.works[known - 1];
    const work = this.read(view, service);
    if (work === undefined) this.cache.keep(NOTHING);
    else this.cache.keep(this.keep(work));
    return work;
  }

  private keep(work: StreamWork): number {
    if (this.works.length >= MAX_WORKS) {
      this.works = [];
      this.cache = newCache();
      return NOTHING;
    }
    return this.works.push(work);
  }

  private read(view: SpanView, service: ServiceEntry): StreamWork | undefined {
    const statement = slotText(view, view.attributes, SPAN_SLOT.dbStatement);
    if (statement.includes('\n')) return undefined;
    const verb = verbOf(slotText(view, view.attributes, SPAN_SLOT.dbOperation) || statement).toLowerCase();
    const use = readStreamCommand(verb, statement);
    if (use === undefined) return undefined;
    const topics = use.names.map(name =>
      this.identities.intern(TOPIC, service.environment, [SYSTEM, '', this.names.nameOf(SYSTEM, name)]),
    );
    return { operation: use.operation, topics: [...new Set(topics)], group: this.groupNumber(use.group) };
  }
}

/** A quick look: commands of messaging begin with `x`, `p` or `s`. */
function mayBeStream({ attributes, data }: SpanView): boolean {
  const statement = SPAN_SLOT.dbStatement;
  if (attributes.type[statement] !== VALUE_STRING) return false;
  const slot = attributes.type[SPAN_SLOT.dbOperation] === VALUE_STRING ? SPAN_SLOT.dbOperation : statement;
  const at = attributes.start[slot]!;
  if (attributes.end[slot]! - at < 4) return false;
  const [first, second] = [data.getUint8(at) | 0x20, data.getUint8(at + 1) | 0x20];
  if (first === X) return second === A || second === R || second === C;
  return first === P ? second === U || second === S : first === S && (second === U || second === S || second === P);
}

const [A, C, P, R, S, U, X] = [0x61, 0x63, 0x70, 0x72, 0x73, 0x75, 0x78];

/** One command over several topics: an edge of each. */
export function planOfStreams({ operation, topics, group }: StreamWork, target: PlanTarget): Plan {
  const publishes = (operation & CLASS_MASK) === PRODUCER;
  const effects = topics.map(node => ({
    node,
    access: publishes ? ACCESS_PUBLISH : ACCESS_CONSUME,
    verbs: [publishes ? 'send' : 'receive'],
    fromStatement: false,
    times: 1,
    group,
  }));
  return {
    target,
    tables: [],
    effects: (operation & CLASS_MASK) === SETTLE ? [] : effects,
    skipReason: '',
    gap: '',
    overflow: false,
  };
}

/** True for work that a row of messaging tells: of one topic. */
export function isOneMessage({ operation, topics }: StreamWork): boolean {
  const cls = operation & CLASS_MASK;
  return topics.length === 1 && (cls === PRODUCER || cls === CONSUMER || cls === SETTLE);
}
