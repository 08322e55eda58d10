/** What is known of a link's target (LINK_STATE of a kept link). */
export const LINK_UNKNOWN = 0;
/** A producer, create span or another service's client: the consumer joins it (LINK_TARGET: its sequence number). */
export const LINK_JOINED = 1;
/** A producer, but the owner is no consumer, or joined better: it counts as a message and joins nothing. */
export const LINK_MESSAGE = 2;
/** A span that is no message: it does not count. */
export const LINK_NO_MESSAGE = 3;
/** A client of another service: joined, but no message of a batch. */
export const LINK_CLIENT = 4;

export const joinsThrough = (state: number): boolean => state === LINK_JOINED || state === LINK_CLIENT;
export const countsAsMessage = (state: number): boolean => state !== LINK_NO_MESSAGE && state !== LINK_CLIENT;
