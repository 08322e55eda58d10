/**
 * A seeded source of numbers (sfc32): the same seed gives the same workload on every machine.
 * Not for secrets.
 */
export interface Random {
  /** 32 random bits as a signed integer. */
  word(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
}

export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum;
  };
  // The first results still show the seed.
  for (let i = 0; i < 16; i++) word();
  const unit = (): number => (word() >>> 0) / 2 ** 32;
  return { word, below: limit => Math.floor(unit() * limit), chance: probability => unit() < probability };
}
