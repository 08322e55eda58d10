/**
 * Span views → observation rows. Everything that semantic conventions say ends here; what goes on is keys, classes,
 * identities, times and counts. Works without allocating for what was seen before.
 */
import {
  ADJUSTED,
  BAD_PARENT,
  BATCH,
  CDC_SPAN,
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  DATABASE,
  DURATION,
  ERROR,
  FILTERED,
  GROUP,
  INSTANCE,
  INTERNAL,
  isKnownClass,
  LINK,
  LINK_OWNER,
  LINK_TOPIC,
  LOG,
  MESSAGES,
  NAMELESS,
  NEGATIVE_DURATION,
  type ObservationBatch,
  PARENT,
  PEER,
  PROCESS,
  PRODUCER,
  packDuration,
  REMOTE,
  ROW_WORDS,
  RPC,
  SCOPE_MASK,
  SCOPE_SHIFT,
  SERVER,
  SERVICE,
  SEVERAL,
  SHAPE,
  SPAN,
  START,
  TARGET,
  TRACE,
} from '../contract/observation.ts';
import { BY_SPAN, RECORD_SHAPE, RECORD_TRANSACTION, TRANSACTION_CONTEXT } from '../contract/record-rows.ts';
import {
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
  type SpanView,
} from '../contract/span-view.ts';
import { hashBytes } from '../lib/bytes.ts';
import type { Identities } from '../lib/identities.ts';
import type { Plans } from '../lib/plans.ts';
import { SPAN_SLOT } from './conventions/slots.ts';
import { Databases } from './database.ts';
import { type Naming, TopicNames } from './identity/naming.ts';
import { Messaging, NO_OPERATION } from './messaging.ts';
import { Peers } from './peers.ts';
import { addLinkPosition, addPosition } from './positions.ts';
import { hashTransaction } from './records.ts';
import { adjustedCount } from './sampling.ts';
import { type ServiceEntry, Services } from './services.ts';
import { rangeText, slotNumber, slotText } from './slot-text.ts';
import { isOneMessage, planOfStreams, Streams, type StreamWork } from './stores/streams.ts';

export class SpanNormalizer {
  readonly databases: Databases;
  readonly messaging: Messaging;
  private readonly services: Services;
  private readonly peers: Peers;
  private readonly streams: Streams;

  constructor(identities: Identities, plans: Plans) {
    this.services = new Services(identities);
    this.databases = new Databases(identities, plans);
    this.messaging = new Messaging(identities);
    this.streams = new Streams(identities, name => this.messaging.groups.numberOf(name));
    this.peers = new Peers(identities);
  }

  /** What a configuration says of names, from now on; what was read stays. */
  setNaming(naming: Naming): void {
    const names = new TopicNames(naming);
    this.messaging.setNames(names);
    this.streams.setNames(names);
    this.databases.setLoopback(naming.loopback);
  }

  /** True when the view's resource was met before: its slots are not needed. */
  knowsResource(view: SpanView): boolean {
    return this.services.knows(view);
  }

  /** Adds the span as a row, or counts why it cannot be one. `filtered`: a processor dropped it. */
  add(view: SpanView, batch: ObservationBatch, filtered: boolean): void {
    const service = this.services.of(view);
    if (!view.traceIdOk) return batch.refuse('invalid_trace_id', service.identity);
    if (!view.spanIdOk) return batch.refuse('invalid_span_id', service.identity);
    const row = batch.pushRow();
    this.writeKeys(view, batch, row);
    const { words } = batch;
    words[row + SERVICE] = service.identity;
    words[row + INSTANCE] = service.instanceHash;
    words[row + TARGET] = words[row + PEER] = words[row + GROUP] = words[row + LINK] = 0;
    words[row + MESSAGES] = 1;
    let shape = this.flags(view, filtered) | (service.identity === 0 ? NAMELESS : 0);
    shape |= this.classify(view, batch, row, service, (shape & (NAMELESS | FILTERED)) !== 0);
    if (shape < 0) throw new RangeError('a row has more flags than bits');
    words[row + SHAPE] = shape | this.duration(view, batch, row);
    batch.ratios[row + ADJUSTED] =
      view.stateEnd > view.stateStart ? adjustedCount(rangeText(view, view.stateStart, view.stateEnd)) : 1;
  }

  /** As `add`, of a log record. One that says nothing of messages or databases, or of no service, gives no row. */
  addLog(view: SpanView, batch: ObservationBatch): void {
    if (!this.messaging.speaksOf(view) && !this.databases.speaksOf(view)) return;
    const service = this.services.of(view);
    if (service.identity === 0) return;
    const row = batch.pushRow();
    const { words } = batch;
    words.fill(0, row, row + ROW_WORDS);
    const work = this.logWork(view, batch, row, service);
    if (work < 0 || !isKnownClass(work | LOG)) return batch.dropRow();
    words[row + SHAPE] = work | LOG | (isError(view) ? ERROR : 0);
    words[row + SERVICE] = service.identity;
    words[row + INSTANCE] = service.instanceHash;
    if (view.traceIdOk && view.spanIdOk) this.writeKeys(view, batch, row);
    batch.floats[(row + START) >> 1] = view.start;
    batch.ratios[row + ADJUSTED] = 1;
  }

  /** Class and flags of a log record, and what is worked on; −1: nothing that counts. */
  private logWork(view: SpanView, batch: ObservationBatch, row: number, service: ServiceEntry): number {
    const { messaging, databases } = this;
    const { words } = batch;
    words[row + MESSAGES] = 1;
    const operation = messaging.speaksOf(view) ? messaging.operation(view) : NO_OPERATION;
    if (operation !== NO_OPERATION) {
      words[row + TARGET] = messaging.topic(view, service);
      words[row + MESSAGES] = messaging.messages(view);
      if ((operation & CLASS_MASK) === CONSUMER) words[row + GROUP] = messaging.group(view);
      return words[row + TARGET] === 0 ? -1 : operation;
    }
    if (!databases.speaksOf(view)) return -1;
    const work = this.streams.of(view, service);
    if (work !== undefined && isOneMessage(work)) {
      words[row + TARGET] = work.topics[0]!;
      if ((work.operation & CLASS_MASK) === CONSUMER) words[row + GROUP] = work.group;
      return work.operation;
    }
    words[row + TARGET] = this.storePlan(view, service, work);
    return databases.does(words[row + TARGET]!) ? DATABASE : -1;
  }

  private storePlan(view: SpanView, service: ServiceEntry, work: StreamWork | undefined): number {
    const { databases } = this;
    if (work === undefined) return databases.plan(view, service);
    return databases.planOf(planOfStreams(work, databases.targetOf(view, service)));
  }

  private writeKeys(view: SpanView, batch: ObservationBatch, row: number): void {
    const { words } = batch;
    words[row + TRACE] = view.trace0;
    words[row + TRACE + 1] = view.trace1;
    words[row + TRACE + 2] = view.trace2;
    words[row + TRACE + 3] = view.trace3;
    words[row + SPAN] = view.span0;
    words[row + SPAN + 1] = view.span1;
    words[row + PARENT] = view.parent0;
    words[row + PARENT + 1] = view.parent1;
  }

  private duration(view: SpanView, batch: ObservationBatch, row: number): number {
    batch.floats[(row + START) >> 1] = view.start;
    const micros = view.end - view.start;
    batch.words[row + DURATION] = micros > 0 ? packDuration(micros) : 0;
    return micros < 0 ? NEGATIVE_DURATION : 0;
  }

  private flags(view: SpanView, filtered: boolean): number {
    const values = view.attributes;
    let flags = filtered ? FILTERED : 0;
    if (isError(view)) flags |= ERROR;
    if (
      values.has(SPAN_SLOT.rpc) ||
      values.has(SPAN_SLOT.url) ||
      values.has(SPAN_SLOT.httpStatus) ||
      values.has(SPAN_SLOT.httpMethod) ||
      values.has(SPAN_SLOT.httpHost)
    )
      flags |= RPC;
    if (!view.parentIdOk) flags |= BAD_PARENT;
    return flags;
  }

  /** The row's class and class-specific words; operation first, span kind second. */
  private classify(
    view: SpanView,
    batch: ObservationBatch,
    row: number,
    service: ServiceEntry,
    transparent: boolean,
  ): number {
    const { messaging, databases } = this;
    const { kind } = view;
    if (messaging.speaksOf(view) || kind === KIND_PRODUCER || kind === KIND_CONSUMER) {
      const bySystem = messaging.speaksOf(view) || !databases.speaksOf(view);
      const operation = bySystem ? messaging.operation(view) : NO_OPERATION;
      if (operation !== NO_OPERATION) {
        return transparent ? operation : operation | this.message(view, batch, row, service, operation);
      }
    }
    if (kind !== KIND_SERVER && databases.speaksOf(view)) {
      if (view.attributes.has(SPAN_SLOT.captureSource)) return transparent ? INTERNAL : this.capture(view, batch);
      return this.store(view, batch, row, service, transparent);
    }
    return this.call(view, batch, row, service, transparent);
  }

  /** Of a connector: what it read in a database's log was written by who stands above it. */
  private capture(view: SpanView, { recordRows }: ObservationBatch): number {
    const transaction = slotText(view, view.attributes, SPAN_SLOT.captureTransaction);
    if (transaction === '' || (view.parent0 | view.parent1) === 0) return INTERNAL | CDC_SPAN;
    const at = recordRows.pushRecord();
    const { words } = recordRows;
    words[at + RECORD_SHAPE] = BY_SPAN;
    const source = slotText(view, view.attributes, SPAN_SLOT.captureSource);
    hashTransaction(words, at + RECORD_TRANSACTION, source, transaction);
    const { trace0, trace1, trace2, trace3, parent0, parent1 } = view;
    words.set([trace0, trace1, trace2, trace3, parent0, parent1], at + TRANSACTION_CONTEXT);
    return INTERNAL | CDC_SPAN;
  }

  /** A database span; commands of a store may be messages. */
  private store(
    view: SpanView,
    batch: ObservationBatch,
    row: number,
    service: ServiceEntry,
    transparent: boolean,
  ): number {
    const { words } = batch;
    const remote = view.kind === KIND_CLIENT ? REMOTE : 0;
    const work = this.streams.of(view, service);
    if (work !== undefined && isOneMessage(work)) {
      if (transparent) return work.operation;
      return work.operation | this.streamMessage(view, batch, row, service, work);
    }
    if (transparent) return DATABASE | remote;
    words[row + TARGET] = this.storePlan(view, service, work);
    if (remote !== 0) words[row + PEER] = this.peers.of(view, service);
    return DATABASE | remote;
  }

  private streamMessage(
    view: SpanView,
    batch: ObservationBatch,
    row: number,
    service: ServiceEntry,
    { operation, topics, group }: StreamWork,
  ): number {
    const { words } = batch;
    words[row + TARGET] = topics[0]!;
    words[row + PEER] = this.peers.named(view, service);
    if ((operation & CLASS_MASK) === CONSUMER) words[row + GROUP] = group;
    if (view.links.count > 0) this.addLinks(view, batch, row, service, operation & CLASS_MASK);
    return 0;
  }

  private call(
    view: SpanView,
    batch: ObservationBatch,
    row: number,
    service: ServiceEntry,
    transparent: boolean,
  ): number {
    const { kind } = view;
    if (kind === KIND_SERVER) {
      if (!transparent) batch.words[row + PEER] = this.peers.named(view, service);
      return SERVER;
    }
    const acts = kind === KIND_CLIENT || (kind !== KIND_INTERNAL && view.attributes.has(SPAN_SLOT.peerService));
    if (!acts) return INTERNAL;
    if (!transparent) batch.words[row + PEER] = this.peers.of(view, service);
    return CLIENT;
  }

  /** Topic, messages, group and links of a messaging span. */
  private message(
    view: SpanView,
    batch: ObservationBatch,
    row: number,
    service: ServiceEntry,
    operation: number,
  ): number {
    const { messaging } = this;
    const { words } = batch;
    words[row + TARGET] = messaging.topic(view, service);
    words[row + PEER] = this.peers.named(view, service);
    const cls = operation & CLASS_MASK;
    if (cls !== PRODUCER && cls !== CONSUMER) return 0;
    words[row + MESSAGES] = messaging.messages(view);
    if (cls === CONSUMER) words[row + GROUP] = messaging.group(view);
    const linksNameTopics = view.links.count > 0 && this.addLinks(view, batch, row, service, cls);
    // Of a batch the span may only tell the first.
    if (view.links.count <= 1 && (words[row + MESSAGES]! & 0xffffff) === 1) addPosition(view, batch, row, cls);
    let flags = (words[row + MESSAGES]! & 0xffffff) > 1 ? BATCH : 0;
    if (cls !== CONSUMER) return flags;
    if (!linksNameTopics && messaging.namesSeveral(view)) flags |= SEVERAL;
    return (operation & PROCESS) === 0 ? flags : flags | (scopeHash(view) << SCOPE_SHIFT);
  }

  /** Links follow in the batch. A span without a topic takes the first that a link names. True when one does. */
  private addLinks(view: SpanView, batch: ObservationBatch, row: number, service: ServiceEntry, cls: number): boolean {
    const { links } = view;
    let named = false;
    for (let i = 0; i < links.count; i++) {
      const ids = links.ids;
      if ((ids[i * 6 + 4]! | ids[i * 6 + 5]!) === 0) continue;
      const at = batch.pushLink();
      if (batch.words[row + LINK] === 0) batch.words[row + LINK] = batch.links;
      for (let k = 0; k < 6; k++) batch.linkWords[at + k] = ids[i * 6 + k]!;
      const topic = this.messaging.linkTopic(view, service, i);
      batch.linkWords[at + LINK_TOPIC] = topic;
      batch.linkWords[at + LINK_OWNER] = row;
      if (topic !== 0) named = true;
      addLinkPosition(view, batch, row, i, batch.links, cls);
      if (batch.words[row + TARGET] === 0) batch.words[row + TARGET] = topic;
    }
    return named;
  }
}

/** A side is in error if its status is ERROR, or unset with `error.type` or an HTTP status of 500 or more. */
function isError(view: SpanView): boolean {
  if (view.statusCode !== 0) return view.statusCode === 2;
  if (view.attributes.has(SPAN_SLOT.errorType)) return true;
  return view.attributes.has(SPAN_SLOT.httpStatus) && slotNumber(view, view.attributes, SPAN_SLOT.httpStatus) >= 500;
}

function scopeHash(view: SpanView): number {
  const hash = hashBytes(view.data, view.scopeStart, view.scopeEnd);
  return (hash ^ (hash >>> 16)) & SCOPE_MASK;
}
