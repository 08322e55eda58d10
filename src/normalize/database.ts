/**
 * Database spans → plans. What a plan needs is in a few slots; equal slots are equal plans, so the statement is read
 * once per distinct combination and found by its bytes afterwards. The statement's text is not kept beyond the cache.
 */
import { KIND_CLIENT, type SpanView, VALUE_STRING } from '../contract/span-view.ts';
import { type Identities, OVERFLOW_NAME } from '../lib/identities.ts';
import type { Plan, PlanGap, Plans, PlanTable, PlanTarget } from '../lib/plans.ts';
import { KeyedCache } from './cache-key.ts';
import { SPAN_SLOT } from './conventions/slots.ts';
import type { Loopback } from './identity/naming.ts';
import { storeOf } from './identity/stores.ts';
import { buildPlan, namesTable, overflowPlan } from './plan.ts';
import type { ServiceEntry } from './services.ts';
import { rangeText, slotList, slotText } from './slot-text.ts';
import { takesCommands } from './stores/streams.ts';
import { type SpanDatabase, tablesOf } from './tables.ts';

const DATABASE_SLOTS = [
  SPAN_SLOT.dbSystem,
  SPAN_SLOT.dbStatement,
  SPAN_SLOT.dbSummary,
  SPAN_SLOT.dbCollection,
  SPAN_SLOT.dbOperation,
];

/** Slots that decide a plan, beside the environment. */
const KEY_SLOTS = [
  SPAN_SLOT.dbSystem,
  SPAN_SLOT.dbNamespace,
  SPAN_SLOT.dbCollection,
  SPAN_SLOT.dbOperation,
  SPAN_SLOT.dbSummary,
  SPAN_SLOT.serverAddress,
  SPAN_SLOT.serverPort,
];
/** Where a store that is spoken to over HTTP may say what it does. */
const PATH_SLOTS = [SPAN_SLOT.dbPath, SPAN_SLOT.url, SPAN_SLOT.dbMethod, SPAN_SLOT.httpMethod];
/** Slots that count only where the better ones are missing. */
const FALLBACK_SLOTS = [
  SPAN_SLOT.socketAddress,
  SPAN_SLOT.socketPort,
  SPAN_SLOT.dbConnection,
  SPAN_SLOT.peerService,
  SPAN_SLOT.dbIndex,
];

const MAX_SYSTEMS = 256;
const newCache = (): KeyedCache => new KeyedCache(16384, 8 << 20);
const BLANK = 0x20;
const LINE_END = 0x0a;

export class Databases {
  private readonly identities: Identities;
  private readonly plans: Plans;
  private cache = newCache();
  /** What a loopback address means. */
  private loopback: Loopback = 'auto';
  /** Systems by which plans without a place are told apart. */
  private readonly systems = new Set<string>();
  private readonly merged = new Map<number, number>();

  constructor(identities: Identities, plans: Plans) {
    this.identities = identities;
    this.plans = plans;
  }

  /** From now on; what was read stays. */
  setLoopback(loopback: Loopback): void {
    if (loopback === this.loopback) return;
    this.loopback = loopback;
    this.cache = newCache();
  }

  /** True when the span carries database attributes. */
  speaksOf(view: SpanView): boolean {
    for (const slot of DATABASE_SLOTS) if (view.attributes.has(slot)) return true;
    return view.kind === KIND_CLIENT && view.attributes.has(SPAN_SLOT.dbNamespace);
  }

  /** Number of the span's plan. */
  plan(view: SpanView, service: ServiceEntry): number {
    const key = this.cache;
    const values = view.attributes;
    key.begin(service.environmentNumber, this.isOwn(service) ? service.identity : 0, view.kind === KIND_CLIENT ? 1 : 0);
    for (let i = 0; i < KEY_SLOTS.length; i++) key.slot(view, values, KEY_SLOTS[i]!);
    if (!values.has(SPAN_SLOT.serverAddress) || !values.has(SPAN_SLOT.dbNamespace)) {
      for (let i = 0; i < FALLBACK_SLOTS.length; i++) key.slot(view, values, FALLBACK_SLOTS[i]!);
    }
    if (values.has(SPAN_SLOT.dbInstanceName)) key.slot(view, values, SPAN_SLOT.dbInstanceName);
    this.keyStatement(view);
    const isWhole = values.has(SPAN_SLOT.dbCollection) && values.has(SPAN_SLOT.dbOperation);
    if (!isWhole && (values.has(SPAN_SLOT.url) || values.has(SPAN_SLOT.dbPath))) {
      for (let i = 0; i < PATH_SLOTS.length; i++) key.slot(view, values, PATH_SLOTS[i]!);
    }
    key.range(view, view.nameStart, nameEnd(view));
    const known = key.find();
    return known > 0 ? known : key.keep(this.intern(buildPlan(this.identities, ...this.read(view, service))));
  }

  private isOwn({ contained }: ServiceEntry): boolean {
    return this.loopback === 'auto' ? contained : this.loopback === 'service';
  }

  /** True when a plan does something on data. */
  does(plan: number): boolean {
    return this.plans.get(plan).skipReason === '';
  }

  /** Where the span's statement ran. */
  targetOf(view: SpanView, service: ServiceEntry): PlanTarget {
    return this.plans.get(this.plan(view, service)).target;
  }

  /** Number of a plan that is no statement's. */
  planOf(plan: Plan): number {
    return this.intern(plan);
  }

  /** Of one command only its verb tells something; what follows differs span by span. */
  private keyStatement(view: SpanView): void {
    const values = view.attributes;
    const slot = SPAN_SLOT.dbStatement;
    if (values.type[slot] !== VALUE_STRING || !takesCommands(view)) return this.cache.slot(view, values, slot);
    const end = values.end[slot]!;
    let stop = values.start[slot]!;
    while (stop < end && view.data.getUint8(stop) !== BLANK) stop++;
    for (let i = stop; i < end; i++) if (view.data.getUint8(i) === LINE_END) stop = end;
    this.cache.range(view, values.start[slot]!, stop);
  }

  /** The plan of an outer span whose unknown parts the plan of a nested span fills in. */
  merge(outer: number, inner: number): number {
    if (outer === inner) return outer;
    const key = outer * 2 ** 26 + inner;
    const known = this.merged.get(key);
    if (known !== undefined) return known;
    const plan = this.mergeUnknown(outer, inner);
    if (this.merged.size > 65_536) this.merged.clear();
    this.merged.set(key, plan);
    return plan;
  }

  private mergeUnknown(outer: number, inner: number): number {
    const [out, within] = [this.plans.get(outer), this.plans.get(inner)];
    if (out.tables.length === 0 && out.effects.length > 0 && !out.overflow) return outer;
    if (!out.overflow && !within.overflow) return this.intern(mergePlans(this.identities, out, within));
    return out.skipReason === '' && !namesTable(out) && namesTable(within) ? inner : outer;
  }

  private intern(plan: Plan): number {
    return this.plans.intern(plan) || this.plans.intern(overflowPlan(this.identities, plan, this.systemOf(plan)));
  }

  private systemOf({ target: { system } }: Plan): string {
    if (this.systems.size < MAX_SYSTEMS) this.systems.add(system);
    return this.systems.has(system) ? system : OVERFLOW_NAME;
  }

  private read(view: SpanView, service: ServiceEntry): [PlanTarget, readonly PlanTable[], string, PlanGap] {
    const values = view.attributes;
    const text = (slot: number) => slotText(view, values, slot);
    const { system, instance, database, schema } = storeOf(
      {
        system: text(SPAN_SLOT.dbSystem),
        namespace: text(SPAN_SLOT.dbNamespace) || text(SPAN_SLOT.dbIndex),
        instanceName: text(SPAN_SLOT.dbInstanceName),
        address: text(SPAN_SLOT.serverAddress),
        port: text(SPAN_SLOT.serverPort),
        connection: text(SPAN_SLOT.dbConnection),
        socketAddress: text(SPAN_SLOT.socketAddress),
        socketPort: text(SPAN_SLOT.socketPort),
        peerService: text(SPAN_SLOT.peerService),
      },
      service,
      this.loopback,
    );
    const span: SpanDatabase = {
      system,
      database,
      schema,
      collection: text(SPAN_SLOT.dbCollection),
      collections: slotList(view, values, SPAN_SLOT.dbCollection),
      operation: text(SPAN_SLOT.dbOperation),
      summary: text(SPAN_SLOT.dbSummary),
      statement: text(SPAN_SLOT.dbStatement),
      spanName: rangeText(view, view.nameStart, nameEnd(view)),
      path: text(SPAN_SLOT.dbPath) || text(SPAN_SLOT.url),
      method: text(SPAN_SLOT.dbMethod) || text(SPAN_SLOT.httpMethod),
    };
    const { tables, skipReason, gap, database: own = database } = tablesOf(span);
    const target = { environment: service.environment, system, instance, database: own };
    return [target, tables, skipReason, gap ?? ''];
  }
}

/** Only the beginning of a span's name says something of its work: names may hold whole statements. */
const NAME_BYTES = 32;
const nameEnd = (view: SpanView): number => Math.min(view.nameEnd, view.nameStart + NAME_BYTES);

/** The outer span's work, with the target parts (and, when it has none, the tables) of the inner. */
function mergePlans(identities: Identities, outer: Plan, inner: Plan): Plan {
  const target: PlanTarget = {
    environment: outer.target.environment || inner.target.environment,
    system: outer.target.system || inner.target.system,
    instance: outer.target.instance || inner.target.instance,
    database: outer.target.database || inner.target.database,
  };
  const bare = !namesTable(outer) && namesTable(inner);
  const { tables, gap } = bare ? inner : outer;
  return buildPlan(identities, target, tables, outer.skipReason, gap);
}
