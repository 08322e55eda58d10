/**
 * Running components and a new configuration → the components of that configuration, or everything as before.
 *
 * What did not change is kept. What can change in place prepares it; what cannot is made anew and started beside the
 * running one, but for one that listens on the same port: that is stopped first, and made again should anything fail.
 * Only then, in one turn and so between two requests, all of it takes effect. What was given up is drained afterwards.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/load.ts';
import { type Reconfiguration, StartError } from '../../contract/component.ts';
import type { Logger } from '../../contract/logger.ts';
import { type Assembly, type BuildInput, type BuiltComponent, keysInUse } from '../build.ts';
import { configuredComponent } from '../configured.ts';
import type { HostScope } from '../host.ts';
import { stopComponents } from '../stop.ts';
import { blockedBy } from './ports.ts';

export interface Running {
  readonly config: Config;
  readonly assembly: Assembly;
}

export interface ExchangeParts {
  assemble(input: Pick<BuildInput, 'config' | 'kept' | 'running' | 'openScope'>): Assembly;
  openScope(): HostScope;
  readonly logger: Logger;
  /** For what is given up to finish. */
  readonly timeoutMs: number;
}

export interface Exchanged {
  readonly running: Running;
  /** Why nothing changed; undefined when all did. */
  readonly problem?: string;
  /** Components that could not be started again, by path: they do not run. */
  readonly lost: readonly string[];
  /** By path. */
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  /** Resolves when what was given up has finished. */
  readonly drained: Promise<void>;
}

/** Never rejects. */
export function exchange(running: Running, next: Config, parts: ExchangeParts): Promise<Exchanged> {
  return new Exchange(running, next, parts).run();
}

class Exchange {
  private readonly before: Running;
  private readonly next: Config;
  private readonly parts: ExchangeParts;
  private readonly prepared: Reconfiguration[] = [];
  private readonly scopes: HostScope[] = [];
  /** New instances that were started, in that order. */
  private readonly started: BuiltComponent[] = [];
  /** Running ones that were stopped to free their port. */
  private readonly stopped: BuiltComponent[] = [];

  constructor(before: Running, next: Config, parts: ExchangeParts) {
    this.before = before;
    this.next = next;
    this.parts = parts;
  }

  async run(): Promise<Exchanged> {
    try {
      const after = await this.assembleNext();
      const fresh = without(after.order, this.before.assembly.order);
      const ended = without(this.before.assembly.order, after.order);
      const blocked = new Map(fresh.map(built => [built, blockedBy(built, ended)]));
      for (const built of fresh) if (blocked.get(built)!.length === 0) await this.start(built);
      await this.stopFirst([...new Set([...blocked.values()].flat())]);
      for (const built of fresh) if (blocked.get(built)!.length > 0) await this.start(built);
      return this.commit(after, fresh, ended);
    } catch (error) {
      return this.rollback(error);
    }
  }

  private async assembleNext(): Promise<Assembly> {
    const { assembly: running } = this.before;
    const keys = keysInUse(this.next);
    const kept = new Map<string, BuiltComponent>();
    for (const built of running.order) {
      if (keys.has(built.key) && (await this.canKeep(built))) kept.set(built.key, built);
    }
    return this.assemble(this.next, key => kept.get(key));
  }

  /** As it is, or changed in place. */
  private async canKeep({ path, component, section, configured }: BuiltComponent): Promise<boolean> {
    const { config } = configuredComponent(this.next, section, configured.id);
    const isSame = isDeepStrictEqual(config, configured.config);
    const prepared = isSame ? await component.refresh?.() : await component.reconfigure?.(config);
    if (prepared !== undefined) this.prepared.push(prepared);
    else if (!isSame && section === 'connectors') throw new Error(`${path} cannot change while it runs`);
    return isSame || prepared !== undefined;
  }

  private assemble(config: Config, kept: (key: string) => BuiltComponent | undefined): Assembly {
    const openScope = () => {
      const scope = this.parts.openScope();
      this.scopes.push(scope);
      return scope;
    };
    return this.parts.assemble({ config, kept, running: this.before.assembly, openScope });
  }

  private async start(built: BuiltComponent): Promise<void> {
    this.started.push(built);
    await built.component.start();
  }

  private async stopFirst(built: readonly BuiltComponent[]): Promise<void> {
    const inOrder = this.before.assembly.order.filter(one => built.includes(one));
    this.stopped.push(...inOrder);
    for (const { scope } of inOrder) scope.retire();
    await this.stop(inOrder);
  }

  /** In one turn. */
  private commit(after: Assembly, fresh: readonly BuiltComponent[], ended: readonly BuiltComponent[]): Exchanged {
    for (const [id, consumers] of after.consumers) after.switches.get(id)!.switchTo(consumers);
    for (const [key, wanted] of after.wanted) after.sources.get(key)!.switchTo(wanted);
    const finishing = this.prepared.map(prepared => prepared.commit());
    for (const { scope } of fresh) scope.show();
    for (const { scope } of ended) scope.retire();
    const drained = Promise.allSettled([...finishing, this.stop(without(ended, this.stopped))]).then(() => {});
    const paths = (components: readonly BuiltComponent[]) => [...new Set(components.map(({ path }) => path))];
    const running = { config: this.next, assembly: after };
    return { running, lost: [], started: paths(fresh), stopped: paths(ended), drained };
  }

  private async rollback(error: unknown): Promise<Exchanged> {
    await this.stop(this.started);
    for (const prepared of this.prepared) await prepared.rollback();
    for (const scope of this.scopes) scope.close();
    const problem = describe(error);
    const nothing = { problem, started: [], stopped: [], drained: Promise.resolve() };
    if (this.stopped.length === 0) return { ...nothing, running: this.before, lost: [] };
    const { assembly, lost } = await this.startAgain();
    return { ...nothing, running: { config: this.before.config, assembly }, lost };
  }

  private async startAgain(): Promise<{ readonly assembly: Assembly; readonly lost: readonly string[] }> {
    const { config, assembly: before } = this.before;
    const running = new Map(without(before.order, this.stopped).map(built => [built.key, built]));
    const again = this.assemble(config, key => running.get(key));
    const lost: BuiltComponent[] = [];
    for (const built of without(again.order, before.order)) {
      try {
        await built.component.start();
        built.scope.show();
      } catch (error) {
        lost.push(built);
        this.parts.logger.error({ component: built.path }, `could not be started again: ${describe(error)}`);
        await this.stop([built]);
      }
    }
    const order = again.order.filter(built => !lost.includes(built));
    return { assembly: { ...again, order }, lost: lost.map(({ path }) => path) };
  }

  private async stop(components: readonly BuiltComponent[]): Promise<void> {
    await stopComponents(components, this.parts.timeoutMs, this.parts.logger);
    for (const { scope } of components) scope.close();
  }
}

function without(components: readonly BuiltComponent[], others: readonly BuiltComponent[]): BuiltComponent[] {
  const known = new Set(others.map(({ component }) => component));
  return components.filter(({ component }) => !known.has(component));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof StartError && error.hint !== undefined ? `${error.message}; ${error.hint}` : error.message;
}
