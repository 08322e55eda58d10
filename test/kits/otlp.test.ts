/** The reference codec itself: known bytes, round trips, refusals. */
import { describe, expect, test } from 'vitest';
import { decodeLogs, decodeTraces, encode, encodeLogs, encodeTraces, RetryInfo, RpcStatus } from './otlp.ts';

const request = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] },
      scopeSpans: [
        {
          scope: { name: 'http' },
          spans: [
            {
              traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
              spanId: '00f067aa0ba902b7',
              parentSpanId: '00f067aa0ba902b6',
              name: 'GET /',
              kind: 2,
              startTimeUnixNano: '1712345678901234567',
              endTimeUnixNano: '1712345678905000000',
              attributes: [
                { key: 'n', value: { intValue: '-9007199254740993' } },
                { key: 'd', value: { doubleValue: 0.5 } },
                { key: 'b', value: { boolValue: false } },
                { key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
              ],
              links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b5' }],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

describe('reference codec', () => {
  test('round-trips OTLP JSON without losing a digit', () => {
    expect(decodeTraces(encodeTraces(request))).toEqual(request);
  });

  test('writes ids as bytes and times as fixed64', () => {
    const hex = Buffer.from(encodeTraces(request)).toString('hex');
    expect(hex).toContain('0a104bf92f3577b34da6a3ce929d0e0e4736');
    expect(hex).toContain('220800f067aa0ba902b6');
    const time = Buffer.alloc(8);
    time.writeBigUInt64LE(1712345678901234567n);
    expect(hex).toContain(`39${time.toString('hex')}`);
  });

  test('takes names of enums, numbers for integers, and bytes for ids', () => {
    const span = {
      traceId: new Uint8Array(16).fill(1),
      spanId: 'AB'.repeat(8),
      kind: 'SPAN_KIND_CLIENT',
      startTimeUnixNano: 7,
    };
    const decoded = decodeTraces(encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
    expect(decoded).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ traceId: '01'.repeat(16), spanId: 'ab'.repeat(8), kind: 3, startTimeUnixNano: '7' }] },
          ],
        },
      ],
    });
  });

  test('refuses ids that are no hex', () => {
    const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'xyz' }] }] }] };
    expect(() => encodeTraces(bad)).toThrow('even number of hex digits');
  });

  test('refuses truncated bytes', () => {
    const bytes = encodeTraces(request);
    expect(() => decodeTraces(bytes.subarray(0, bytes.length - 1))).toThrow();
  });

  test('round-trips logs', () => {
    const logs = {
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: '5',
                  severityNumber: 9,
                  body: { stringValue: 'hi' },
                  traceId: '0a'.repeat(16),
                  spanId: '0b'.repeat(8),
                },
              ],
            },
          ],
        },
      ],
    };
    expect(decodeLogs(encodeLogs(logs))).toEqual(logs);
  });

  test('knows the error messages of OTLP', () => {
    const retry = encode(RetryInfo, { retryDelay: { seconds: 3 } });
    expect([...retry]).toEqual([0x0a, 0x02, 0x08, 0x03]);
    const details = [{ type_url: 'type.googleapis.com/google.rpc.RetryInfo', value: retry }];
    expect(encode(RpcStatus, { code: 14, message: 'wait', details }).length).toBeGreaterThan(retry.length);
  });
});
