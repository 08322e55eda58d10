import { compressionAlgorithms, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PermanentError } from '../../../src/contract/errors.ts';
import { decode, RetryInfo, RpcStatus } from '../../kits/otlp.ts';
import { OtlpClient } from './grpc-client.ts';
import { largeTraces, logsBytes, readLogsResponse, readTracesResponse, tracesBytes } from './messages.ts';
import { Running, startGrpc } from './running.ts';

const TRACES = 'trace.v1.TraceService';
let running: Running;
let client: OtlpClient;

beforeEach(async () => {
  running = await startGrpc({ max_recv_msg_size_mib: 1 });
  client = new OtlpClient(running.port('grpc'));
});
afterEach(async () => {
  client.close();
  await running.stop();
});

it('takes spans and answers with the empty response', async () => {
  const result = await client.export(TRACES, tracesBytes('a', 'b'));
  expect(result.code).toBe(status.OK);
  expect(readTracesResponse(result.response!)).toEqual({});
  expect(running.consumer.calls).toEqual(['begin', 'span:a', 'span:b', 'commit']);
  expect(running.metric('tacit_otlp_requests_total', { protocol: 'grpc', outcome: 'accepted' })).toBe(1);
});

it('takes gzipped spans', async () => {
  const gzip = new OtlpClient(running.port('grpc'), {
    'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
  });
  expect((await gzip.export(TRACES, largeTraces(100_000))).code).toBe(status.OK);
  expect(running.consumer.spans).toBe(1);
  gzip.close();
});

it('takes many calls at once without mixing them', async () => {
  const results = await Promise.all(Array.from({ length: 200 }, () => client.export(TRACES, tracesBytes('a', 'b'))));
  expect(results.every(({ code }) => code === status.OK)).toBe(true);
  expect(running.consumer.calls).toEqual(Array(200).fill(['begin', 'span:a', 'span:b', 'commit']).flat());
});

it('says how many spans were rejected and why', async () => {
  running.consumer.result = { accepted: 0, rejected: 300, message: 'no trace id' };
  const { code, response } = await client.export(TRACES, tracesBytes('a'));
  expect(code).toBe(status.OK);
  expect(readTracesResponse(response!)).toEqual({
    partialSuccess: { rejectedSpans: '300', errorMessage: 'no trace id' },
  });
});

it('answers malformed bytes with INVALID_ARGUMENT', async () => {
  const result = await client.export(TRACES, Buffer.from([0x0a, 0x7f, 0x01]));
  expect(result.code).toBe(status.INVALID_ARGUMENT);
  expect(result.details).not.toBe('');
  expect(running.consumer.calls).toEqual(['begin', expect.stringMatching(/^abort:[a-z_]+$/)]);
});

it('answers UNAVAILABLE with RetryInfo under pressure', async () => {
  running.consumer.refuse(7);
  const result = await client.export(TRACES, tracesBytes('a'));
  expect([result.code, result.details]).toEqual([status.UNAVAILABLE, 'memory is short; try again']);
  const [bytes] = result.metadata.get('grpc-status-details-bin');
  const { code, message, details } = decode(RpcStatus, bytes as Buffer) as {
    code: number;
    message: string;
    details: { type_url: string; value: Buffer }[];
  };
  expect([code, message, details.length]).toEqual([14, 'memory is short; try again', 1]);
  expect(details[0]!.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
  expect(decode(RetryInfo, details[0]!.value)).toEqual({ retryDelay: { seconds: '7' } });
});

it('answers INVALID_ARGUMENT to what the consumer rejects for good, INTERNAL to unexpected trouble', async () => {
  running.consumer.spanFailure = new PermanentError('no such tenant');
  expect((await client.export(TRACES, tracesBytes('a'))).code).toBe(status.INVALID_ARGUMENT);
  running.consumer.spanFailure = new TypeError('secret detail');
  const result = await client.export(TRACES, tracesBytes('a'));
  expect(result.code).toBe(status.INTERNAL);
  expect(result.details).not.toMatch(/secret/);
});

it('answers RESOURCE_EXHAUSTED to a message over the limit, also when it is gzipped', async () => {
  expect((await client.export(TRACES, largeTraces(1_100_000))).code).toBe(status.RESOURCE_EXHAUSTED);
  const gzip = new OtlpClient(running.port('grpc'), {
    'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
  });
  expect((await gzip.export(TRACES, largeTraces(50_000_000))).code).toBe(status.RESOURCE_EXHAUSTED);
  gzip.close();
  expect(running.consumer.calls).toEqual([]);
  expect((await client.export(TRACES, tracesBytes('a'))).code).toBe(status.OK);
});

it('counts log records', async () => {
  const { code, response } = await client.export('logs.v1.LogsService', logsBytes(4));
  expect(code).toBe(status.OK);
  expect(readLogsResponse(response!)).toEqual({});
  expect(running.logRecords).toBe(4);
});

it('answers UNIMPLEMENTED to metrics and says where they belong', async () => {
  const result = await client.export('metrics.v1.MetricsService', Buffer.alloc(0));
  expect(result.code).toBe(status.UNIMPLEMENTED);
  expect(result.details).toMatch(/metrics are not taken/);
});

it('answers UNIMPLEMENTED to a signal that no pipeline takes', async () => {
  const logsOnly = await new Running({ grpc: { endpoint: '127.0.0.1:0' } }, ['logs']).start();
  const other = new OtlpClient(logsOnly.port('grpc'));
  const result = await other.export(TRACES, tracesBytes('a'));
  expect(result.code).toBe(status.UNIMPLEMENTED);
  expect(result.details).toMatch(/traces pipeline/);
  other.close();
  await logsOnly.stop();
});

it('lets a call in flight finish when it stops, and takes no more', async () => {
  let open = () => {};
  running.consumer.gate = () =>
    new Promise<void>(resolve => {
      open = resolve;
    });
  const call = client.export(TRACES, tracesBytes('a'));
  while (running.consumer.commits === 0) await new Promise(resolve => setTimeout(resolve, 5));
  const stopped = running.stop();
  setTimeout(() => open(), 100);
  expect((await call).code).toBe(status.OK);
  await stopped;
  expect((await client.export(TRACES, tracesBytes('a'))).code).toBe(status.UNAVAILABLE);
});
