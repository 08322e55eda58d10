/** Very many new edges at once: told in steps, each once, in order, with what speaks for it. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/contract/change.ts';
import { NO_RULES } from '../../../src/contract/identity-rules.ts';
import { NO_JUDGE } from '../../../src/graph/life-cycle/judge/edge-judge.ts';
import { LifeCycle } from '../../../src/graph/life-cycle/life-cycle.ts';
import { loadImage, saveImage } from '../../kits/memory-image.ts';
import { LATE_MS, Lived, SETTINGS, WAIT_MS } from './lived.ts';

const SERVICES = 220;
const FRAME_MS = 100;
/** Edges of one frame, and with each two nodes that were not there. */
const MOST_CHANGES_A_FRAME = 3 * 200;

function manyCalls(lived: Lived): number {
  let edges = 0;
  for (let from = 0; from < SERVICES; from++) {
    for (let to = 0; to < SERVICES; to++, edges++) {
      if (from === to) edges--;
      else lived.call(`s${from}`, `s${to}`, { micros: 1000 * to });
    }
  }
  return edges;
}

/** Frames until all is told, and the most that one of them told. */
function framesUntilTold(lived: Lived, edges: number): { readonly frames: number; readonly most: number } {
  let most = 0;
  for (let frames = 1; frames < 1000; frames++) {
    const before = lived.changes.length;
    lived.tick();
    most = Math.max(most, lived.changes.length - before);
    if (lived.changes.filter(({ type }) => type === 'edge.appeared').length === edges) return { frames, most };
    lived.nowMs += FRAME_MS;
  }
  throw new Error(`${lived.changes.length} changes are told, and no more`);
}

describe('48,000 new edges in one frame', () => {
  test('are told a few with each frame, each once, in order, with evidence', () => {
    const lived = new Lived();
    lived.changes.length = 0;
    const edges = manyCalls(lived);
    expect(edges).toBeGreaterThan(48_000);
    const { frames, most } = framesUntilTold(lived, edges);
    expect(most).toBeLessThanOrEqual(MOST_CHANGES_A_FRAME);
    expect(frames).toBeLessThan(300);
    const appeared = lived.changes.filter(({ type }) => type === 'edge.appeared');
    expect(new Set(appeared.map(({ edge }) => edge!.id)).size).toBe(edges);
    lived.changes.forEach(({ seq }, i) => {
      if (seq !== lived.changes[0]!.seq + i) expect(seq).toBe(lived.changes[0]!.seq + i);
    });
    const bare = appeared.filter(({ evidence, after }) => evidence.exemplars === undefined || after!.count !== 1);
    expect(bare).toEqual([]);
    const nodes = lived.changes.filter(({ type }) => type === 'node.appeared');
    expect(nodes).toHaveLength(SERVICES);
    expect(lived.state(edges - 1)).toBe('active');
  });

  test('go on from a checkpoint that was taken between', () => {
    const lived = new Lived();
    const edges = manyCalls(lived);
    for (let frame = 0; frame < 20; frame++) {
      lived.tick();
      lived.nowMs += FRAME_MS;
    }
    const others: Change[] = [];
    const other = new LifeCycle(lived.store, NO_JUDGE, change => others.push(change));
    other.setSettings(SETTINGS, NO_RULES, LATE_MS, WAIT_MS);
    loadImage(other, saveImage(lived.life));
    lived.changes.length = 0;
    for (let frame = 0; frame < edges / 200 + 10; frame++) {
      lived.tick();
      other.advance(lived.frame, lived.nowMs, lived.nowMs);
      lived.nowMs += FRAME_MS;
    }
    expect(others).toHaveLength(lived.changes.length);
    expect(others.at(-1)).toEqual(lived.changes.at(-1));
    expect(others.filter(({ type }) => type === 'edge.appeared').length).toBe(edges - 20 * 200);
  });
});
