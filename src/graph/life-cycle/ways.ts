/** Edges that came and went → couplings and cycles that did, some with every frame. */
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import type { GraphStore } from '../store.ts';
import type { ChangeDraft } from './change-maker.ts';
import { Couplings } from './couplings.ts';
import { Cycles } from './cycles.ts';
import type { Living } from './living.ts';
import { ToldGraph } from './told-graph.ts';

/** Edges that a frame looks at, and one search more at most. */
const STEPS_A_FRAME = 2000;
const EDGES_A_FRAME = 20;
/** Edges beyond are not looked at: couplings and cycles by them are not told. */
const MOST_WAITING = 100_000;
const FAMILY = 'ways';

interface Own {
  readonly queue: readonly (readonly [edge: number, isEntered: boolean])[];
  readonly couplings: ReturnType<Couplings['state']>;
  readonly cycles: ReturnType<Cycles['state']>;
}

export class Ways implements Kept {
  private readonly graph: ToldGraph;
  private readonly couplings: Couplings;
  private readonly cycles: Cycles;
  private queue: (readonly [edge: number, isEntered: boolean])[] = [];

  constructor(living: Living, store: GraphStore, tell: (draft: ChangeDraft) => void) {
    this.graph = new ToldGraph(living, store);
    this.couplings = new Couplings(this.graph, tell);
    this.cycles = new Cycles(this.graph, tell);
  }

  entered(edge: number): void {
    this.graph.add(edge);
    if (this.queue.length < MOST_WAITING) this.queue.push([edge, true]);
  }

  left(edge: number): void {
    this.graph.remove(edge);
    if (this.queue.length < MOST_WAITING) this.queue.push([edge, false]);
  }

  /** With every frame. */
  step(): void {
    if (this.queue.length === 0) return;
    const most = this.graph.steps + STEPS_A_FRAME;
    for (let n = 0; n < EDGES_A_FRAME && this.queue.length > 0 && this.graph.steps < most; n++) {
      const [edge, isEntered] = this.queue.shift()!;
      if (isEntered) {
        this.couplings.entered(edge);
        this.cycles.entered(edge);
      } else {
        this.couplings.left(edge);
        this.cycles.left(edge);
      }
    }
  }

  /** Nodes are one now, or no longer, or all of it is known from before. */
  regroup(): void {
    this.graph.rebuild();
    this.couplings.regroup();
    this.cycles.regroup();
  }

  *save(out: ImageWriter): Iterable<void> {
    const own: Own = { queue: this.queue, couplings: this.couplings.state(), cycles: this.cycles.state() };
    out.value(FAMILY, own);
    yield;
  }

  /** When the lives are there. */
  *load(from: ImageReader): Iterable<void> {
    this.graph.rebuild();
    if (from.size(FAMILY) < 0) return;
    const { queue, couplings, cycles } = from.value(FAMILY) as Own;
    this.queue = [...queue];
    this.couplings.load(couplings);
    this.cycles.load(cycles);
    yield;
  }
}
