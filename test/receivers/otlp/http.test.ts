import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError, RetryableError } from '../../../src/contract/errors.ts';
import { send, TYPE } from './http-client.ts';
import {
  logsBytes,
  logsOf,
  readLogsResponse,
  readStatus,
  readTracesResponse,
  tracesBytes,
  tracesOf,
} from './messages.ts';
import { Running, startHttp } from './running.ts';

let running: Running;
let port: number;

beforeEach(async () => {
  running = await startHttp();
  port = running.port('http');
});
afterEach(() => running.stop());

const BODIES = { protobuf: tracesBytes('a', 'b'), json: JSON.stringify(tracesOf('a', 'b')) } as const;

for (const encoding of ['protobuf', 'json'] as const) {
  describe(`traces in ${encoding}`, () => {
    const headers = { 'Content-Type': TYPE[encoding] };
    const post = (body: Uint8Array | string = BODIES[encoding], more: Record<string, string> = {}) =>
      send(port, { headers: { ...headers, ...more }, body });

    it('are taken whole, and the empty response comes in the same encoding', async () => {
      const reply = await post();
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe(TYPE[encoding]);
      expect(reply.body.toString()).toBe(encoding === 'json' ? '{}' : '');
      expect(running.consumer.calls).toEqual(['begin', 'span:a', 'span:b', 'commit']);
    });

    it('are taken gzipped', async () => {
      const reply = await post(gzipSync(BODIES[encoding]), { 'Content-Encoding': 'gzip' });
      expect(reply.status).toBe(200);
      expect(running.consumer.spans).toBe(2);
    });

    it('that are large and gzipped are inflated off the event loop and taken', async () => {
      const name = 'n'.repeat(3_000_000);
      const body = encoding === 'json' ? JSON.stringify(tracesOf(name)) : tracesBytes(name);
      const reply = await post(gzipSync(body), { 'Content-Encoding': 'gzip' });
      expect(reply.status).toBe(200);
      expect(running.consumer.calls[1]).toHaveLength('span:'.length + name.length);
    });

    it('may carry parameters on the content type', async () => {
      const reply = await post(undefined, { 'Content-Type': `${TYPE[encoding].toUpperCase()}; charset=utf-8` });
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe(TYPE[encoding]);
    });

    it('that were partly rejected are told so with 200', async () => {
      running.consumer.result = { accepted: 1, rejected: 1, message: 'span 2 has no trace id' };
      const reply = await post();
      expect(reply.status).toBe(200);
      const partialSuccess = { rejectedSpans: '1', errorMessage: 'span 2 has no trace id' };
      const body = encoding === 'json' ? JSON.parse(reply.body.toString()) : readTracesResponse(reply.body);
      expect(body).toEqual({ partialSuccess });
    });

    it('that are malformed are aborted and answered with 400 and a Status', async () => {
      const reply = await post(encoding === 'json' ? '{"resourceSpans":[{]' : Buffer.from([0x0a, 0x7f, 0x01]));
      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toBe(TYPE[encoding]);
      const status = readStatus(reply.body, encoding);
      expect(status.code).toBe(3);
      expect(status.message).not.toBe('');
      const [begin, abort, ...rest] = running.consumer.calls;
      expect([begin, rest]).toEqual(['begin', []]);
      expect(abort).toMatch(/^abort:[a-z_]+$/);
      expect(running.metric('tacit_otlp_malformed_requests_total', { reason: abort!.slice(6) })).toBe(1);
    });

    it('that are not the gzip they claim to be are answered with 400', async () => {
      for (const body of [Buffer.from('not gzip'), gzipSync(BODIES[encoding]).subarray(0, -12), Buffer.alloc(0)]) {
        const reply = await post(body, { 'Content-Encoding': 'gzip' });
        expect(reply.status).toBe(400);
        expect(readStatus(reply.body, encoding).message).toMatch(/gzip/);
      }
      expect(running.consumer.calls).toEqual([]);
      expect(running.metric('tacit_otlp_malformed_requests_total', { reason: 'bad_gzip' })).toBe(3);
    });

    it('are refused under pressure with 503 and a delay in whole seconds', async () => {
      running.consumer.refuse(1.5);
      const reply = await post();
      expect(reply.status).toBe(503);
      expect(reply.headers['retry-after']).toBe('2');
      expect(readStatus(reply.body, encoding)).toEqual({ code: 14, message: 'memory is short; try again' });
    });

    it('whose commit waits are answered when it is through, or refused when it fails', async () => {
      running.consumer.gate = () => Promise.resolve();
      expect((await post()).status).toBe(200);
      running.consumer.gate = () => Promise.reject(new RetryableError('the journal is gone', 5));
      const reply = await post();
      expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
    });

    it('that the consumer rejects for good are answered with 400, unexpected trouble with 500 and a log line', async () => {
      running.consumer.spanFailure = new PermanentError('no such tenant');
      expect((await post()).status).toBe(400);
      running.consumer.spanFailure = new TypeError('secret detail');
      const reply = await post();
      expect(reply.status).toBe(500);
      expect(readStatus(reply.body, encoding).message).not.toMatch(/secret/);
      expect(running.errors).toHaveLength(1);
      expect(running.consumer.calls).toEqual(['begin', 'abort:rejected', 'begin', 'abort:failed']);
    });
  });
}

it('takes an empty protobuf request', async () => {
  expect((await send(port, { headers: { 'Content-Type': TYPE.protobuf } })).status).toBe(200);
  expect(running.consumer.calls).toEqual(['begin', 'commit']);
});

it('takes a path with a query', async () => {
  const headers = { 'Content-Type': TYPE.protobuf };
  expect((await send(port, { path: '/v1/traces?tenant=a', headers, body: BODIES.protobuf })).status).toBe(200);
});

it('counts log records in both encodings', async () => {
  const binary = await send(port, { path: '/v1/logs', headers: { 'Content-Type': TYPE.protobuf }, body: logsBytes(3) });
  const json = JSON.stringify(logsOf(2));
  const text = await send(port, { path: '/v1/logs', headers: { 'Content-Type': TYPE.json }, body: json });
  expect([binary.status, text.status, running.logRecords]).toEqual([200, 200, 5]);
  expect(readLogsResponse(binary.body)).toEqual({});
  expect(running.metric('tacit_otlp_log_records_total')).toBe(5);
});

it('answers malformed logs with 400', async () => {
  const reply = await send(port, { path: '/v1/logs', headers: { 'Content-Type': TYPE.json }, body: '[1' });
  expect(reply.status).toBe(400);
});

describe('what is not taken', () => {
  const body = BODIES.protobuf;

  it('metrics: 404 that says where they belong', async () => {
    const reply = await send(port, { path: '/v1/metrics', headers: { 'Content-Type': TYPE.protobuf }, body });
    expect(reply.status).toBe(404);
    expect(reply.headers['content-type']).toBe(TYPE.protobuf);
    expect(readStatus(reply.body, 'protobuf')).toMatchObject({
      code: 12,
      message: expect.stringMatching(/metrics are not taken/),
    });
  });

  it('other paths: 404 that names the right ones', async () => {
    const reply = await send(port, { path: '/v1/trace', headers: { 'Content-Type': TYPE.json }, body: '{}' });
    expect(reply.status).toBe(404);
    expect(readStatus(reply.body, 'json').message).toMatch('/v1/traces');
  });

  it('other methods: 405 with Allow', async () => {
    const reply = await send(port, { method: 'GET' });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'POST']);
  });

  it('other content types: 415 that names those taken', async () => {
    for (const type of ['text/plain', 'application/protobuf', '']) {
      const reply = await send(port, { headers: { 'Content-Type': type }, body });
      expect(reply.status).toBe(415);
      expect(readStatus(reply.body, 'json').message).toMatch('application/x-protobuf');
    }
    expect((await send(port, { body })).status).toBe(415);
  });

  it('other content encodings: 415 that names those taken', async () => {
    const headers = { 'Content-Type': TYPE.protobuf, 'Content-Encoding': 'zstd' };
    const reply = await send(port, { headers, body });
    expect(reply.status).toBe(415);
    expect(readStatus(reply.body, 'protobuf').message).toMatch(/gzip/);
  });

  it('a signal that no pipeline takes from this receiver: 404', async () => {
    const tracesOnly = await new Running({ http: { endpoint: '127.0.0.1:0' } }, ['traces']).start();
    const headers = { 'Content-Type': TYPE.protobuf };
    const reply = await send(tracesOnly.port('http'), { path: '/v1/logs', headers, body: logsBytes(1) });
    expect(reply.status).toBe(404);
    expect(readStatus(reply.body, 'protobuf').message).toMatch(/logs pipeline/);
    await tracesOnly.stop();
  });
});

it('counts requests and bytes by protocol, signal, encoding and outcome', async () => {
  const headers = { 'Content-Type': TYPE.protobuf };
  await send(port, { headers, body: BODIES.protobuf });
  await send(port, { headers: { ...headers, 'Content-Encoding': 'gzip' }, body: gzipSync(BODIES.protobuf) });
  await send(port, { path: '/v1/metrics', headers });
  const labels = { protocol: 'http', signal: 'traces', encoding: 'protobuf', outcome: 'accepted' };
  expect(running.metric('tacit_otlp_requests_total', labels)).toBe(2);
  expect(running.metric('tacit_otlp_request_bytes_total', labels)).toBe(2 * BODIES.protobuf.length);
  expect(running.metric('tacit_otlp_requests_total', { signal: 'metrics', outcome: 'not_found' })).toBe(1);
});
