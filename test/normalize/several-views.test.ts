/** Several receivers push into one normalizer, each with a view of its own: resources are not taken for one another. */
import { expect, it } from 'vitest';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { resourceSpans } from '../cli/analyze-calls.ts';
import { documentOf, SMALL } from '../kits/subject.ts';

const requestOf = (service: string, traceId: string) => ({
  resourceSpans: [
    resourceSpans(service, {
      traceId: traceId.padStart(32, '0'),
      spanId: '1'.padStart(16, '0'),
      name: 'GET /',
      kind: 2,
      startTimeUnixNano: '1767225600000000000',
      endTimeUnixNano: '1767225600001000000',
    }),
  ],
});

it('each view’s spans count under their own service', () => {
  const topology = new Topology(SMALL, { now: () => Date.now() }, true);
  for (const [i, service] of ['web', 'shop', 'bank'].entries()) {
    topology.sink.begin();
    decodeTracesJson(Buffer.from(JSON.stringify(requestOf(service, `${i + 1}`))), createSpanView(), topology.sink);
    topology.sink.commit();
  }
  topology.finish();
  expect(
    documentOf(topology)
      .nodes.map(({ name }) => name)
      .sort(),
  ).toEqual(['bank', 'shop', 'web']);
});
