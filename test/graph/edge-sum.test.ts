/** An edge that was counted in pieces, under several names of its ends, equals the one that was counted as one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ADD, CONSUMES, Interaction, REVERSE } from '../../src/contract/interaction.ts';
import { EdgeAggregate } from '../../src/graph/edge-aggregate.ts';
import { edgeToDocument } from '../../src/graph/edge-document.ts';
import { EdgeSum } from '../../src/graph/edge-sum.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const HOUR_MS = 3_600_000;

interface Step {
  readonly piece: number;
  readonly agoMs: number;
  readonly durationUs: number;
  readonly lane: number;
  readonly group: number;
  readonly verb: string;
  readonly trace: number;
  readonly fails: boolean;
  /** Epochs that pass before it. */
  readonly epochs: number;
  /** What becomes of it: it stays provisional, it is settled, or it is taken back. */
  readonly fate: 'stay' | 'settle' | 'reverse';
}

const step: fc.Arbitrary<Step> = fc.record({
  piece: fc.nat(2),
  agoMs: fc.oneof(fc.nat(HOUR_MS), fc.nat(20 * HOUR_MS)),
  durationUs: fc.nat(5_000_000),
  lane: fc.nat(2),
  group: fc.nat(2),
  verb: fc.constantFrom('receive', 'process', 'poll'),
  trace: fc.nat(9),
  fails: fc.boolean(),
  epochs: fc.constantFrom(0, 0, 0, 1, 2),
  fate: fc.constantFrom('stay', 'stay', 'settle', 'reverse'),
});

function interactionOf(step: Step): Interaction {
  const i = new Interaction();
  i.begin(CONSUMES, 0, 1, (NOW_MS - step.agoMs) * 1000, 3);
  i.lane = step.lane;
  i.messages = 1 + step.group;
  i.group = step.group;
  i.verbs = [step.verb];
  i.serverError = step.fails;
  i.serverDuration = step.durationUs;
  i.lag = step.durationUs;
  i.adjusted = 1 + step.trace;
  i.traces = Int32Array.from([0, 0, step.trace, step.trace * 7]);
  i.span1 = 1 + step.group;
  return i;
}

it('in any order, with what is provisional, settled and taken back', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.constantFrom([0, 1, 2], [2, 0, 1], [1, 2, 0]),
      (steps, order) => {
        const whole = new EdgeAggregate(0, CONSUMES, 0, 1);
        const pieces = [0, 1, 2].map(n => new EdgeAggregate(n, CONSUMES, n, 9));
        let epoch = 0;
        for (const one of steps) {
          epoch += one.epochs;
          const i = interactionOf(one);
          for (const edge of [whole, pieces[one.piece]!]) {
            i.sign = ADD;
            edge.apply(i, epoch);
            if (one.fate === 'settle') edge.settle(i.time, i.traces, 0, i.span0, i.span1);
          }
        }
        // A piece that holds nothing any more is not shown, so it is not among what is added up.
        for (const one of steps.filter(({ fate }) => fate === 'reverse')) {
          const i = interactionOf(one);
          i.sign = REVERSE;
          for (const edge of [whole, pieces[one.piece]!]) edge.apply(i, epoch);
        }
        const shown = order.map(n => pieces[n]!).filter(edge => edge.count > 0);
        if (shown.length === 0) return;
        const context = { nowMs: NOW_MS, halfLifeMs: HOUR_MS, epoch, groupNames: ['', 'a', 'b'] };
        const fixed = { id: 'x', key: 'x', kind: 'consumes', source: 's', target: 't' } as const;
        const { rate, exemplars, firstSeen, lastSeen, ...sum } = edgeToDocument(
          fixed,
          new EdgeSum(shown).weights(),
          'active',
          context,
        );
        const expected = edgeToDocument(fixed, whole, 'active', context);
        expect(expected).toMatchObject(sum);
        if (steps.some(({ fate }) => fate === 'reverse')) return;
        expect(rate).toBeCloseTo(expected.rate, 12);
        expect({ exemplars, firstSeen, lastSeen }).toEqual({
          exemplars: expected.exemplars,
          firstSeen: expected.firstSeen,
          lastSeen: expected.lastSeen,
        });
      },
    ),
    { numRuns: 2000 },
  );
});
