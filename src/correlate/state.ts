/**
 * What the correlator notes on a kept row, in words the observation no longer needs.
 *
 * STATE: fate (bits 0–3), reason (4–9), decision (10–14), flags. PARTNER: sequence number of the partner, client span or
 * outer database span. EXTRA: see each class below.
 */
import {
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  CREATE,
  DATABASE,
  FILTERED,
  GROUP,
  INSTANCE,
  INTERNAL,
  LINK,
  LOG,
  MESSAGES,
  NAMELESS,
  PROCESS,
  PRODUCER,
  REMOTE,
  SERVER,
  SETTLE,
} from '../contract/observation.ts';

export const STATE = INSTANCE;
/** Outbound rows: inbound spans joined to it. */
export const JOINS = GROUP;
/** Database rows: server spans among the joined. */
export const SERVER_JOINS = LINK;
/** Database rows: the plan as observed (TARGET holds the one in force). */
export const OWN_PLAN = MESSAGES;
/** Decisions about an inbound span, best rank first. */
export const UNDECIDED = 0;
export const BY_SHARED_ID = 1;
export const BY_PARENT = 2;
export const BY_LINKS = 3;
/** PARTNER: the service that called. */
export const PARENT_CHILD = 4;
export const ENTRY = 5;
export const LOCAL = 6;
/** A parent that is missing above spans of another service (PARTNER): `PARENT_CHILD` when the wait is over. */
export const MISSING_ABOVE_REMOTE = 7;
/** Joined to an entry of the late tier: final. */
export const BY_LATE = 8;
/** Inside a layer that says it all: counts nothing. */
export const INSIDE_LAYER = 9;
/** Joined through the ledger. */
export const BY_OFFSET = 10;
export const BY_ID = 11;
export const isLocal = (decision: number): boolean => decision === LOCAL || decision === INSIDE_LAYER;
export const DECISION_NAMES = [
  null,
  'shared_id',
  'parent',
  'link',
  'parent_child',
  'entry',
  null,
  null,
  'parent',
  null,
  'offset',
  'message_id',
] as const;

const FATE_MASK = 15;
const REASON_SHIFT = 4;
const REASON_MASK = 63 << REASON_SHIFT;
const DECISION_SHIFT = 10;
const DECISION_MASK = 31 << DECISION_SHIFT;

/** The row's own edges (topic, tables, external) are counted. */
export const COUNTED_OWN = 1 << 15;
/** Some span without a service was seen beneath, with nothing named between. */
export const NAMELESS_BELOW = 1 << 17;
/** The change of service above this span: proven by client span PARTNER, or counted on its own (PARTNER: the service). */
export const CROSSING_CLIENT = 1 << 18;
export const CROSSING_ALONE = 1 << 19;
/** The crossing is a delivery, not a call. */
export const CROSSING_DELIVERY = 1 << 20;
/** A database span inside another: the outer (PARTNER) counts. EXTRA of the outer: its first inner. */
export const NESTED = 1 << 21;
/** Outbound: changes of service are explained by this span (see `Crossings`). */
export const HAS_GROUPS = 1 << 22;
export const FATED = 1 << 23;
/** What the row's joins count is final: the row, or its partner's, has left. */
export const SETTLED = 1 << 24;
/** In images of programs that kept it here: the row's place in the tree of paths is found. */
export const PLACED = 1 << 25;

/** A receive span inside of which another counts, and one of those inside. */
export const HAS_INNER = 1 << 27;
export const HAS_OUTER = 1 << 28;
/** An earlier process span of another instrumentation has the same message. */
export const TOLD_EARLIER = 1 << 29;

export const fateOf = (state: number): number => state & FATE_MASK;
export const reasonOf = (state: number): number => (state & REASON_MASK) >>> REASON_SHIFT;
export const decisionOf = (state: number): number => (state & DECISION_MASK) >>> DECISION_SHIFT;
export const withFate = (state: number, fate: number, reason: number): number =>
  (state & ~(FATE_MASK | REASON_MASK)) | fate | (reason << REASON_SHIFT) | FATED;
export const withDecision = (state: number, decision: number): number =>
  (state & ~DECISION_MASK) | (decision << DECISION_SHIFT);

/** Only carries the chain: nameless, or dropped by a processor. */
export const isTransparent = (shape: number): boolean => (shape & (NAMELESS | FILTERED)) !== 0;

export function isInbound(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return !isTransparent(shape) && (cls === SERVER || cls === CONSUMER);
}

/** May have a server or consumer beneath: client, producer, create, database of kind client. */
export function isOutbound(shape: number): boolean {
  if (isTransparent(shape)) return false;
  const cls = shape & CLASS_MASK;
  return cls === CLIENT || cls === PRODUCER || cls === CREATE || (cls === DATABASE && (shape & REMOTE) !== 0);
}

/** Client or producer: what explains a change of service. */
export function isCaller(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return !isTransparent(shape) && (cls === CLIENT || cls === PRODUCER || cls === CREATE);
}

/** Class of a producer or create span. */
export const isMessage = (cls: number): boolean => cls === PRODUCER || cls === CREATE;

/** Sends messages, and is not passed over. */
export const isSender = (shape: number): boolean => isMessage(shape & CLASS_MASK) && !isTransparent(shape);

export function isReceive(shape: number): boolean {
  return (shape & (CLASS_MASK | PROCESS | NAMELESS | FILTERED)) === CONSUMER;
}

export function isProcess(shape: number): boolean {
  return (shape & (CLASS_MASK | PROCESS | NAMELESS | FILTERED)) === (CONSUMER | PROCESS);
}

/** Named, and neither in- nor outbound. */
export function isInner(shape: number): boolean {
  return !isTransparent(shape) && !isInbound(shape) && !isOutbound(shape);
}

/** Climbs of spans beneath go on above this one. */
export function isPassedThrough(shape: number): boolean {
  const cls = shape & CLASS_MASK;
  return isTransparent(shape) || cls === INTERNAL || cls === SETTLE || cls === DATABASE;
}

/** Side of the duplicate key. */
export function sideOf(shape: number): number {
  if ((shape & LOG) !== 0) return 0;
  if (isInbound(shape)) return 1;
  return isOutbound(shape) ? 2 : 3;
}
