/** Whoever goes on from a checkpoint tells what would have been told without it, with the same numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/contract/change.ts';
import { type IdentityRules, NO_RULES } from '../../../src/contract/identity-rules.ts';
import { type Interaction, PUBLISHES } from '../../../src/contract/interaction.ts';
import { NO_JUDGE } from '../../../src/graph/life-cycle/judge/edge-judge.ts';
import { LifeCycle } from '../../../src/graph/life-cycle/life-cycle.ts';
import type { Living } from '../../../src/graph/life-cycle/living.ts';
import type { Teller } from '../../../src/graph/life-cycle/teller.ts';
import { TOPIC } from '../../../src/lib/identities.ts';
import {
  handOver,
  loadImage,
  type MemoryImage,
  MemoryImageWriter,
  meanwhile,
  saveImage,
} from '../../kits/memory-image.ts';
import { differencesOf } from '../../kits/same-state.ts';
import { Random } from '../../oracle/random.ts';
import { HOUR, LATE_MS, Lived, MINUTE, SECOND, SETTINGS, WAIT_MS } from './lived.ts';

const ALIAS: IdentityRules = { ...NO_RULES, aliases: [{ kind: 'service', from: 's1', to: 's0' }] };
const SHORT = { fadeAfterMs: 10 * MINUTE, goneAfterMs: 30 * MINUTE, quietMs: 2 * MINUTE, learnMs: HOUR };

/** One step; the rules that hold from then on, when they changed. */
function step(lived: Lived, random: Random, done: Interaction[]): IdentityRules | undefined {
  const name = () => `s${random.below(5)}`;
  const dice = random.below(100);
  if (dice < 50) done.push(lived.call(name(), name(), { atMs: lived.nowMs - random.below(2) * random.below(HOUR) }));
  else if (dice < 55) done.push(lived.call(name(), name(), { proof: ['client_span'] }));
  else if (dice < 60) {
    const cluster = random.below(2) === 0 ? '' : 'main';
    const topic = lived.identities.intern(TOPIC, 'prod', ['kafka', cluster, `t${random.below(2)}`]);
    done.push(lived.call(name(), topic, { kind: PUBLISHES }));
  } else if (dice < 65 && done.length > 0) lived.takeBack(done.splice(random.below(done.length), 1)[0]!);
  else if (dice < 67) return random.below(2) === 0 ? ALIAS : NO_RULES;
  else if (dice < 69) lived.nowMs += random.below(10 * MINUTE);
  else lived.nowMs += random.below(90 * SECOND);
  return undefined;
}

function read(life: LifeCycle, lived: Lived): readonly number[] {
  const { edges, nodes } = lived.store;
  return [...edges.map((_, e) => life.stateOfEdge(e)), ...nodes.map((_, n) => life.stateOfNode(n))];
}

/** What is known of nodes and edges. */
function subjectsOf(life: LifeCycle): object {
  const { living, teller } = life as unknown as { readonly living: Living; readonly teller: Teller };
  const { minutes } = teller as unknown as { readonly minutes: object };
  return { nodes: living.nodes, edges: living.edges, minutes };
}

describe('a life that is handed over while it goes on', () => {
  test('is the one of the end, and what holds still stands', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        (seed, checkpoints) => {
          const random = new Random(seed);
          const lived = new Lived(SHORT);
          const done: Interaction[] = [];
          let many = 300;
          const live = (steps: number) => {
            for (let n = 0; n < steps; n++) {
              if (random.chance(0.2)) lived.call(`s${many % 5}`, `many ${many++}`);
              const rules = step(lived, random, done);
              if (rules !== undefined) lived.set(SHORT, rules);
              lived.tick();
            }
          };
          let image: MemoryImage = new Map();
          // Beyond the first room of the columns.
          for (let n = 0; n < many; n++) lived.call(`s${n % 5}`, `many ${n}`);
          for (const rounds of checkpoints) {
            live(30);
            const writer = new MemoryImageWriter(image, true);
            handOver(lived.life, writer, rounds, meanwhile(random, live));
            image = writer.sections;
            const restored = loadImage(new LifeCycle(lived.store, NO_JUDGE, () => {}), image);
            const exceptions = { fields: { 'ChangedLines.sections': 'of the image being written' } };
            expect(differencesOf(subjectsOf(restored), subjectsOf(lived.life), exceptions)).toEqual([]);
          }
        },
      ),
      { numRuns: Number(process.env.TACIT_PROPERTY_RUNS ?? 10) },
    );
  }, 300_000);

  test('loads what a program from before wrote in one piece', () => {
    const lived = new Lived(SHORT);
    lived.calls('a', 'b');
    lived.calls('a', 'c');
    const image = new Map(saveImage(lived.life));
    const { edges } = (lived.life as unknown as { readonly living: Living }).living;
    for (const name of [...image.keys()].filter(one => one.startsWith('life/edges'))) image.delete(name);
    const before = new MemoryImageWriter();
    before.value('life/edges', edges.size);
    for (const [name, column] of Object.entries(edges))
      if (ArrayBuffer.isView(column))
        for (const _ of before.memory(`life/edges/${name}`, (column as Float64Array).subarray(0, edges.size)));
    const restored = loadImage(new LifeCycle(lived.store, NO_JUDGE, () => {}), new Map([...image, ...before.sections]));
    expect(
      differencesOf(subjectsOf(restored), subjectsOf(lived.life), {
        fields: {
          'ChangedLines.marks': 'to be written anew',
          'ChangedLines.versions': 'of this process',
          'ChangedLines.sections': 'of the image being written',
        },
      }),
    ).toEqual([]);
  });
});

describe('a life that goes on from a checkpoint', () => {
  test('is the same, at whatever frame it was taken', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 200 }), (seed, cut) => {
        const random = new Random(seed);
        const lived = new Lived(SHORT);
        const done: Interaction[] = [];
        let other: LifeCycle | undefined;
        const others: Change[] = [];
        let rules = NO_RULES;
        for (let n = 0; n < 300; n++) {
          if (n === cut) {
            other = new LifeCycle(lived.store, NO_JUDGE, change => others.push(change));
            other.setSettings({ ...SETTINGS, ...SHORT }, rules, LATE_MS, WAIT_MS);
            loadImage(other, saveImage(lived.life));
            lived.changes.length = 0;
          }
          const changed = step(lived, random, done);
          if (changed !== undefined) {
            rules = changed;
            lived.set(SHORT, rules);
            other?.setSettings({ ...SETTINGS, ...SHORT }, rules, LATE_MS, WAIT_MS);
          }
          lived.tick();
          other?.advance(lived.frame, lived.nowMs, lived.nowMs);
        }
        expect(others).toEqual(lived.changes);
        expect(read(other!, lived)).toEqual(read(lived.life, lived));
        expect(other!.sequence).toBe(lived.life.sequence);
      }),
      { numRuns: 25 },
    );
  });

  test('without its part of the checkpoint knows what is there, and tells only what comes', () => {
    const lived = new Lived();
    lived.calls('a', 'b');
    const changes: Change[] = [];
    const other = new LifeCycle(lived.store, NO_JUDGE, change => changes.push(change));
    other.setSettings(SETTINGS, NO_RULES, LATE_MS, WAIT_MS);
    loadImage(other, new Map());
    other.advance(1, lived.nowMs, lived.nowMs);
    lived.call('a', 'c');
    other.advance(2, lived.nowMs + SECOND, lived.nowMs + SECOND);
    expect(changes.map(({ type, node, edge }) => `${type} ${node?.name ?? edge?.target.name}`)).toEqual([
      'node.appeared c',
      'edge.appeared c',
    ]);
  });
});

describe('each node and edge', () => {
  test('is told in turn: what appears was not there, and what goes was', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const random = new Random(seed);
        const lived = new Lived(SHORT);
        const done: Interaction[] = [];
        for (let n = 0; n < 300; n++) {
          step(lived, random, done);
          lived.tick();
        }
        const there = new Set<string>();
        for (const { type, node, edge } of lived.changes) {
          const id = node?.id ?? edge?.id;
          // Topics may turn out to be another, and their edges with them.
          if (id === undefined || id.includes('topic:')) continue;
          const appears = type === 'node.appeared' || type === 'edge.appeared';
          expect(there.has(id), `${type} ${id}`).toBe(!appears);
          if (appears) there.add(id);
          if (type.endsWith('.gone') || type === 'edge.retracted') there.delete(id);
        }
      }),
      { numRuns: 25 },
    );
  });
});
