/** Which names outside come in: into room that there is, or because they are so much more used than names inside. */
export interface Exchange {
  readonly enters: number;
  /** Undefined: there was room. */
  readonly leaves: number | undefined;
}

/** As often as this, and as this many times the use of the one inside: else two names of about the same use would change places for ever. */
const LEAST_USES = 10;
const TIMES_AS_OFTEN = 2;

/**
 * The most used outside against the least used inside; of those that are used alike the id decides, since a process that
 * was started again may number identities otherwise.
 * @param room how many may come in beside.
 */
export function exchanges(
  outside: readonly number[],
  inside: readonly number[],
  room: number,
  usesOf: (identity: number) => number,
  idOf: (identity: number) => string,
): readonly Exchange[] {
  const leastUses = room > 0 ? 1 : LEAST_USES;
  const waiting = outside.filter(identity => usesOf(identity) >= leastUses);
  if (waiting.length === 0) return [];
  const byId = (a: number, b: number) => (idOf(a) < idOf(b) ? -1 : 1);
  waiting.sort((a, b) => usesOf(b) - usesOf(a) || byId(a, b));
  const least = inside.toSorted((a, b) => usesOf(a) - usesOf(b) || byId(b, a));
  const found: Exchange[] = waiting.slice(0, Math.max(0, room)).map(enters => ({ enters, leaves: undefined }));
  for (const [i, enters] of waiting.slice(found.length).entries()) {
    const leaves = least[i];
    if (leaves === undefined || usesOf(enters) < usesOf(leaves) * TIMES_AS_OFTEN + LEAST_USES) break;
    found.push({ enters, leaves });
  }
  return found;
}
