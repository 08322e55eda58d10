import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { StartError } from '../../../src/contract/component.ts';
import { checkOtlpConfig, toGrpcOptions, toHttpOptions } from '../../../src/receivers/otlp/config.ts';
import { OtlpClient } from './grpc-client.ts';
import { send, TYPE } from './http-client.ts';
import { tracesBytes } from './messages.ts';
import { type Protocols, Running } from './running.ts';

describe('listening', () => {
  let blocker: Server | undefined;
  afterEach(() => blocker?.close());

  async function busyPort(): Promise<number> {
    const server = createServer();
    blocker = server;
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
    return address.port;
  }

  it('announces both protocols with the ports as bound, and both feed one consumer', async () => {
    const running = await new Running({ grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:0' } }).start();
    expect(running.listeners.map(({ component, protocol }) => [component, protocol])).toEqual([
      ['otlp', 'grpc'],
      ['otlp', 'http'],
    ]);
    for (const { address } of running.listeners) expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    const client = new OtlpClient(running.port('grpc'));
    await client.export('trace.v1.TraceService', tracesBytes('g'));
    await send(running.port('http'), { headers: { 'Content-Type': TYPE.protobuf }, body: tracesBytes('h') });
    expect(running.consumer.calls).toEqual(['begin', 'span:g', 'commit', 'begin', 'span:h', 'commit']);
    client.close();
    await running.stop();
  });

  it('does not listen for a protocol that is not listed', async () => {
    const running = await new Running({ http: { endpoint: '127.0.0.1:0' } }).start();
    expect(running.listeners.map(({ protocol }) => protocol)).toEqual(['http']);
    await running.stop();
  });

  it.each(['http', 'grpc'] as const)('says which option avoids a busy %s port', async protocol => {
    const port = await busyPort();
    const running = new Running({ [protocol]: { endpoint: `127.0.0.1:${port}` } } satisfies Protocols);
    const error: unknown = await running.start().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StartError);
    const { message, hint } = error as StartError;
    expect(message).toContain(`127.0.0.1:${port}: the port is in use`);
    const other = port + 1000 > 65535 ? 0 : port + 1000;
    expect(hint).toContain(`--set receivers.otlp.protocols.${protocol}.endpoint=127.0.0.1:${other}`);
    await running.stop();
  });

  it.each(['http', 'grpc'] as const)('says when %s is bound to an address of another machine', async protocol => {
    const running = new Running({ [protocol]: { endpoint: '192.0.2.1:4999' } } satisfies Protocols);
    const error: unknown = await running.start().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toContain('no address "192.0.2.1"');
    await running.stop();
  });

  it('takes times that are no whole number of milliseconds, or of quarters', async () => {
    const options = { endpoint: '127.0.0.1:0', read_timeout: '1.0015s', idle_timeout: '1000500us' };
    const running = await new Running({ http: options }).start();
    await running.stop();
  });

  it('can be stopped before it was started', async () => {
    await new Running({ grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:0' } }).stop();
  });
});

describe('options', () => {
  it('take their defaults when a protocol is given as null', () => {
    expect(toHttpOptions(null)).toEqual({
      endpoint: '127.0.0.1:4318',
      guard: {},
      maxBodyBytes: 20 * 2 ** 20,
      maxDecompressedBytes: 64 * 2 ** 20,
      maxInflightBytes: 256 * 2 ** 20,
      maxConnections: 4096,
      maxHeaderBytes: 16 * 2 ** 10,
      readHeaderTimeoutMs: 10_000,
      readTimeoutMs: 30_000,
      writeTimeoutMs: 30_000,
      idleTimeoutMs: 60_000,
    });
    expect(toGrpcOptions(null)).toMatchObject({ endpoint: '127.0.0.1:4317', maxMessageBytes: 16 * 2 ** 20 });
  });

  it('keep what was given', () => {
    expect(toHttpOptions({ read_timeout: '2s' })).toMatchObject({ readTimeoutMs: 2000, readHeaderTimeoutMs: 2000 });
    expect(toHttpOptions({ read_timeout: '1m' })).toMatchObject({ readTimeoutMs: 60_000, idleTimeoutMs: 60_000 });
    const aged = toGrpcOptions({ keepalive: { server_parameters: { max_connection_age: '1h' } } });
    expect(aged).toMatchObject({ maxConnectionAgeMs: 3_600_000, keepaliveTimeMs: 7_200_000 });
  });

  it('need memory for at least one body of the largest size', () => {
    expect(checkOtlpConfig({ protocols: { http: null, grpc: null } })).toEqual([]);
    const [problem] = checkOtlpConfig({ protocols: { http: { max_inflight_body_size: '32MiB' } } });
    expect(problem?.path).toEqual(['protocols', 'http', 'max_inflight_body_size']);
  });
});
