/**
 * The correlate → graph arrow: one thing that happened, or its exact reversal. One reused object; valid only during the
 * call. Apart from it interactions are settled, when the windows in which they could be taken back are over.
 */
import { EDGE_KINDS, EVIDENCE_KINDS } from './graph-document.ts';

export const ADD = 1;
export const REVERSE = -1;
/** As a sign: nothing is added, times and examples of what was added become final. */
export const SETTLE = 0;

export const CALLS = EDGE_KINDS.indexOf('calls');
export const PUBLISHES = EDGE_KINDS.indexOf('publishes');
export const CONSUMES = EDGE_KINDS.indexOf('consumes');
export const ROUTES = EDGE_KINDS.indexOf('routes');
export const MESSAGES_EDGE = EDGE_KINDS.indexOf('messages');
export const WRITES = EDGE_KINDS.indexOf('writes');
export const READS = EDGE_KINDS.indexOf('reads');
export const QUERIES = EDGE_KINDS.indexOf('queries');
export const CAPTURES = EDGE_KINDS.indexOf('captures');

const bit = (kind: (typeof EVIDENCE_KINDS)[number]): number => 1 << EVIDENCE_KINDS.indexOf(kind);
export const BY_CLIENT_SPAN = bit('client_span');
export const BY_SERVER_SPAN = bit('server_span');
export const BY_PAIR = bit('paired');
export const BY_PARENT_CHILD = bit('parent_child');
export const BY_LINK = bit('span_link');
export const BY_OFFSET = bit('offset');
export const BY_MESSAGE_ID = bit('message_id');
export const BY_RECORD_HEADER = bit('record_header');
export const BY_CDC = bit('cdc');
export const BY_LOG = bit('log');
export const BY_STATEMENT = bit('statement');

/** Lanes of a consumes edge: received and processed messages are counted apart. */
export const LANE_NONE = 0;
export const LANE_RECEIVE = 1;
export const LANE_PROCESS = 2;

/** The number of all consumer groups that found no place. */
export const OTHER_GROUP = 1;
/** The verb that stands for all that found no place. */
export const OTHER_VERB = '(other)';

const NO_VERBS: readonly string[] = [];

export class Interaction {
  sign = ADD;
  /** Index into EDGE_KINDS. */
  kind = 0;
  /** Identities, in the direction of the data. */
  source = 0;
  target = 0;
  /** 1, or 0 when only evidence is added to what was counted elsewhere. */
  count = 1;
  served = 0;
  messages = 0;
  /** Messages that were processed before; they are not among `messages`. */
  redeliveries = 0;
  batches = 0;
  lane = LANE_NONE;
  clientError = false;
  serverError = false;
  /** Adjusted count, 1 when not sampled. */
  adjusted = 1;
  /** Event time in µs. */
  time = 0;
  /** µs; -1 = not seen from this side. */
  clientDuration = -1;
  serverDuration = -1;
  /** Consumer start − producer end in µs; NaN = unknown. */
  lag = Number.NaN;
  /** Bits of EVIDENCE_KINDS. */
  evidence = 0;
  verbs: readonly string[] = NO_VERBS;
  /** How often each verb. */
  times = 1;
  /** Of changes that are captured; with a count of 0 they are more rows of what was counted. */
  rows = 0;
  /** Number of the consumer group, 0 none. */
  group = 0;
  /** The example: a trace id in the words of `traces` at `traceAt`, and a span id. */
  traces: Int32Array = new Int32Array(4);
  traceAt = 0;
  span0 = 0;
  span1 = 0;

  /** Empties everything but sign, example and adjusted count. */
  begin(kind: number, source: number, target: number, time: number, evidence: number): void {
    this.kind = kind;
    this.source = source;
    this.target = target;
    this.time = time;
    this.evidence = evidence;
    this.count = 1;
    this.served = this.messages = this.redeliveries = this.batches = this.group = this.rows = 0;
    this.times = 1;
    this.lane = LANE_NONE;
    this.clientError = this.serverError = false;
    this.clientDuration = this.serverDuration = -1;
    this.lag = Number.NaN;
    this.verbs = NO_VERBS;
  }
}

/** Takes interactions. What the correlator tells of services beside edges: entries, and clients nobody answered. */
export interface InteractionSink {
  apply(interaction: Interaction): void;
  /**
   * What was counted on this edge at this time (µs) is final. The example is the trace id in the words of `traces` at
   * `at`, and a span id.
   */
  settle(
    kind: number,
    source: number,
    target: number,
    time: number,
    traces: Int32Array,
    at: number,
    span0: number,
    span1: number,
  ): void;
  /** A service, or what is known without an edge, was seen at this time (µs). */
  seen(identity: number, time: number): void;
  /** A root server span of a service, that began at this time (µs). */
  entry(identity: number, time: number, sign: number): void;
  /** A client span of a service, that began at this time (µs), whose callee could not be told. */
  unresolved(identity: number, time: number, sign: number): void;
}
