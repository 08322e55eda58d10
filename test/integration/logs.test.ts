/** The log of a real process, as an operator and a log shipper see it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningProcess, spawnTacit } from '../cli/kit.ts';
import { dataDirectory } from '../kits/data-directory.ts';

const SETTINGS = [
  'receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  'receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  'extensions.http_api.endpoint=127.0.0.1:0',
].map(set => `--set=${set}`);

const started: RunningProcess[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.signal('SIGKILL');
});

async function serve(encoding: 'console' | 'json') {
  const data = `--set=extensions.storage.path=${dataDirectory()}`;
  const service = spawnTacit(['serve', ...SETTINGS, data, `--set=service.telemetry.logs.encoding=${encoding}`]);
  started.push(service);
  const [, listeners] = await service.until(/ready.*?(\[\{.*?\}\])|"listeners":(\[\{.*?\}\]),"msg":"ready"/);
  const text = listeners ?? /"listeners":(\[\{.*?\}\])/.exec(service.output())![1]!;
  const all = JSON.parse(text) as readonly {
    readonly component: string;
    readonly protocol: string;
    readonly address: string;
  }[];
  const { address } = all.find(one => one.component === 'otlp' && one.protocol === 'http')!;
  return { service, address };
}

const post = (address: string, body: string, type = 'application/x-protobuf') =>
  fetch(`http://${address}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });

describe('requests that are not taken', () => {
  it('are told with their sender and the reason, once and then by their number', async () => {
    const { service, address } = await serve('json');
    for (let i = 0; i < 50; i++) expect((await post(address, '\x0a\xff')).status).toBe(400);
    expect((await post(address, '', 'text/plain')).status).toBe(415);
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1').resume();
    socket.end('this is no HTTP\r\n\r\n');
    await once(socket, 'close');
    service.signal('SIGTERM');
    const { code, stderr } = await service.ended;
    expect(code).toBe(0);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines)
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(info|warn)$/),
        time: expect.any(String),
        component: expect.any(String),
        msg: expect.any(String),
      });
    const declined = lines.filter(line => 'sender' in line);
    const fields = { level: 'warn', component: 'receivers.otlp', protocol: 'http', sender: '127.0.0.1' };
    expect(declined).toMatchObject([
      {
        ...fields,
        outcome: 'malformed',
        count: 1,
        msg: expect.stringMatching(/^OTLP request not taken \(malformed\): ./),
      },
      { ...fields, outcome: 'unsupported', count: 1 },
      { ...fields, outcome: 'malformed', count: 50, msg: expect.stringContaining('this is not HTTP') },
    ]);
  });

  it('are readable on the console', async () => {
    const { service, address } = await serve('console');
    await post(address, '{', 'application/json');
    await service.until(
      /WARN: receivers\.otlp: OTLP request not taken \(malformed\): .* \{"protocol":"http","outcome":"malformed","sender":"127\.0\.0\.1","count":1\}\n/,
    );
  });
});

describe('a log that nobody reads', () => {
  it('does not hold up the requests that fill it, nor the end', async () => {
    const { service, address } = await serve('json');
    service.deafen();
    const answers = await Promise.all(Array.from({ length: 200 }, () => post(address, '{', 'application/json')));
    expect(new Set(answers.map(one => one.status))).toEqual(new Set([400]));
    service.signal('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });
});
