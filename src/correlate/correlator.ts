/**
 * Observations → interactions. A pure data structure: time comes with every call, nothing is read from outside.
 *
 * What a span counts is a function of the rows kept (and, for late partners, of the late entries). When a row arrives,
 * the rows whose decision may depend on it are decided again; a decision that changed is taken back exactly and given
 * anew. So within `wait` the result does not depend on order.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import type { InteractionSink } from '../contract/interaction.ts';
import {
  BAD_TIME,
  CLASS_MASK,
  DATABASE,
  DURATION,
  FILTERED,
  LINK,
  LINK_OWNER,
  LINK_WORDS,
  LOG,
  NAMELESS,
  NEGATIVE_DURATION,
  type ObservationBatch,
  POSITION_OWNER,
  POSITION_WORDS,
  ROW_WORDS,
  SERVICE,
  SEVERAL,
  SHAPE,
  START,
  TARGET,
} from '../contract/observation.ts';
import type { PathSink } from '../contract/path-sink.ts';
import type { Identities } from '../lib/identities.ts';
import type { Plans } from '../lib/plans.ts';
import { Budget } from './budget.ts';
import { Chains } from './chains.ts';
import { ChangeLeads } from './change-leads.ts';
import { Checkup } from './checkup.ts';
import { Crossings } from './crossings.ts';
import { Decisions } from './decisions.ts';
import { Deliveries } from './deliveries.ts';
import { Emitter } from './emitter.ts';
import { EVICTED_TOGETHER, Expiry } from './expiry.ts';
import { DUPLICATE, Fates, REJECTED, reasonNumber } from './fates.ts';
import { hash, hashDuplicate, ownHash, parentHash } from './hash.ts';
import { HeldSpans } from './held.ts';
import { Inbound } from './inbound.ts';
import { InboundChoice } from './inbound-choice.ts';
import { LateEntries } from './late.ts';
import { LatePartners } from './late-partners.ts';
import { Layers } from './layers.ts';
import { Links } from './links.ts';
import { LogRows } from './log-rows.ts';
import { Meetings } from './meetings.ts';
import { MessageLedger } from './message-ledger.ts';
import type { CorrelationOptions, MergePlans, Windows } from './options.ts';
import { Outbound } from './outbound.ts';
import { PathPlaces } from './path-places.ts';
import { Paths } from './paths.ts';
import { Positions } from './positions.ts';
import { RecordJoins } from './record-joins.ts';
import { type RecordNote, Records } from './records.ts';
import { Redeliveries } from './redeliveries.ts';
import { EXTRA, PARTNER, Rows } from './rows.ts';
import { RowsImage } from './rows-image.ts';
import { Seen } from './seen.ts';
import { OWN_PLAN, SERVER_JOINS, STATE } from './state.ts';
import { isBelievable, SKEW_AHEAD } from './times.ts';
import { TopicKeys } from './topic-keys.ts';
import { Writers } from './writers.ts';

/** Rows whose memory is fetched together. */
const GROUP = 64;
const HASHES = 4;

export class Correlator implements Kept {
  readonly rows: Rows;
  readonly seen: Seen;
  readonly late: LateEntries;
  readonly fates = new Fates();
  readonly checkup: Checkup;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  private readonly decisions: Decisions;
  private readonly latePartners: LatePartners;
  readonly expiry: Expiry;
  readonly records: Records;
  readonly recordJoins: RecordJoins;
  readonly logs: LogRows;
  readonly leads: ChangeLeads;
  private readonly writers: Writers;
  private readonly sink: InteractionSink;
  private readonly options: CorrelationOptions;
  readonly meetings: Meetings;
  private readonly topicKeys: TopicKeys;
  /** Positions of the batch being taken in that are of rows before. */
  private positionsTaken = 0;
  private readonly held = new HeldSpans();
  private windows: Windows;
  private readonly rowsImage: RowsImage;
  private readonly kept: Kept[];
  /** Offline: newest good event time, µs; 0 before the first. */
  private newest = 0;
  /** Arrival of the span held last, µs. */
  private heldAt = 0;
  /** Of each row of the group being taken in: hash of its own key, of its parent's, two words of its duplicate key. */
  private readonly hashes = new Int32Array(GROUP * HASHES);
  /** Keeps the reads of `touch` from being left out. */
  touched = 0;

  constructor(
    options: CorrelationOptions,
    identities: Identities,
    plans: Plans,
    merge: MergePlans,
    sink: InteractionSink,
    tree: PathSink,
  ) {
    this.options = options;
    this.sink = sink;
    this.rows = new Rows(options.maxPending);
    this.seen = new Seen(options.maxSeen, Math.max(options.lateMs, options.waitMs));
    this.late = new LateEntries(options.maxLate, options.lateMs, tree);
    this.checkup = new Checkup(identities, plans);
    const { rows, fates, late, checkup } = this;
    const chains = new Chains(rows, identities);
    const budget = new Budget();
    const emitter = new Emitter(rows, plans, sink);
    const layers = new Layers(rows, chains);
    const crossings = new Crossings(rows, emitter);
    const links = new Links(rows, chains);
    this.topicKeys = new TopicKeys(identities);
    this.topicKeys.setClusters(options.onlyCluster, options.rules?.clusters ?? []);
    const ledger = new MessageLedger(options.maxMessages, options.messageWaitMs, options.ledger);
    const meetings = new Meetings(rows, new Positions(options.maxPending), ledger, this.topicKeys);
    this.meetings = meetings;
    const redeliveries = new Redeliveries(rows, meetings.positions, ledger);
    const deliveries = new Deliveries(rows, identities, meetings, sink);
    const places = new PathPlaces({ rows, chains, links, meetings, tree });
    const paths = new Paths({ rows, places, crossings, deliveries, plans, tree });
    this.outbound = new Outbound({ rows, fates, chains, emitter, crossings, plans, merge });
    const { outbound } = this;
    const common = { rows, fates, checkup, late, emitter, sink, outbound, places, meetings, chains, crossings, links };
    this.latePartners = new LatePartners({ ...common, deliveries });
    const choice = new InboundChoice(rows, chains, links, meetings);
    const { latePartners } = this;
    this.inbound = new Inbound({ ...common, choice, deliveries, layers, redeliveries, latePartners });
    const { inbound } = this;
    outbound.inbound = meetings.party = inbound;
    this.decisions = new Decisions({ ...common, inbound, latePartners, budget });
    this.recordJoins = new RecordJoins(common, options);
    this.logs = new LogRows({ ...common, seen: this.seen, plans }, options);
    const note = (name: RecordNote) => fates.note(name);
    this.writers = new Writers({ ...common, plans, tree, identities, note }, options);
    places.events = this.writers.events;
    const { decisions, recordJoins, writers, logs } = this;
    const parts = { ...common, inbound, latePartners, paths, layers, decisions, budget, recordJoins, writers, logs };
    this.expiry = new Expiry(parts, options.waitMs);
    this.windows = windowsOf(options);
    this.leads = new ChangeLeads(writers, options);
    this.records = new Records({ sink, joins: recordJoins, leads: this.leads, note }, options);
    const { seen, expiry, records } = this;
    this.rowsImage = new RowsImage(rows);
    const tables = [this.rowsImage, seen, late, meetings];
    this.kept = [...tables, fates, checkup, budget, layers, places, crossings, decisions, expiry, records];
    this.kept.push(recordJoins, logs, this.leads);
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    for (const part of this.kept) yield* part.ahead?.(out, round) ?? [];
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('correlate/windows', this.windows);
    for (const part of this.kept) yield* part.save(out);
  }

  read(from: ImageReader): void {
    for (const part of this.kept) part.read?.(from);
  }

  /**
   * The graph and the tables of names are loaded before. Windows are those of the image, until others are set; limits
   * are this correlator's own: rows too many for them are decided early, as when the tier is full.
   */
  *load(from: ImageReader): Iterable<void> {
    this.setWindows(from.value('correlate/windows') as Windows);
    for (const part of this.kept) yield* part.load(from);
    const { rows, decisions, expiry, meetings } = this;
    for (; rows.count > rows.limit; yield) {
      decisions.beforeEviction(EVICTED_TOGETHER);
      expiry.evictOldest();
    }
    while (rows.linkCount > rows.linkLimit) expiry.dropOldestLink();
    meetings.positions.fit();
    yield* this.rowsImage.fit();
  }

  /** Holds for what is kept already, too: rows whose wait is over now leave at the next frame. */
  setWindows(windows: Windows): void {
    const { waitMs, lateMs, messageWaitMs, onlyCluster, rules } = windows;
    this.windows = windowsOf(windows);
    this.expiry.waitMs = waitMs;
    this.late.lateMs = lateMs;
    this.meetings.ledger.waitMs = this.records.waitMs = messageWaitMs;
    this.topicKeys.setClusters(onlyCluster, rules?.clusters ?? []);
    this.seen.windowMs = Math.max(lateMs, waitMs);
    this.logs.setWindow(lateMs);
    this.leads.setWindows(windows);
  }

  /**
   * Takes in a frame. `arrivalMs` is the frame's stamp, which event times are held against; waits go by the other clock,
   * and what is due by then is decided first.
   */
  apply(batch: ObservationBatch, arrivalMs: number, nowMs = arrivalMs): void {
    if (!this.options.offline || this.seen.since === 0) this.advance(nowMs);
    for (const [service, reasons] of batch.refused) {
      for (const [reason, count] of reasons) this.takeRefused(service, reason, count);
    }
    this.positionsTaken = 0;
    if (batch.logs > 0) this.logs.apply(batch, arrivalMs * 1000);
    for (let from = 0; from < batch.rows; from += GROUP) {
      const to = Math.min(from + GROUP, batch.rows);
      this.prepare(batch, from, to);
      for (let i = from; i < to; i++) this.take(batch, i, i - from, arrivalMs * 1000);
    }
    this.decisions.afterFrame(arrivalMs);
    this.records.apply(batch.recordRows, arrivalMs * 1000);
  }

  private takeRefused(service: number, reason: string, count: number): void {
    this.fates.received += count;
    this.fates.count(REJECTED, reasonNumber(reason), count);
    this.checkup.refused(reason, service, count);
  }

  /** Hashes the keys of a group of rows, and reads what taking them in needs of the large tables. */
  private prepare(batch: ObservationBatch, from: number, to: number): void {
    const { hashes } = this;
    const { words } = batch;
    for (let i = from, at = 0; i < to; i++, at += HASHES) {
      const offset = i * ROW_WORDS;
      const own = ownHash(words, offset);
      hashes[at] = own;
      hashes[at + 1] = parentHash(words, offset);
      hashDuplicate(words, offset, own);
      hashes[at + 2] = hash.a;
      hashes[at + 3] = hash.b;
    }
    this.touch((to - from) * HASHES);
  }

  /**
   * Close together these reads wait for the memory at the same time; one after the other, between the work, each would
   * wait by itself. So nothing else is done in these loops.
   */
  private touch(end: number): void {
    const { hashes, seen, rows } = this;
    let touched = 0;
    for (let at = 0; at < end; at += HASHES) touched ^= seen.touch(hashes[at + 2]!, hashes[at + 3]!);
    for (let at = 0; at < end; at += HASHES) touched ^= rows.touch(hashes[at]!, hashes[at + 1]!);
    this.touched = touched;
  }

  /** Decides every row, and what is due at this time. */
  tick(nowMs: number): void {
    this.decisions.decideWaiting();
    this.advance(nowMs);
  }

  /** Spans taken in and not decided yet; they have no fate. */
  get undecided(): number {
    return this.decisions.waiting;
  }

  private advance(nowMs: number): void {
    this.seen.advance(nowMs);
    this.records.advance(nowMs);
    this.late.advance(nowMs);
    this.meetings.ledger.advance(nowMs);
    this.logs.advance(nowMs);
    if (!this.options.offline) {
      this.checkup.advance(nowMs);
      this.expiry.expireBefore(nowMs);
      this.writers.decideBefore(nowMs - this.windows.waitMs);
    }
    this.expiry.stamp(nowMs);
  }

  /** Decides everything that waits. */
  finish(): void {
    const { batch } = this.held;
    const newest = Math.max(this.newest, this.logs.newest);
    const time = newest > 0 ? newest : this.heldAt;
    this.positionsTaken = 0;
    for (let i = 0; i < batch.rows; i++) this.admitUnhashed(batch, i * ROW_WORDS, time);
    batch.reset();
    this.records.finish(this.newest);
    this.logs.finish(time);
    this.decisions.decideWaiting();
    this.expiry.expireAll();
    this.writers.decideBefore(Number.POSITIVE_INFINITY);
  }

  private take(batch: ObservationBatch, index: number, inGroup: number, arrivalUs: number): void {
    const { fates, hashes } = this;
    const offset = index * ROW_WORDS;
    if ((batch.words[offset + SHAPE]! & LOG) !== 0) return;
    fates.received++;
    const at = inGroup * HASHES;
    if (this.seen.test(hashes[at + 2]!, hashes[at + 3]!)) {
      fates.count(DUPLICATE, 0, 1);
      this.checkup.note('duplicates', batch.words, offset);
    } else if (this.options.offline) this.takeOffline(batch, offset, arrivalUs);
    else this.admitRow(batch, offset, arrivalUs, hashes[at]!, hashes[at + 1]!);
  }

  private takeOffline(batch: ObservationBatch, offset: number, arrivalUs: number): void {
    const start = batch.floats[(offset + START) >> 1]!;
    if ((batch.words[offset + SHAPE]! & BAD_TIME) === 0 && isBelievable(start, arrivalUs)) {
      this.newest = Math.max(this.newest, start);
      this.admitUnhashed(batch, offset, arrivalUs);
    } else if (this.held.add(batch, offset)) this.heldAt = arrivalUs;
    else this.admitUnhashed(batch, offset, this.newest > 0 ? this.newest : arrivalUs);
  }

  private admitUnhashed(batch: ObservationBatch, offset: number, arrivalUs: number): void {
    this.admitRow(batch, offset, arrivalUs, ownHash(batch.words, offset), parentHash(batch.words, offset));
  }

  /** Makes a row of an observed span. */
  private admitRow(batch: ObservationBatch, offset: number, arrivalUs: number, own: number, parent: number): void {
    const { rows } = this;
    if (rows.count >= rows.limit) {
      this.decisions.beforeEviction(EVICTED_TOGETHER);
      this.expiry.evictOldest();
    }
    const row = rows.push(batch.words, offset, own, parent);
    this.admit(row, arrivalUs);
    this.logs.meet(row);
    const firstLink = rows.nextLink;
    if (batch.words[offset + LINK] !== 0) this.keepLinks(batch, offset, row);
    if (this.positionsTaken < batch.positions) this.keepPositions(batch, offset, row, firstLink);
    if (this.recordJoins.ring.count > 0) this.recordJoins.arrive(row, own);
    if (this.writers.isUsed) this.writers.arrive(row);
  }

  private admit(row: number, arrivalUs: number): void {
    const { rows } = this;
    const { words: w, floats } = rows;
    const start = floats[(row + START) >> 1]!;
    const shape = w[row + SHAPE]!;
    if ((shape & BAD_TIME) !== 0 || !isBelievable(start, arrivalUs)) {
      floats[(row + START) >> 1] = arrivalUs;
      w[row + DURATION] = 0;
      this.note('bad_time', row);
    } else {
      if ((shape & NEGATIVE_DURATION) !== 0) this.note('negative_duration', row);
      if (!this.options.offline && start > arrivalUs + SKEW_AHEAD) {
        floats[(row + START) >> 1] = arrivalUs + SKEW_AHEAD;
        this.note('clock_skew', row);
      }
    }
    if ((shape & (SEVERAL | NAMELESS | FILTERED)) === SEVERAL) this.note('ambiguous_destination', row);
    w[row + STATE] = w[row + PARTNER] = w[row + EXTRA] = w[row + LINK] = 0;
    if ((shape & CLASS_MASK) === DATABASE) {
      w[row + OWN_PLAN] = w[row + TARGET]!;
      w[row + SERVER_JOINS] = 0;
    }
    if (w[row + SERVICE] !== 0 && (shape & FILTERED) === 0)
      this.sink.seen(w[row + SERVICE]!, floats[(row + START) >> 1]!);
  }

  private note(name: 'bad_time' | 'negative_duration' | 'clock_skew' | 'ambiguous_destination', row: number): void {
    this.fates.note(name);
    this.checkup.note(name, this.rows.words, row);
  }

  private keepPositions(batch: ObservationBatch, offset: number, row: number, firstLink: number): void {
    let i = this.positionsTaken;
    while (i < batch.positions && batch.positionWords[i * POSITION_WORDS + POSITION_OWNER]! < offset) i++;
    this.positionsTaken = this.meetings.keeper.keep(batch, i, offset, row, firstLink);
  }

  private keepLinks(batch: ObservationBatch, offset: number, row: number): void {
    const { rows } = this;
    for (let i = batch.words[offset + LINK]! - 1; i < batch.links; i++) {
      if (batch.linkWords[i * LINK_WORDS + LINK_OWNER] !== offset) break;
      if (rows.linkCount >= rows.linkLimit) this.expiry.dropOldestLink();
      const sequence = rows.nextLink;
      rows.pushLink(batch.linkWords, i * LINK_WORDS, row, rows.words[row + LINK]!);
      rows.words[row + LINK] = sequence;
    }
  }
}

function windowsOf({ waitMs, lateMs, messageWaitMs, onlyCluster, outboxTables, rules }: Windows): Windows {
  return { waitMs, lateMs, messageWaitMs, onlyCluster, outboxTables, rules };
}
