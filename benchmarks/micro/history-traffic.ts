/**
 * Increments as a service would send them of many edges, of which few are called all the time: 5 % every minute, 15 % every
 * ten minutes, 20 % every hour and 60 % once a day. Durations of both sides, one verb, some errors, a node for ten edges.
 */
import type { IncrementPart, NodeIdentity } from '../../src/contract/increments.ts';
import { NumberWriter } from '../../src/lib/number-records.ts';

const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const [ACTIVE, FADING] = [1, 2];
/** COUNT, SERVED, SERVER_ERRORS, ERRORS, ADJUSTED_UNITS, three kinds of evidence. */
const MASK = [0, 2, 8, 9, 10, 13, 14, 15].reduce((mask, bit) => mask + 2 ** bit, 0);
const MOST_CELLS = 14;
const RECORD = 5 + 1 + 8 + 3 + 1 + 2 * (4 + MOST_CELLS) + 1;
/** How often an edge is called, minutes, and how often then; by share of the edges in hundredths. */
const FEW = [
  { below: 5, every: 1, calls: 30 },
  { below: 20, every: 10, calls: 6 },
  { below: 40, every: HOUR, calls: 2 },
  { below: 100, every: DAY, calls: 1 },
] as const;

const ALL = [{ below: 100, every: 1, calls: 30 }] as const;

/** All edges are called all the time, instead of few of them: with the environment's TACIT_BUSY. */
const IS_BUSY = process.env.TACIT_BUSY !== undefined;
const RATES = IS_BUSY ? ALL : FEW;

/** Edges active in an hour, of all. */
export const ACTIVE_SHARE = IS_BUSY ? 1 : 0.05 + 0.15 + 0.2 + 0.6 / 24;

export class HistoryTraffic {
  private readonly edges: number;
  private readonly nodes: number;
  private batch = 0;

  constructor(edges: number) {
    this.edges = edges;
    this.nodes = Math.max(2, Math.ceil(edges / 10));
  }

  /** What is counted in so many minutes, as of one minute in their middle. */
  part(minute: number, minutes: number): IncrementPart {
    const isFirst = this.batch++ === 0;
    const out = new NumberWriter();
    const states: number[] = [];
    const wanted = Array.from({ length: this.edges }, (_, edge) => edge).filter(
      edge => callsOf(edge, minute, minutes) > 0,
    );
    out.writeTo(new Float64Array(wanted.length * RECORD));
    for (const edge of wanted) {
      putRecord(out, edge, minute + Math.floor(minutes / 2), callsOf(edge, minute, minutes));
      if (isFirst || (rateOf(edge).every === DAY && edge % 5 === 0)) states.push(edge, minute * MINUTE_MS, ACTIVE);
    }
    for (let edge = 0; edge < this.edges; edge += 5) {
      const seen = rateOf(edge).every === DAY && callsOf(edge, minute - 2 * HOUR, minutes) > 0;
      if (seen) states.push(edge, minute * MINUTE_MS + 1, FADING);
    }
    return {
      ...{ batch: this.batch, isFirst, through: this.batch, numbers: out.data as Float64Array<ArrayBuffer> },
      ...{ length: out.length, states: Float64Array.from(states), words: isFirst ? ['vGET'] : [] },
      nodes: isFirst ? Array.from({ length: this.nodes }, (_, n) => [n, identityOf(n)] as const) : [],
      edges: Int32Array.from(isFirst ? Array.from({ length: this.edges }, (_, edge) => this.edge(edge)).flat() : []),
    };
  }

  private edge(edge: number): readonly number[] {
    const source = edge % this.nodes;
    return [edge, 0, source, (source + 1 + Math.floor(edge / this.nodes)) % this.nodes];
  }
}

function identityOf(n: number): NodeIdentity {
  return { kind: 0, environment: 'prod', parts: ['shop', `s${n}`], id: `service:shop/s${n}@prod`, overflow: false };
}

/** Those of one rate lie among the others. */
const rateOf = (edge: number) => RATES.find(({ below }) => (edge * 61) % 100 < below)!;

function callsOf(edge: number, minute: number, minutes: number): number {
  const { every, calls } = rateOf(edge);
  if (every <= minutes) {
    const daily = 1 + Math.sin((minute / DAY) * 2 * Math.PI) / 2;
    const chance = 0.7 + new Chance(edge * 7919 + minute).below(600) / 1000;
    return Math.max(1, Math.round((calls * minutes * daily * chance) / every));
  }
  // The one time within `every` that is the edge's own.
  const since = (minute + minutes - 1 - ((edge * 7919) % every)) % every;
  return since < minutes ? calls : 0;
}

function putRecord(out: NumberWriter, edge: number, minute: number, count: number): void {
  const start = out.length;
  const put = (...values: readonly number[]) => {
    for (const value of values) out.put(value);
  };
  const chance = new Chance(edge * 1_000_003 + minute);
  const errors = chance.below(9) === 0 ? 1 + chance.below(Math.ceil(count / 10)) : 0;
  const us = minute * MINUTE_MS * 1000;
  put(0, edge, minute, us + chance.below(3e7), us + 3e7 + chance.below(3e7), MASK);
  put(count, count, errors, errors, count * 2 ** 20, count, count, count, 1, 0, count, 0);
  for (let h = 0; h < 2; h++) {
    const cells = Math.min(count, MOST_CELLS, 2 + Math.floor(Math.log2(count)) * 2);
    put(
      cells,
      count,
      count * 1000 * ((edge % 50) + 1) + chance.below(count * 1000),
      80 + (edge % 60) - chance.below(3) - h,
    );
    for (let c = 0, left = count; c < cells; c++) {
      const here = c === cells - 1 ? left : Math.max(1, Math.min(left - (cells - 1 - c), chance.below(left) + 1));
      put(here);
      left -= here;
    }
  }
  put(-1);
  out.data[start] = out.length - start;
}

/** The same numbers for the same seed. */
class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    this.state = (Math.imul(this.state ^ (this.state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return Math.floor((((this.state ^ (this.state >>> 13)) >>> 0) / 2 ** 32) * limit);
  }
}
