/** What the checkup says of services: nothing is lost, order does not matter, and late partners take things back. */
import { describe, expect, it } from 'vitest';
import type { ServiceCheckup } from '../../src/contract/checkup.ts';
import { checkCheckup } from '../kits/checkup.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { analyzed, SMALL } from '../kits/subject.ts';
import { client, consumer, linkTo, producer, server, topic } from '../oracle/cases.ts';
import { checkupLines } from '../oracle/checkup.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { disorder, splitRequests, toRequest } from '../oracle/requests.ts';
import { isTraceId } from '../oracle/span.ts';

const clock = { now: () => Date.now() };
const SETS = 300;
/** Findings that the oracle leaves to other tests. */
const ELSEWHERE = /^(duplicates|invalid_.*|statement_.*|no_statement|dropped_links|ambiguous_destination)$/;

/** As the oracle tells them. */
function linesOf(services: readonly ServiceCheckup[]): string[] {
  const lines = new Map<string, number>();
  const add = (line: string, count: number) => lines.set(line, (lines.get(line) ?? 0) + count);
  for (const { service, spans, findings } of services) {
    for (const [cls, byFate] of Object.entries(spans)) {
      for (const [fate, count] of Object.entries(byFate))
        add(`${service} ${service === '' ? 'any' : cls} ${fate}`, count);
    }
    for (const { code, count } of findings) if (!ELSEWHERE.test(code)) add(`${service} ${code}`, count);
  }
  return Array.from(lines, ([line, count]) => `${line} ${count}`).sort();
}

describe('the checkup of recorded spans', () => {
  it('adds up to the fates and reasons of all', () => {
    for (let seed = 0; seed < SETS; seed++) checkCheckup(analyzed([toRequest(generateTraceSet(seed))], SMALL, clock));
  });

  it('is what the oracle says', () => {
    for (let seed = 0; seed < SETS; seed++) {
      const spans = generateTraceSet(seed);
      const { services } = analyzed([toRequest(spans)], SMALL, clock).checkup();
      expect(linesOf(services), `seed ${seed}`).toEqual(checkupLines(analyzeSpans(spans)));
    }
  });

  it('is the same in any order, examples too', () => {
    for (let seed = 0; seed < SETS; seed++) {
      const spans = generateTraceSet(seed);
      const others = splitRequests(disorder(spans, seed), seed);
      // Copies of spans are among the others.
      const checkupOf = (requests: readonly object[]) =>
        analyzed(requests, SMALL, clock)
          .checkup()
          .services.map(one => ({
            ...one,
            findings: one.findings.filter(({ code }) => !/^(duplicates|invalid_.*)$/.test(code)),
          }));
      expect(checkupOf(others), `seed ${seed}`).toEqual(checkupOf([toRequest(spans)]));
    }
  });

  it('has room for many services', () => {
    const spans = Array.from({ length: 500 }, (_, i) => server(`shop-${i}`, i + 1, 0));
    const topology = analyzed([toRequest(spans)], SMALL, clock);
    checkCheckup(topology);
    expect(topology.checkup().services).toHaveLength(500);
  });

  it('names an example of each finding', () => {
    const spans = [server('shop', 1, 99), server('shop', 2, 98), client('shop', 3, 1)];
    const [shop] = analyzed([toRequest(spans)], SMALL, clock).checkup().services;
    expect(shop).toMatchObject({
      service: 'service:shop',
      spans: { server: { unpaired: 2 }, client: { unpaired: 1 } },
      findings: [
        { code: 'missing_parent', count: 2 },
        { code: 'unpaired_client', count: 1, example: { traceId: spans[2]!.traceId, spanId: spans[2]!.spanId } },
      ],
    });
    const example = shop!.findings[0]!.example!;
    expect([spans[0]!.spanId, spans[1]!.spanId]).toContain(example.spanId);
    expect(isTraceId(example.traceId)).toBe(true);
  });
});

describe('the checkup of a running service', () => {
  const findings = (subject: LiveSubject) =>
    subject.topology
      .checkup()
      .services.flatMap(({ service, findings: own }) => own.map(({ code, count }) => `${service} ${code} ${count}`));

  it('does not wait for what is decided, and says what waits', () => {
    const subject = new LiveSubject().send([client('', 1, 0), server('shop', 2, 99)], 0);
    expect(findings(subject)).toEqual([' no_service_name 1']);
    expect(subject.topology.checkup().services[1]).toMatchObject({ spans: { server: { pending: 1 } } });
    expect(findings(subject.idle(0, WAIT_MS))).toEqual([' no_service_name 1', 'service:shop missing_parent 1']);
  });

  it('takes back what a late partner mends', () => {
    const subject = new LiveSubject()
      .send([server('shop', 2, 1), consumer('mail', 12, 0, { ...topic('orders'), links: [linkTo(11)] })], 0)
      .idle(0, 2 * WAIT_MS);
    expect(findings(subject)).toEqual(['service:mail missing_producer 1', 'service:shop missing_parent 1']);
    subject.send([client('web', 1, 0), producer('shop', 11, 0, topic('orders'))], 2 * WAIT_MS);
    expect(findings(subject)).toEqual([]);
  });

  it('takes back what an offset tells later', () => {
    const at = {
      'messaging.kafka.cluster.id': 'k1',
      'messaging.destination.partition.id': '0',
      'messaging.kafka.offset': 7,
    };
    const subject = new LiveSubject().send([consumer('mail', 2, 0, topic('orders', at))], 0).idle(0, 2 * WAIT_MS);
    expect(findings(subject)).toEqual(['service:mail no_propagation 1']);
    subject.send([producer('shop', 11, 0, topic('orders', at))], 2 * WAIT_MS).idle(2 * WAIT_MS, 4 * WAIT_MS);
    expect(findings(subject)).toEqual([]);
  });
});
