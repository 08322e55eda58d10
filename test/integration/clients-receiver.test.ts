/**
 * The OpenTelemetry Node SDK against the OTLP receiver alone: every transport, encoding and compression delivers the
 * same spans, and the scanner sees in them what the shop put there.
 */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import type { Host, Listener } from '../../src/contract/component.ts';
import type { SpanConsumer } from '../../src/contract/consumer.ts';
import type { Logger } from '../../src/contract/logger.ts';
import { createSpanView, RESOURCE_SLOT, SPAN_SLOT } from '../../src/normalize/conventions/slots.ts';
import { createOtlpReceiverFactory } from '../../src/receivers/otlp/factory.ts';
import { recordView, type SlotRecord, type SpanRecord } from '../fuzz/span-record.ts';
import { COMPRESSIONS, createExporter, EXPORTER_KINDS } from '../kits/sdk/exporters.ts';
import { runShop, SPANS_PER_ORDER } from '../kits/sdk/shop.ts';
import { startSink } from '../kits/sdk/sink.ts';

const ORDERS = 3;
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const variants = EXPORTER_KINDS.flatMap(kind => COMPRESSIONS.map(compression => [kind, compression] as const));

test.each(variants)('%s, compression %s', async (kind, compression) => {
  const spans: SpanRecord[] = [];
  const listeners: Listener[] = [];
  const receiver = startableReceiver(collect(spans), listeners);
  await receiver.start();
  try {
    const { address } = listeners.find(l => l.protocol === (kind === 'grpc' ? 'grpc' : 'http'))!;
    await runShop(ORDERS, () => createExporter(kind, compression, address));
  } finally {
    await receiver.stop();
  }
  expect(spans).toHaveLength(ORDERS * SPANS_PER_ORDER);
  const traces = Map.groupBy(spans, span => span.traceId);
  expect(traces.size).toBe(ORDERS);
  for (const trace of traces.values()) expectOrder(trace);
});

test.each(['http/json', 'http/protobuf'] as const)('%s with gzip really is compressed', async kind => {
  const sink = await startSink();
  try {
    await runShop(1, () => createExporter(kind, 'gzip', sink.endpoint));
    expect(sink.requests.map(request => request.contentEncoding)).toEqual(['gzip', 'gzip', 'gzip']);
  } finally {
    sink.close();
  }
});

function expectOrder(trace: readonly SpanRecord[]): void {
  const find = (service: string, kind: number, name: string): SpanRecord => {
    const span = trace.find(
      s => textOf(s.resource, RESOURCE_SLOT.serviceName) === service && s.kind === kind && s.name === name,
    );
    if (span === undefined)
      throw new Error(`no span ${name} of ${service} among ${JSON.stringify(trace.map(s => s.name))}`);
    return span;
  };
  const entry = find('shop-web', 2, 'GET /checkout');
  const call = find('shop-web', 3, 'POST');
  const server = find('orders', 2, 'POST /orders');
  const insert = find('orders', 3, 'INSERT orders');
  const send = find('orders', 4, 'send order-events');
  const process = find('billing', 5, 'process order-events');

  expect(entry.parentId).toBe('0'.repeat(16));
  expect(call.parentId).toBe(entry.spanId);
  expect(server.parentId).toBe(call.spanId);
  expect([insert.parentId, send.parentId]).toEqual([server.spanId, server.spanId]);
  expect(process).toMatchObject({ parentId: send.spanId, links: [{ traceId: send.traceId, spanId: send.spanId }] });
  expect(textOf(insert.attributes, SPAN_SLOT.dbCollection)).toBe('orders');
  expect(textOf(send.attributes, SPAN_SLOT.destination)).toBe('order-events');
  expect(call.attributes[SPAN_SLOT.httpStatus]).toEqual([3, 201]);
  expect(trace.every(span => span.scope === 'shop' && span.end >= span.start && span.start > 1.6e15)).toBe(true);
}

function textOf(slots: SlotRecord, slot: number): unknown {
  return slots[slot]?.[1];
}

function collect(spans: SpanRecord[]): SpanConsumer {
  let request: SpanRecord[] = [];
  return {
    begin: () => {
      request = [];
    },
    span: view => {
      request.push(recordView(view, 0));
    },
    commit: () => {
      spans.push(...request);
      return { accepted: request.length, rejected: 0, message: '' };
    },
    abort: reason => {
      throw new Error(`the receiver aborted: ${reason}`);
    },
  };
}

function startableReceiver(traces: SpanConsumer, listeners: Listener[]): { start(): unknown; stop(): unknown } {
  const host: Pick<Host, 'listening' | 'metrics'> = {
    listening: listener => {
      listeners.push(listener);
      return () => {};
    },
    metrics: () => {},
  };
  const settings = { id: 'otlp', logger: silent, clock: systemClock, host: host as Host };
  const endpoint = { endpoint: '127.0.0.1:0' };
  return createOtlpReceiverFactory(() => createSpanView()).create(
    settings,
    { protocols: { grpc: endpoint, http: endpoint } },
    { traces },
  );
}
