/** What inbound spans count as, by how they were decided. */
import { INFERRED, LOCAL_PARENT, NO_DESTINATION, NO_REASON, PAIRED, PENDING, UNPAIRED } from './fates.ts';
import {
  BY_ID,
  BY_LATE,
  BY_LINKS,
  BY_OFFSET,
  BY_PARENT,
  BY_SHARED_ID,
  ENTRY,
  isLocal,
  MISSING_ABOVE_REMOTE,
  PARENT_CHILD,
} from './state.ts';

/** A consumer that no context joined, and the ledger did. */
export const isJoined = (decision: number): boolean =>
  isPair(decision) || decision === BY_LINKS || decision === BY_LATE || decision === BY_OFFSET || decision === BY_ID;
export const isRemote = (decision: number): boolean => decision === PARENT_CHILD || decision === MISSING_ABOVE_REMOTE;
export const isPair = (decision: number): boolean => decision === BY_SHARED_ID || decision === BY_PARENT;

export function serverFate(decision: number): number {
  switch (decision) {
    case BY_SHARED_ID:
    case BY_PARENT:
    case BY_LATE:
      return PAIRED;
    case PARENT_CHILD:
    case ENTRY:
      return INFERRED;
    default:
      return isLocal(decision) ? UNPAIRED : PENDING;
  }
}

export function reasonFor(fate: number, decision: number): number {
  if (fate !== UNPAIRED) return NO_REASON;
  return isLocal(decision) ? LOCAL_PARENT : NO_DESTINATION;
}
