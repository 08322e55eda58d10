/**
 * The payload of a frame of observations. It needs nothing but itself: what rows say by numbers of one process stands in
 * it by name, where it is first used.
 *
 * Number: seven bits a byte, the lowest first. Things that repeat (texts, identities, plans, groups, sources, tuples)
 * are numbered in the order in which the payload defines them; a use is a number, and one more than the last defined is
 * a definition, which follows. Ids are found again by how many were told since.
 *
 *     payload    format, counts (rows, links, positions, services refused something, log records), then these
 *     row        flags, trace, span, parent, start, duration, tuple
 *     tuple      flags, source, shape, then what the flags say: target, peer, group, messages, adjusted count
 *     source     service, hash of its instance
 *     link       flags, rows since the owner of the link before, trace, span, topic
 *     position   flags, rows since the owner of the one before, link since the one before, the two hashes
 *     refusals   service, count of reasons; of each the text and how often
 *     identity   kind and flags, environment, parts; or the number of an unnamed one
 *     plan       flags, texts of the target, tables, effects
 *     text       length, UTF-8; one longer than a name is not numbered, so that no use of it is shorter than itself
 */
import type { Identity } from '../../lib/identities.ts';
import { MAX_NAME_BYTES } from '../../lib/names.ts';
import type { Plan, PlanGap } from '../../lib/plans.ts';

export const FORMAT = 1;

/** How a trace is told: the low two bits of the flags of a row or link. */
export const TRACE_MASK = 3;
export const TRACE_BEFORE = 0;
export const TRACE_KNOWN = 1;
export const TRACE_NEW = 2;
/** The high half is zero. */
export const TRACE_SHORT = 3;
export const SPAN_KNOWN = 1 << 2;

/** How the parent of a row is told. */
export const PARENT_SHIFT = 3;
export const PARENT_MASK = 3;
export const PARENT_NONE = 0;
export const PARENT_KNOWN = 1;
export const PARENT_NEW = 2;
/** The span of the row before. */
export const PARENT_BEFORE = 3;
export const TUPLE_BEFORE = 1 << 5;
/** A start that is no whole number of microseconds since 1970 (or thousands of years away) stands as it is. */
export const START_RAW = 1 << 6;
export const ROW_FLAGS = (1 << 7) - 1;

/** Starts are told by their difference from the last start of the trace (a new trace: of the row before) up to here. */
export const LATEST_START = 2 ** 52 - 1;

export const LINK_TOPIC_TOLD = 1 << 3;
export const LINK_FLAGS = (1 << 4) - 1;

export const POSITION_LINK_TOLD = 1;
export const POSITION_OFFSET_TOLD = 2;
export const POSITION_ID_TOLD = 4;
export const POSITION_FLAGS = 7;

export const TARGET_TOLD = 1;
export const PEER_TOLD = 2;
export const GROUP_TOLD = 4;
/** Other than one. */
export const MESSAGES_TOLD = 8;
export const ADJUSTED_TOLD = 16;
export const TUPLE_FLAGS = 31;
/** SERVICE to GROUP of a row, in its order. */
export const TUPLE_WORDS = 8;

/** The low three bits of an identity's flags are its kind. */
export const KIND_MASK = 7;
/** The `(other)` of the kind. */
export const IDENTITY_OTHER = 8;
export const IDENTITY_UNNAMED = 16;
/** Parts by kind: service, topic, table, database, external. */
export const PARTS = [2, 3, 5, 3, 1];

export const GAPS = {
  '': 0,
  no_statement: 1,
  statement_truncated: 2,
  statement_unreadable: 3,
} as const satisfies Record<PlanGap, number>;
export const GAP_MASK = 3;
export const PLAN_OVERFLOW = 4;
export const PLAN_FLAGS = 7;

export const ACCESS_MASK = 7;
export const FROM_STATEMENT = 8;
export const EFFECT_GROUP = 16;

/** Bytes of the longest text that is numbered. */
export const LONGEST_NUMBERED = MAX_NAME_BYTES;

/** Bytes that are no payload, or one of another format. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** What the numbers in a batch stand for. */
export interface NamesOfNumbers {
  readonly identities: { get(identity: number): Identity; readonly size: number };
  readonly plans: { get(plan: number): Plan };
  /** By number; 0 is none. */
  readonly groups: readonly string[];
}

/** Numbers of this process by what they stand for; new ones are made as for what a span says. */
export interface NumbersOfNames {
  readonly identities: {
    intern(kind: number, environment: string, parts: readonly string[]): number;
    overflow(kind: number): number;
  };
  planNumber(plan: Plan): number;
  groupNumber(name: string): number;
}
