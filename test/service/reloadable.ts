/** A service of the real components whose configuration a test writes again, and what it says afterwards. */
import { type LoadResult, loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/contract/clock.ts';
import type { ComponentFactory, ReloadReport } from '../../src/contract/component.ts';
import { componentFactories } from '../../src/service/components.ts';
import { createService, type Service } from '../../src/service/service.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { createTestLogger } from './components.ts';

export const ANY_PORT = '127.0.0.1:0';

export class Reloadable {
  readonly service: Service;
  readonly lines: () => Record<string, unknown>[];
  text: string;

  private constructor(text: string, factories: readonly ComponentFactory[]) {
    this.text = text;
    const read = (): LoadResult => {
      const sources = [{ name: 'test.yaml', text: this.text }];
      return loadConfig({ sources, sets: [], env: process.env, readFile: () => '', factories });
    };
    const { logger, lines } = createTestLogger();
    const options = { logger, clock: systemClock, version: '1.2.3', readAgain: read };
    this.lines = lines;
    this.service = createService(read().config!, options);
  }

  static async start(text: string, factories: readonly ComponentFactory[] = componentFactories): Promise<Reloadable> {
    const reloadable = new Reloadable(text, factories);
    await reloadable.service.start();
    return reloadable;
  }

  reload(text: string): Promise<ReloadReport> {
    this.text = text;
    return this.service.reload();
  }

  /** host:port of a listener; undefined when there is none. */
  address(component: string, protocol: 'grpc' | 'http' = 'http'): string | undefined {
    return this.service.listeners.find(one => one.component === component && one.protocol === protocol)?.address;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`http://${this.address('http_api')}${path}`, { headers });
  }

  async metrics(): Promise<string> {
    return (await this.get('/metrics')).text();
  }

  /** Posts one call between two services over HTTP; its status. */
  async send(n: number, receiver = 'otlp'): Promise<number> {
    const body = JSON.stringify(callOf(n, Date.now()));
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`http://${this.address(receiver)}/v1/traces`, { method: 'POST', headers, body })).status;
  }
}

/** The value of a sample line that begins so; undefined where there is none, an error where there are two. */
export function sampleOf(text: string, start: string): number | undefined {
  const found = text.split('\n').filter(line => line.startsWith(start));
  if (found.length > 1) throw new Error(`more than one sample: ${found.join(' | ')}`);
  return found[0] === undefined ? undefined : Number(found[0].slice(found[0].lastIndexOf(' ')));
}
