import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { systemClock } from '../../src/contract/clock.ts';
import { StartError } from '../../src/contract/component.ts';
import { findBusyPorts } from '../../src/service/busy-ports.ts';
import { componentFactories } from '../../src/service/components.ts';
import { findPortOwner } from '../../src/service/port-owner.ts';
import { createService } from '../../src/service/service.ts';
import { describeStartFailure } from '../../src/service/start-failure.ts';
import { checkedConfig, createTestLogger, createWorkshop } from './components.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function occupyPort(): Promise<number> {
  const server = createServer();
  closers.push(() => server.close());
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** The receiver and the API are the real ones, in front of a sink that keeps nothing. */
function configWith(otlp: string, api: string) {
  const factories = [...createWorkshop().factories, ...componentFactories];
  const text = `
receivers: {otlp: {protocols: ${otlp}}}
connectors: {sink: }
extensions: {http_api: {endpoint: '${api}'}}
service:
  extensions: [http_api]
  pipelines: {traces: {receivers: [otlp], exporters: [sink]}}
`;
  return checkedConfig(text, factories);
}

function serviceOf(config: Config) {
  const { logger } = createTestLogger();
  return createService(config, { logger, clock: systemClock, version: '0.0.0' });
}

async function failureOf(otlp: string, api: string): Promise<string> {
  const config = configWith(otlp, api);
  const service = serviceOf(config);
  const error = await service.start().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await service.stop();
  expect(error).toBeInstanceOf(StartError);
  return describeStartFailure(error as StartError, await findBusyPorts(config));
}

describe('a busy port', () => {
  it('of OTLP/HTTP: the failure names the owner and the --set that avoids it', async () => {
    const port = await occupyPort();
    const text = await failureOf(`{http: {endpoint: '127.0.0.1:${port}'}}`, '127.0.0.1:0');
    expect(text).toContain(`127.0.0.1:${port}`);
    expect(text).toMatch(/--set receivers\.otlp\.protocols\.http\.endpoint=127\.0\.0\.1:\d+/);
    if (existsSync('/proc/net/tcp')) expect(text).toContain(`port ${port} is held by process ${process.pid}: `);
  });

  it('of OTLP/gRPC', async () => {
    const port = await occupyPort();
    const text = await failureOf(`{grpc: {endpoint: '127.0.0.1:${port}'}}`, '127.0.0.1:0');
    expect(text).toMatch(/--set receivers\.otlp\.protocols\.grpc\.endpoint=127\.0\.0\.1:\d+/);
  });

  it('of the API', async () => {
    const port = await occupyPort();
    const text = await failureOf(`{http: {endpoint: '127.0.0.1:0'}}`, `127.0.0.1:${port}`);
    expect(text).toMatch(/--set extensions\.http_api\.endpoint=127\.0\.0\.1:\d+/);
  });

  it('among others: each is told, and one line avoids them all with ports that are free', async () => {
    const [grpc, http, api] = [await occupyPort(), await occupyPort(), await occupyPort()];
    const protocols = (a: number, b: number) =>
      `{grpc: {endpoint: '127.0.0.1:${a}'}, http: {endpoint: '127.0.0.1:${b}'}}`;
    const text = await failureOf(protocols(grpc, http), `127.0.0.1:${api}`);
    const [first, ...lines] = text.trimEnd().split('\n  ');
    expect(first).toMatch(/^cannot start: .* is in use$/);
    expect(lines).toEqual([
      expect.stringMatching(`^receivers\\.otlp\\.protocols\\.grpc\\.endpoint: port ${grpc} is `),
      expect.stringMatching(`^receivers\\.otlp\\.protocols\\.http\\.endpoint: port ${http} is `),
      expect.stringMatching(`^extensions\\.http_api\\.endpoint: port ${api} is `),
      expect.stringMatching(/^use other ports: --set /),
    ]);
    const free = [...lines.at(-1)!.matchAll(/--set (\S+)\.endpoint=127\.0\.0\.1:(\d+)/g)];
    expect(free.map(([, option]) => option)).toEqual([
      'receivers.otlp.protocols.grpc',
      'receivers.otlp.protocols.http',
      'extensions.http_api',
    ]);
    const [a, b, c] = free.map(([, , port]) => Number(port));
    const service = serviceOf(configWith(protocols(a!, b!), `127.0.0.1:${c}`));
    await service.start();
    await service.stop();
  });

  it('is not blamed for another failure, which keeps its own hint', async () => {
    const text = await failureOf(`{http: {endpoint: '192.0.2.1:4999'}}`, '127.0.0.1:0');
    expect(text).toContain(
      'use an address of this machine: --set receivers.otlp.protocols.http.endpoint=127.0.0.1:4999',
    );
    expect(text).not.toContain('in use');
  });
});

describe('the real receiver and API', () => {
  it('announce what they bound, never port 0', async () => {
    const protocols = `{http: {endpoint: '127.0.0.1:0'}, grpc: {endpoint: '127.0.0.1:0'}}`;
    const service = serviceOf(configWith(protocols, '127.0.0.1:0'));
    await service.start();
    try {
      const names = service.listeners.map(({ component, protocol }) => `${component} ${protocol}`);
      expect([...names].sort()).toEqual(['http_api http', 'otlp grpc', 'otlp http']);
      for (const { address } of service.listeners) expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
      const api = service.listeners.find(({ component }) => component === 'http_api')!;
      const status = (await (await fetch(`http://${api.address}/v1/status`)).json()) as { listeners: unknown };
      expect(status.listeners).toEqual(service.listeners);
    } finally {
      await service.stop();
    }
  });
});

describe('findPortOwner', () => {
  it.runIf(existsSync('/proc/net/tcp'))('finds another process by its socket', async () => {
    const script =
      'const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    closers.push(() => child.kill());
    const port = await new Promise<number>(resolve => {
      child.stdout.once('data', chunk => resolve(Number(String(chunk))));
    });
    const owner = findPortOwner(port)!;
    expect(owner.pid).toBe(child.pid);
    expect(owner.command).toContain('createServer');
  });

  it('knows nobody on a free port', async () => {
    const port = await occupyPort();
    closers.splice(0).forEach(close => {
      close();
    });
    expect(findPortOwner(port)).toBeUndefined();
  });
});
