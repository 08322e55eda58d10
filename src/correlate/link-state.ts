/** What is known of a link's target: bits of LINK_STATE; 0 = not seen yet (it counts as a message). */

/** The owner, a consumer, is joined through the link with the row in LINK_TARGET. */
export const LINK_JOINS = 1;
/** The target is no producer or create span: it does not count as a message. */
export const LINK_NO_MESSAGE = 2;

/** The owner was joined through the link with a late entry, for good; LINK_TARGET is the topic it named, 0 none. */
export const LINK_LATE = 4;

/** The target is a receive span of the own service that counts instead of the owner, a receive span, too. */
export const LINK_LAYER = 8;
/** An earlier process span of another instrumentation has the same message; not of the target. */
export const LINK_TOLD = 16;

export const joinsThrough = (state: number): boolean => (state & LINK_JOINS) !== 0;
export const countsAsMessage = (state: number): boolean => (state & LINK_NO_MESSAGE) === 0;
/** Nothing is known of the target. */
export const isUnseen = (state: number): boolean => (state & ~LINK_TOLD) === 0;
