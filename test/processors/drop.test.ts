import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import { StartError } from '../../src/contract/component.ts';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView, RESOURCE_SLOT, SPAN_SLOT } from '../../src/normalize/conventions/slots.ts';
import type { DropRule } from '../../src/processors/drop/config.ts';
import { componentFactories } from '../../src/service/components.ts';
import { createService } from '../../src/service/service.ts';
import { checkedConfig, createTestLogger, createWorkshop } from '../service/components.ts';

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };

interface Span {
  readonly name?: string;
  readonly kind?: number;
  readonly service?: string;
  readonly resource?: Readonly<Record<string, Value>>;
  readonly attributes?: Readonly<Record<string, Value>>;
}

function exportRequest({
  name = 'GET /',
  kind = 2,
  service = 'shop',
  resource: more = {},
  attributes = {},
}: Span): Uint8Array {
  const toList = (values: Readonly<Record<string, Value>>) =>
    Object.entries(values).map(([key, value]) => ({ key, value }));
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name,
    kind,
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000001000000000',
    attributes: toList(attributes),
  };
  const resource = { attributes: toList({ 'service.name': { stringValue: service }, ...more }) };
  return new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }));
}

/** Sends a span through a real pipeline with these rules; true when it reached the sink as `filtered`. */
function isDropped(rules: readonly DropRule[], span: Span): boolean {
  const workshop = createWorkshop();
  const text = `
receivers: {source: }
processors: {drop: {spans: ${JSON.stringify(rules)}}}
connectors: {sink: }
service: {pipelines: {traces: {receivers: [source], processors: [drop], exporters: [sink]}}}
`;
  const factories = [...workshop.factories, ...componentFactories];
  createService(checkedConfig(text, factories), {
    logger: createTestLogger().logger,
    clock: systemClock,
    version: '0',
  });
  const { traces, createView } = workshop.consumers.get('source')!;
  decodeTracesJson(exportRequest(span), createView!(), traces!);
  expect(workshop.journal).toHaveLength(1);
  return workshop.journal[0]!.startsWith('filtered');
}

const NOTHING = { accepted: 0, rejected: 0, message: '' };
const text = (stringValue: string): Value => ({ stringValue });
const route: Span = { attributes: { 'http.route': text('/healthz') } };

describe('drop', () => {
  it.each<[string, DropRule, Span, boolean]>([
    ['an attribute among values', { attribute: 'http.route', in: ['/readyz', '/healthz'] }, route, true],
    ['an attribute with another value', { attribute: 'http.route', in: ['/readyz'] }, route, false],
    ['a longer value', { attribute: 'http.route', equals: '/health' }, route, false],
    ['a span without the attribute', { attribute: 'http.route', matches: '' + '.*' }, {}, false],
    [
      'an attribute no convention knows',
      { attribute: 'shop.test', equals: true },
      { attributes: { 'shop.test': { boolValue: true } } },
      true,
    ],
    ['a number', { attribute: 'shop.size', equals: 5 }, { attributes: { 'shop.size': { intValue: '5' } } }, true],
    [
      'a number written as text',
      { attribute: 'shop.size', equals: '5' },
      { attributes: { 'shop.size': { intValue: '5' } } },
      true,
    ],
    [
      'a text that is the number',
      { attribute: 'shop.size', equals: 5 },
      { attributes: { 'shop.size': text('5') } },
      true,
    ],
    [
      'a number that matches',
      { attribute: 'http.status_code', matches: '^5' },
      { attributes: { 'http.status_code': { intValue: '503' } } },
      true,
    ],
    [
      'the newer name of the attribute',
      { attribute: 'db.system', equals: 'redis' },
      { attributes: { 'db.system.name': text('redis') } },
      true,
    ],
    ['a resource attribute', { resource: 'service.name', equals: 'load' }, { service: 'load' }, true],
    ['another resource attribute', { resource: 'service.name', equals: 'load' }, { service: 'loader' }, false],
    ['a name', { name: 'GET /' }, {}, true],
    ['a name that matches', { name: { matches: '^GET' } }, {}, true],
    ['a name beyond ASCII', { name: { in: ['größe'] } }, { name: 'größe' }, true],
    ['another name', { name: 'GET' }, {}, false],
    ['a kind', { kind: 'server' }, {}, true],
    ['one of two kinds', { kind: { in: ['client', 'internal'] } }, { kind: 1 }, true],
    ['another kind', { kind: { in: ['client', 'internal'] } }, {}, false],
    [
      'all conditions of one rule',
      { kind: 'server', name: 'GET /', attribute: 'http.route', equals: '/healthz' },
      route,
      true,
    ],
    ['only some conditions of one rule', { kind: 'client', attribute: 'http.route', equals: '/healthz' }, route, false],
  ])('%s', (_, rule, span, expected) => {
    expect(isDropped([rule], span)).toBe(expected);
  });

  it('any of several rules is enough', () => {
    expect(isDropped([{ kind: 'client' }, { name: 'GET /' }], {})).toBe(true);
  });

  it('without rules everything is kept', () => {
    expect(isDropped([], {})).toBe(false);
  });

  it.each([
    ['one that no convention knows', 'host.name', true],
    ['one of several of which any will do', 'k8s.pod.name', true],
    ['its neighbour', 'container.id', false],
    ['one that is not there', 'cloud.region', false],
  ])('any attribute of the resource: %s', (_, resource, expected) => {
    const more = { 'host.name': text('x'), 'container.id': text('y'), 'k8s.pod.name': text('x') };
    expect(isDropped([{ resource, equals: 'x' }], { resource: more })).toBe(expected);
  });

  it('an attribute beside others of its family', () => {
    const attributes = { 'rpc.system': text('grpc'), 'rpc.service': text('Shop'), 'http.route': text('/') };
    expect(isDropped([{ attribute: 'rpc.system', equals: 'grpc' }], { attributes })).toBe(true);
    expect(isDropped([{ attribute: 'rpc.service', equals: 'grpc' }], { attributes })).toBe(false);
  });

  it('what rules read is still what conventions read', () => {
    const view = createSpanView({ span: ['http.route', 'rpc.system'], resource: ['k8s.pod.name'] });
    const route = { attributes: { 'http.route': text('/') }, resource: { 'k8s.pod.name': text('p') } };
    decodeTracesJson(exportRequest(route), view, { begin() {}, abort() {}, commit: () => NOTHING, span() {} });
    expect(view.attributes.has(SPAN_SLOT.rpc)).toBe(true);
    expect(view.resource.has(RESOURCE_SLOT.container)).toBe(true);
  });

  it('more attributes than there is room for are refused', () => {
    const rules = Array.from({ length: 200 }, (_, i) => ({ attribute: `shop.test.${i}`, equals: 'x' }));
    expect(() => isDropped(rules, {})).toThrow(StartError);
  });

  it('the view of a receiver has a slot for what a rule reads', () => {
    expect(createSpanView().keys.span.findText('shop.test')).toBe(-1);
    expect(isDropped([{ attribute: 'shop.test', equals: 'x' }], { attributes: { 'shop.test': text('x') } })).toBe(true);
  });
});
