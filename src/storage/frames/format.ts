/**
 * The payload of a frame of observations. It needs nothing but itself: what rows say by numbers of one process stands in
 * it by name, where it is first used.
 *
 * Number: seven bits a byte, the lowest first. Things that repeat (texts, identities, plans, groups, sources, shapes, tuples)
 * are numbered in the order in which the payload defines them; a use is a number, and one more than the last defined is
 * a definition, which follows. Ids are found again by how many were told since.
 *
 *     payload    format, counts (rows, links, positions, services refused something, log records), then these
 *     row        flags, trace, span, parent, start, duration, tuple
 *     tuple      flags, source, shape, then what the flags say: messages, adjusted count, target, peer, group
 *     source     service, hash of its instance
 *     shape      the word
 *     link       flags, rows since the owner of the link before, trace, span, topic
 *     position   flags, rows since the owner of the one before, link since the one before, the two hashes
 *     refusals   service, count of reasons; of each the text and how often
 *     identity   flags, environment and parts; or the number of an unnamed one
 *     plan       flags, reason, target, tables (flags, names, verbs), effects (flags, node, times, group, verbs)
 *     records    see `RecordWriter`
 *     text       length and flags, bytes in common, UTF-8; one longer than a name is not numbered and has nothing in
 *                common, so that no use of it is much shorter than itself
 */
import type { Identity } from '../../lib/identities.ts';
import { MAX_NAME_BYTES } from '../../lib/names.ts';
import type { Plan, PlanGap } from '../../lib/plans.ts';

export const FORMAT = 1;
/** With records, changes or progress behind it; a payload without them is of the first format. */
export const FORMAT_WITH_RECORDS = 3;
/** The same without backlogs. Not written any more. */
export const FORMAT_WITHOUT_BACKLOGS = 2;
/** The word of an adjusted count of one. */
export const ONE = new Int32Array(Float32Array.of(1).buffer)[0]!;

/** How a trace is told: the low two bits of the flags of a row or link. */
export const TRACE_MASK = 3;
export const TRACE_BEFORE = 0;
export const TRACE_KNOWN = 1;
export const TRACE_NEW = 2;
/** The high half is zero. */
export const TRACE_SHORT = 3;
/** Not written any more. */
export const SPAN_KNOWN = 1 << 2;

/** How the parent of a row is told; 1 is one of the spans told before, which is not written any more. */
export const PARENT_SHIFT = 3;
export const PARENT_MASK = 3;
export const PARENT_NONE = 0;
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
/** The source of the tuple defined before. */
export const SOURCE_BEFORE = 32;
export const TUPLE_FLAGS = 63;
/** SERVICE to GROUP of a row, in its order. */
export const TUPLE_WORDS = 8;

/**
 * Flags of an identity: its kind in the low three bits, then how many of its leading texts are those of the one defined
 * before in its series. Series are the kinds, and once more the kinds for peers of database spans.
 */
export const KIND_MASK = 7;
export const SHARED_SHIFT = 3;
export const SHARED_MASK = 7;
/** The `(other)` of the kind. */
export const IDENTITY_OTHER = 1 << 6;
export const IDENTITY_UNNAMED = 1 << 7;
/** Parts by kind: service, topic, table, database, external. */
export const PARTS = [2, 3, 5, 3, 1];
export const DATABASE_PEERS = 8;
/** Series whose new texts are told by what they have in common with the one before: those of identities, and these. */
export const GROUP_TEXTS = 5;
export const INSTANCE_TEXTS = 6;
export const SERIES = 16;
/** A series of one: nothing in common. */
export const NO_SERIES = -1;

/** Of records, two bytes of flags; of changes the first. */
export const CONTEXT_WORDS = 6;
export const CONTEXT_TOLD = 1;
export const TIME_TOLD = 2;
/** As it is. */
export const TIME_RAW = 4;
export const ONCE_TOLD = 8;
export const TRANSACTION_TOLD = 16;
export const TABLE_TOLD = 32;
export const CHANGE_FLAGS = 63;
export const TOPIC_TOLD = 32;
export const RECORD_OFFSET_TOLD = 64;
export const RECORD_ID_TOLD = 128;
export const RECORD_PRODUCER_TOLD = 256;
export const RECORD_ORIGIN_TOLD = 512;
export const RECORD_FLAGS = 1023;

export const GAPS = {
  '': 0,
  no_statement: 1,
  statement_truncated: 2,
  statement_unreadable: 3,
} as const satisfies Record<PlanGap, number>;
export const GAP_MASK = 3;
export const PLAN_OVERFLOW = 1 << 2;
export const SKIP_REASON_TOLD = 1 << 3;
/** How many leading texts of the target are those of the plan defined before. */
export const TARGET_SHIFT = 4;
export const TARGET_TEXTS = 4;
export const PLAN_FLAGS = 127;

export const ACCESS_MASK = 7;
export const FROM_STATEMENT = 1 << 3;
export const ONE_VERB = 1 << 4;
/** Of a table. */
export const SCHEMA_TOLD = 1 << 5;
export const DATABASE_TOLD = 1 << 6;
export const TABLE_FLAGS = 127;
/** Of an effect. */
export const EFFECT_GROUP = 1 << 5;
/** Other than one. */
export const TIMES_TOLD = 1 << 6;
/** Its verbs are those of the table in its place. */
export const VERBS_OF_TABLE = 1 << 7;
export const EFFECT_FLAGS = 255;

/** Behind the length of a text: it begins, or ends, as the one before in its series, in so many bytes. */
export const SHARES_BEGIN = 1;
export const SHARES_END = 2;
export const LENGTH_SHIFT = 2;

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
