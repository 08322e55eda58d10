/**
 * A small shop traced with the OpenTelemetry Node SDK: `shop-web` calls `orders` over HTTP, `orders` writes to a
 * database and publishes to a topic, `billing` processes what comes from the topic. The spans are made by hand with
 * the API, as instrumentations make them; the calls between the services are real and carry real W3C headers.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';

type Headers = Record<string, string>;

export const SHOP_SERVICES = ['shop-web', 'orders', 'billing'] as const;
/** Spans of one order: server and client at the web, server, database and producer at orders, consumer at billing. */
export const SPANS_PER_ORDER = 6;

const propagator = new W3CTraceContextPropagator();

/** Takes `orders` orders one after the other, each a trace of its own, and exports all spans service by service. */
export async function runShop(orders: number, createExporter: () => SpanExporter): Promise<void> {
  const providers = SHOP_SERVICES.map(name => createProvider(name, createExporter()));
  const [web, orderService, billing] = providers.map(provider => provider.getTracer('shop', '1.0.0')) as [
    Tracer,
    Tracer,
    Tracer,
  ];
  const server = await startOrders(orderService, billing);
  const { port } = server.address() as AddressInfo;
  try {
    for (let i = 0; i < orders; i++) await checkout(web, `http://127.0.0.1:${port}/orders`);
  } finally {
    server.close();
    for (const provider of providers) await provider.shutdown();
  }
}

function createProvider(name: string, exporter: SpanExporter): TracerProvider {
  const resource = resourceFromAttributes({ 'service.name': name, 'service.instance.id': `${name}-1` });
  return new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
}

/** Ends the span when the work is done. */
async function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    span.end();
  }
}

function start(tracer: Tracer, name: string, kind: SpanKind, attributes: Attributes, parent: Context): Span {
  return tracer.startSpan(name, { kind, attributes }, parent);
}

const inside = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

function headersOf(span: Span): Headers {
  const headers: Headers = {};
  propagator.inject(inside(span), headers, defaultTextMapSetter);
  return headers;
}

const contextOf = (headers: IncomingHttpHeaders | Headers): Context =>
  propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);

async function checkout(web: Tracer, url: string): Promise<void> {
  const attributes = { 'http.request.method': 'GET', 'http.route': '/checkout', 'http.response.status_code': 200 };
  const entry = start(web, 'GET /checkout', SpanKind.SERVER, attributes, ROOT_CONTEXT);
  await within(entry, async () => {
    const call = start(
      web,
      'POST',
      SpanKind.CLIENT,
      { 'http.request.method': 'POST', 'server.address': 'orders', 'server.port': 8080 },
      inside(entry),
    );
    await within(call, async () => {
      const response = await fetch(url, { method: 'POST', headers: headersOf(call) });
      await response.arrayBuffer();
      call.setAttribute('http.response.status_code', response.status);
    });
  });
}

async function startOrders(orders: Tracer, billing: Tracer): Promise<Server> {
  const server = createServer((request, response) => {
    const attributes = { 'http.request.method': 'POST', 'http.route': '/orders', 'http.response.status_code': 201 };
    const span = start(orders, 'POST /orders', SpanKind.SERVER, attributes, contextOf(request.headers));
    void within(span, async () => {
      request.resume();
      await insertOrder(orders, span);
      await bill(billing, await publishOrder(orders, span));
    }).then(() => response.writeHead(201).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function insertOrder(orders: Tracer, parent: Span): Promise<void> {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.operation.name': 'INSERT',
    'db.collection.name': 'orders',
    'db.query.text': 'INSERT INTO orders (id, total) VALUES ($1, $2)',
    'server.address': 'orders-db',
    'server.port': 5432,
  };
  await within(start(orders, 'INSERT orders', SpanKind.CLIENT, attributes, inside(parent)), pause);
}

/** Returns the headers of the message. */
async function publishOrder(orders: Tracer, parent: Span): Promise<Headers> {
  const attributes = { ...messaging, 'messaging.operation.name': 'send', 'messaging.operation.type': 'send' };
  const span = start(orders, 'send order-events', SpanKind.PRODUCER, attributes, inside(parent));
  return within(span, async () => {
    await pause();
    return headersOf(span);
  });
}

async function bill(billing: Tracer, headers: Headers): Promise<void> {
  const attributes = {
    ...messaging,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.consumer.group.name': 'billing',
  };
  const context = contextOf(headers);
  const links = [{ context: trace.getSpanContext(context)! }];
  const span = billing.startSpan('process order-events', { kind: SpanKind.CONSUMER, attributes, links }, context);
  await within(span, pause);
}

const messaging = { 'messaging.system': 'kafka', 'messaging.destination.name': 'order-events' };

const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 2));
