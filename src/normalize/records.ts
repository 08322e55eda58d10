/**
 * Record views → record rows. All that names of topics, tables and databases mean ends here, as with spans; what tells
 * one record or change from another goes on as hashes.
 */
import type { ObservationBatch } from '../contract/observation.ts';
import {
  CHANGE_OPERATIONS,
  RECORD_MARKERS,
  type RecordIdentity,
  type RecordView,
  type RowChange,
  type SpanContext,
} from '../contract/record.ts';
import {
  CHANGE_ONCE,
  CHANGE_OPERATION,
  CHANGE_OWNER,
  CHANGE_ROWS,
  CHANGE_TABLE,
  CHANGE_TIME,
  CHANGE_TRANSACTION,
  CONTEXT,
  OUTBOX,
  RECORD_ID,
  RECORD_OFFSET,
  RECORD_ONCE,
  RECORD_ORIGIN,
  RECORD_PRODUCER,
  RECORD_SHAPE,
  RECORD_TIME,
  RECORD_TOPIC,
  RECORD_TRANSACTION,
  type RecordRows,
  TRANSACTION_CONTEXT,
} from '../contract/record-rows.ts';
import { type Identities, SERVICE, TABLE, TOPIC } from '../lib/identities.ts';
import { cleanName } from '../lib/names.ts';
import { DEFAULT_SCHEMAS } from './conventions/systems.ts';
import { type Naming, NO_NAMING, TopicNames } from './identity/naming.ts';
import { exactName, fold, systemName } from './identity/stores.ts';
import { hashId, hashOffset } from './positions.ts';
import { SCHEMA_IS_DATABASE } from './tables.ts';

const SYSTEM = 'kafka';
/** Names that are known at once; more are made again. */
const MAX_KNOWN = 16_384;

export class RecordNormalizer {
  private readonly identities: Identities;
  private names = new TopicNames(NO_NAMING);
  private readonly known = new Map<string, number>();

  constructor(identities: Identities) {
    this.identities = identities;
  }

  /** From now on; what was read stays. */
  setNaming(naming: Naming): void {
    this.names = new TopicNames(naming);
    this.known.clear();
  }

  add(view: RecordView, identity: RecordIdentity, batch: ObservationBatch): void {
    const rows = batch.recordRows;
    const at = rows.pushRecord();
    const { words } = rows;
    const environment = cleanName(identity.environment).trim();
    if (view.context !== undefined) words.set(view.context, at + CONTEXT);
    rows.floats[(at + RECORD_TIME) >> 1] = view.timestampMs > 0 ? view.timestampMs * 1000 : 0;
    words[at + RECORD_SHAPE] = shapeOf(view);
    words[at + RECORD_TOPIC] = this.topic(view, view.topic, environment);
    words[at + RECORD_ORIGIN] = this.topic(view, view.originalTopic, environment);
    words[at + RECORD_PRODUCER] = this.service(view.producer, environment);
    writePosition(view, words, at);
    const told = view.transactionContext;
    if (told !== undefined) {
      hashTransaction(words, at + RECORD_TRANSACTION, told.source, told.transaction);
      words.set(told.context, at + TRANSACTION_CONTEXT);
    }
    for (let i = 0; i < view.changes.length; i++) this.addChange(view, view.changes[i]!, identity, rows, at);
  }

  private addChange(
    view: RecordView,
    change: RowChange,
    identity: RecordIdentity,
    rows: RecordRows,
    owner: number,
  ): void {
    const at = rows.pushChange();
    const words = rows.changeWords;
    if (change.context !== undefined) words.set(change.context satisfies SpanContext, at + CONTEXT);
    const timeMs = change.timeMs > 0 ? change.timeMs : view.timestampMs;
    rows.changeFloats[(at + CHANGE_TIME) >> 1] = timeMs > 0 ? timeMs * 1000 : 0;
    words[at + CHANGE_OPERATION] = CHANGE_OPERATIONS.indexOf(change.operation);
    words[at + CHANGE_ROWS] = change.rows;
    words[at + CHANGE_OWNER] = owner;
    words[at + CHANGE_TABLE] = this.table(change, identity);
    if (change.transaction !== '') hashTransaction(words, at + CHANGE_TRANSACTION, change.source, change.transaction);
    if (change.position === '') return;
    const { source, database, schema, table, position, operation } = change;
    const where = `${view.cluster}\0${view.topic}\0${source}\0${database}\0${schema}\0${table}`;
    hashId(words, at + CHANGE_ONCE, `${where}\0${position}\0${view.keyHash}\0${operation}`);
  }

  /** 0 for no name. */
  private topic({ cluster }: RecordView, name: string, environment: string): number {
    if (name === '') return 0;
    const key = `${environment}\0${cluster}\0${name}`;
    return this.known.get(key) ?? this.keep(key, this.internTopic(cluster, name, environment));
  }

  private internTopic(cluster: string, name: string, environment: string): number {
    const own = this.names.nameOf(SYSTEM, name);
    return own === '' ? 0 : this.identities.intern(TOPIC, environment, [SYSTEM, cleanName(cluster).trim(), own]);
  }

  private service(name: string, environment: string): number {
    const own = cleanName(name).trim();
    return own === '' ? 0 : this.identities.intern(SERVICE, environment, ['', own]);
  }

  private table(change: RowChange, { environment, databases }: RecordIdentity): number {
    const { source, database, schema, table } = change;
    if (table === '') return 0;
    const instance = Object.hasOwn(databases, source) ? databases[source]! : '';
    const key = `${environment}\0${change.system}\0${instance}\0${database}\0${schema}\0${table}`;
    return this.known.get(key) ?? this.keep(key, this.internTable(change, environment, instance));
  }

  /** Names of change data capture are those of the system's catalogue. */
  private internTable(change: RowChange, environment: string, instance: string): number {
    const system = systemName(change.system);
    const isFlat = SCHEMA_IS_DATABASE.has(system);
    const database = isFlat ? change.database || change.schema : change.database;
    const schema = isFlat ? '' : exactName(change.schema, system) || (DEFAULT_SCHEMAS.get(system) ?? '');
    return this.identities.intern(TABLE, cleanName(environment).trim(), [
      system,
      cleanName(instance).trim(),
      fold(database, system),
      schema,
      exactName(change.table, system),
    ]);
  }

  private keep(key: string, identity: number): number {
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(key, identity);
    return identity;
  }
}

function shapeOf({ marker, isOutbox }: RecordView): number {
  return (marker === undefined ? 0 : RECORD_MARKERS.indexOf(marker) + 1) | (isOutbox ? OUTBOX : 0);
}

/** Where the record stands, and what its message is called; ids made of offsets are offsets. */
function writePosition(view: RecordView, words: Int32Array, at: number): void {
  const { cluster, topic, incarnation, partition, offset } = view;
  const isKnown = topic !== '' && partition >= 0 && offset >= 0;
  if (isKnown) {
    hashOffset(words, at + RECORD_OFFSET, String(partition), offset);
    hashId(words, at + RECORD_ONCE, `${cluster}\0${topic}\0${incarnation}\0${partition}\0${offset}`);
  }
  const id = view.messageId.trim();
  const isSynthetic = isKnown && (id === String(offset) || id === `${topic}.${partition}.${offset}`);
  if (id !== '' && !isSynthetic) hashId(words, at + RECORD_ID, id);
}

/** Two words of a transaction of a source. */
export function hashTransaction(words: Int32Array, at: number, source: string, transaction: string): void {
  hashId(words, at, `${source}\0${transaction}`);
}
