/** What is counted of an edge: numbers that add up, by index. */
import { EVIDENCE_KINDS } from './graph-document.ts';

export const COUNT = 0;
export const COUNT_PROCESS = 1;
export const SERVED = 2;
export const MESSAGES_SENT = 3;
/** Of `captures`, which has no messages: where others have those sent. */
export const ROWS = 3;
export const MESSAGES_RECEIVED = 4;
export const MESSAGES_PROCESSED = 5;
export const BATCHES = 6;
export const CLIENT_ERRORS = 7;
export const SERVER_ERRORS = 8;
export const ERRORS = 9;
/** Adjusted counts in 2^-20. */
export const ADJUSTED_UNITS = 10;
export const ADJUSTED_UNITS_PROCESS = 11;
export const REDELIVERIES = 12;
export const EVIDENCE = 13;
export const COUNTERS = EVIDENCE + EVIDENCE_KINDS.length;
