import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { dataDirectory } from '../kits/data-directory.ts';
import { spawnTacit } from './kit.ts';

const ANY_PORT = [
  '--set=receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  '--set=receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  '--set=extensions.http_api.endpoint=127.0.0.1:0',
  `--set=extensions.storage.path=${dataDirectory()}`,
];

const started: ReturnType<typeof spawnTacit>[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.signal('SIGKILL');
});

function tacit(args: readonly string[]) {
  const child = spawnTacit(args);
  started.push(child);
  return child;
}

describe('the process', () => {
  it('an unknown option: one message, exit 1', async () => {
    const { code, stdout, stderr } = await tacit(['serve', '--prot', '1']).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('tacit: --prot is no option here; see --help\n');
  });

  it('a wrong configuration: the problems, exit 1', async () => {
    const { code, stderr } = await tacit(['serve', '--set', 'connectors.topology.limits.nodes=1']).ended;
    expect(code).toBe(1);
    expect(stderr).toBe(
      '--set connectors.topology.limits.nodes=1: connectors.topology.limits.nodes: 1 is out of range; it must be 10 to 1000000\n',
    );
  });

  it('validate without a file checks the default', async () => {
    const { code, stdout } = await tacit(['validate']).ended;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'the default configuration: valid, with pipelines traces, logs\n',
    });
  });

  it('serve: says where it listens and what to do next, is ready, and SIGTERM ends it with 0', async () => {
    const child = tacit(['serve', ...ANY_PORT]);
    const [, api] = await child.until(/curl (http:\/\/127\.0\.0\.1:\d+)\/v1\/graph/);
    expect(child.output()).toMatch(/otlp +grpc +127\.0\.0\.1:[1-9]/);
    expect(child.output()).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:[1-9]/);
    expect((await fetch(`${api}/readyz`)).status).toBe(200);
    child.signal('SIGHUP');
    await child.until(/configuration read again/);
    child.signal('SIGTERM');
    const { code, stderr } = await child.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('stopped');
    expect(stderr).toContain('nothing was kept so far');
  });

  it('serve with JSON logs: one line is `ready` with all addresses, stdout stays empty', async () => {
    const child = tacit(['serve', ...ANY_PORT, '--set=service.telemetry.logs.encoding=json']);
    const [line] = await child.until(/^.*"msg":"ready".*$/m);
    const { level, listeners } = JSON.parse(line) as { level: string; listeners: { address: string }[] };
    expect(level).toBe('info');
    expect(listeners).toHaveLength(3);
    for (const { address } of listeners) expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    child.signal('SIGINT');
    const { code, stdout } = await child.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it('a second signal ends the process at once, with requests still under way', async () => {
    const child = tacit(['serve', ...ANY_PORT]);
    const [, port] = await child.until(/otlp +http +http:\/\/127\.0\.0\.1:(\d+)/);
    const sender = connect(Number(port), '127.0.0.1').on('error', () => {});
    sender.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await sleep(200);
    child.signal('SIGTERM');
    await child.until(/a second signal ends at once/);
    await sleep(300);
    child.signal('SIGTERM');
    const { code } = await child.ended;
    expect(code).toBe(143);
    sender.destroy();
  });

  it('serve on a busy port: what is taken, by whom, the --set that avoids it, exit 1', async () => {
    const rival = createServer();
    await new Promise<void>(resolve => {
      rival.listen(0, '127.0.0.1', resolve);
    });
    const { port } = rival.address() as AddressInfo;
    try {
      const busy = `--set=receivers.otlp.protocols.http.endpoint=127.0.0.1:${port}`;
      const { code, stdout, stderr } = await tacit(['serve', ...ANY_PORT, busy]).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^cannot start: /m);
      expect(stderr).toMatch(/--set receivers\.otlp\.protocols\.http\.endpoint=127\.0\.0\.1:\d+/);
      if (process.platform === 'linux') expect(stderr).toContain(`port ${port} is held by process ${process.pid}`);
      expect(stderr).not.toMatch(/^\s+at /m);
    } finally {
      rival.close();
    }
  });
});
