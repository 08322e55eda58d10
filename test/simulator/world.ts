/**
 * A seeded world around the real code: clients that send again what was not acknowledged, a network that loses, repeats
 * and reorders, a disk that fails, two clocks, and processes that end anywhere. In the end the world is calm, everything
 * is acknowledged, and what was counted is held against the frames that say so, and against the oracle.
 */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Answer } from '../../src/receivers/listener/answer.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { packPath, type SectionPlace } from '../../src/storage/checkpoint/checkpoint.ts';
import type { DatabaseSource } from '../../src/storage/database-file.ts';
import { BEGIN_MS } from '../kits/live-subject.ts';
import { Random } from '../oracle/random.ts';
import { type Climate, climateOf } from './climate.ts';
import { SimulatedDisk } from './disk.ts';
import { Ledger } from './ledger.ts';
import { Life, OUT_OF_MEMORY } from './life.ts';
import { Network } from './network.ts';
import { HeardChanges, HistoryInMemory } from './past.ts';
import { type Operation, planOf, type Step } from './plan.ts';
import { trafficOf } from './traffic.ts';
import { verdictOf } from './verdict.ts';

const NONE = Number.MAX_SAFE_INTEGER;
/** The calm is over after so many rounds, whatever is still open. */
const MOST_ROUNDS = 1000;
const TICK_MS = 100;
const CALM = ['send', 'deliver', 'disk', 'disk', 'turn', 'keeper', 'keeper', 'keeper', 'deliver'] as const;

/** What went wrong in the world of a seed. */
export async function problemsOf(seed: number, plan: readonly Step[] = planOf(seed)): Promise<readonly string[]> {
  const world = new World(seed);
  try {
    await world.run(plan);
  } catch (error) {
    world.problems.push(String((error as Error).stack));
  } finally {
    world.close();
  }
  return world.problems;
}

class World {
  readonly problems: string[] = [];
  private readonly climate: Climate;
  private readonly disk: SimulatedDisk;
  private readonly ledger = new Ledger();
  private readonly network: Network;
  private readonly manifest = manifestInMemory();
  private readonly history = new HistoryInMemory(
    () => this.life?.state === 'up' && this.isHindered && this.random.chance(0.5),
  );
  private readonly heard = new HeardChanges();
  private random: Random;
  /** Long after all that spans tell of, however it is set back. */
  private wallMs = BEGIN_MS + 600_000;
  private monotonicMs = 0;
  private options: TopologyOptions;
  private life: Life | undefined;
  private readonly operations: Readonly<Record<Operation, () => void>> = {
    send: () => this.network.send(this.random),
    deliver: () => this.network.deliver(this.random, this.answering()),
    lose: () => this.network.lose(this.random),
    repeat: () => this.network.repeat(this.random),
    garbage: () => void this.life?.take(this.network.garbage(this.random), this.random.pick(['protobuf', 'json']), 0),
    abandon: () => this.network.abandon(this.random),
    disk: () => void this.disk.step(),
    turn: () => void this.life?.turn(),
    keeper: () => void this.life?.keeperTurn(this.random.chance(0.5)),
    tick: () => this.tick(),
    read: () => this.read(),
    checkpoint: () => void this.life?.durable.checkpoint(),
    reload: () => this.reload(),
    jump: () => this.jump(),
    room: () => this.room(),
    faults: () => this.faults(),
    fuse: () => this.fuse(),
    keeperEnds: () => this.life?.keeperEnds(),
    kill: () => this.end(),
    powerOff: () => this.powerOff(),
    damage: () => this.damage(),
    stop: () => this.life?.stop(),
    giveUp: () => {
      if (this.life?.state === 'recovering') this.life.stop();
    },
  };

  constructor(seed: number) {
    this.random = new Random(seed);
    this.disk = new SimulatedDisk(this.random);
    this.network = new Network(trafficOf(seed, this.random));
    this.climate = climateOf(this.random);
    this.disk.ahead = this.random.pick([0, 700, 5000]);
    this.options = this.climate.options(this.random);
  }

  async run(plan: readonly Step[]): Promise<void> {
    for (const step of plan) {
      this.random = this.disk.random = new Random(step.seed);
      await this.operate(step.operation);
      if (this.problems.length > 0) return;
    }
    await this.calm();
    if (this.problems.length > 0) return;
    const clock = { now: () => this.wallMs };
    const { topology } = this.life!;
    // Who asks for a time asks when it is over, wherever the clock was set: frames are never set back.
    this.wallMs = Math.max(this.wallMs, BEGIN_MS + 1_200_000, topology.stampMs);
    const { ledger, history, heard, network, climate } = this;
    const outcome = { topology, ledger, history, heard };
    this.problems.push(...(await verdictOf(outcome, network.requests, climate, clock)));
  }

  close(): void {
    this.history.end();
    this.manifest.end();
  }

  private async operate(operation: Operation): Promise<void> {
    this.pass(this.random.below(40));
    if (this.life === undefined) this.begin();
    this.operations[operation]();
    await turnOfTheLoop();
    this.look();
  }

  /** What became of the process. */
  private look(): void {
    const { life } = this;
    this.problems.push(
      ...this.ledger.problems.splice(0),
      ...this.heard.problems.splice(0),
      ...(life?.problems.splice(0) ?? []),
    );
    if (life === undefined) return;
    if (life.isBlown) return this.random.chance(0.5) ? this.end() : this.powerOff();
    if (life.state !== 'ended') return;
    const isAlone = life.refusal?.message.includes(OUT_OF_MEMORY);
    if (life.refusal !== undefined && !this.isHindered && !isAlone)
      this.problems.push(`a start failed: ${life.refusal.stack}`);
    this.end();
  }

  private get isHindered(): boolean {
    return this.disk.capacity < NONE || this.disk.faults.sync + this.disk.faults.write > 0;
  }

  private begin(): void {
    const monotonic = () => {
      this.monotonicMs += this.climate.lookMs;
      return this.monotonicMs;
    };
    const { disk, manifest, history, heard, ledger } = this;
    this.life = new Life(
      { disk, manifest, history, heard, ledger, wall: () => Math.floor(this.wallMs), monotonic },
      this.options,
    );
  }

  /** The process is gone. */
  private end(): void {
    this.disk.kill();
    this.gone();
  }

  private powerOff(): void {
    this.disk.crash();
    this.gone();
  }

  /** Bits of the newest checkpoint turn while nobody looks: the one before, and the journal, have all that was in it. */
  private damage(): void {
    this.end();
    const [newest, before] = this.manifest.checkpoints();
    if (newest === undefined || before === undefined) return;
    const own = this.manifest.sections(newest).filter(({ pack }) => Number(pack.slice(0, 8)) === newest);
    const { pack, at, bytes } = this.random.pick(own);
    this.disk.damage(packPath(pack), at + this.random.below(bytes), 1 << this.random.below(8));
  }

  /** Another one may be started with other options, and on a disk that works, or not. */
  private gone(): void {
    this.life = undefined;
    this.network.closeConnections(this.random);
    if (this.random.chance(0.8)) this.heal();
    if (this.random.chance(0.2)) this.options = this.climate.options(this.random);
  }

  private heal(): void {
    this.disk.faults.sync = this.disk.faults.write = 0;
    this.disk.capacity = NONE;
  }

  private pass(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }

  private tick(): void {
    this.pass(TICK_MS);
    if (this.life?.state === 'up') this.life.topology.tick();
  }

  private read(): void {
    this.life?.topology.view();
    this.life?.durable.status();
  }

  private reload(): void {
    if (this.life?.state !== 'up') return;
    this.options = this.climate.options(this.random);
    this.life.topology.reconfigure(this.options);
  }

  /** The wall clock is set, or nothing happens for long. */
  private jump(): void {
    if (this.random.chance(0.5)) this.wallMs += this.random.below(2 * this.climate.jumpMs) - this.climate.jumpMs;
    else this.pass(this.random.below(this.climate.jumpMs));
  }

  private room(): void {
    const isFull = this.disk.capacity < NONE;
    this.disk.capacity = isFull ? NONE : NONE - this.disk.free() + this.random.below(5000);
  }

  private faults(): void {
    this.disk.faults.sync = this.random.chance(0.4) ? 0.2 : 0;
    this.disk.faults.write = this.random.chance(0.4) ? 0.1 : 0;
  }

  /** The power goes at one of the next changes of a file. */
  private fuse(): void {
    const { life } = this;
    if (life !== undefined) life.disk.failsAt = life.disk.changes + 1 + this.random.below(20);
  }

  private answering() {
    const { life, network, ledger } = this;
    return (number: number, body: Uint8Array, encoding: 'json' | 'protobuf'): void => {
      const answer = life?.take(body, encoding, number);
      const say = ({ outcome }: Answer) => {
        const isTaken = outcome === 'accepted' || outcome === 'partial';
        if (outcome !== 'refused' && !isTaken) this.problems.push(`request ${number} came to ${outcome}`);
        if (life !== this.life || life?.isBlown) return;
        if (isTaken) ledger.acknowledged.add(number);
        network.answer(number, isTaken);
      };
      if (answer instanceof Promise) answer.then(say);
      else if (answer !== undefined) say(answer);
    };
  }

  /** Nothing goes wrong any more: all is acknowledged, and there again after another start. */
  private async calm(): Promise<void> {
    this.random = this.disk.random = new Random(1);
    await this.untilQuiet(() => this.network.isDone);
    const { life } = this;
    await this.operate(this.random.pick(['kill', 'powerOff', 'stop'] as const));
    await this.untilQuiet(() => this.life !== life && this.life?.state === 'up' && this.isTold());
  }

  /** What it derived is stored, and the journal has all frames. */
  private isTold(): boolean {
    const { journal, changes } = this.life!.topology;
    return changes.status().waiting === 0 && journal.counters?.durable === journal.frames;
  }

  private async untilQuiet(isQuiet: () => boolean): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && this.problems.length === 0; round++) {
      this.heal();
      if (isQuiet()) return;
      if (this.life?.topology.journal.state === 'failed') this.end();
      for (const operation of CALM) {
        await this.operate(operation);
      }
      if (round % 10 === 0) await this.operate('tick');
    }
    if (this.problems.length === 0)
      this.problems.push(
        `there is no end to it: ${isQuiet}, ${this.life?.state}, ${JSON.stringify(this.life?.durable.status())}`,
      );
  }
}

interface Manifest extends DatabaseSource {
  /** Nobody asks it any more. */
  end(): void;
  /** The newest first. */
  checkpoints(): readonly number[];
  sections(checkpoint: number): readonly SectionPlace[];
}

/** A database that outlives the process, with its commits. */
function manifestInMemory(): Manifest {
  const db = new DatabaseSync(':memory:');
  const ask = (question: string) => db.prepare(question).all();
  return {
    checkpoints: () => {
      const isNew = ask("SELECT * FROM sqlite_schema WHERE name = 'checkpoint'").length === 0;
      return isNew ? [] : ask('SELECT id FROM checkpoint ORDER BY id DESC').map(({ id }) => Number(id));
    },
    sections: checkpoint =>
      ask(`SELECT * FROM section WHERE bytes > 0 AND checkpoint = ${checkpoint}`) as unknown as SectionPlace[],
    open: () => db,
    close() {},
    end: () => db.close(),
    setAside() {
      throw new Error('nothing was damaged');
    },
  };
}
