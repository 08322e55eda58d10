/** What became of each service's spans, and what is amiss with them, by the rules: `service class fate count` and `service code count`. */
import { ancestryOf } from './chains.ts';
import type { Decisions } from './decisions.ts';
import { isInsideLayer } from './layers.ts';
import type { Outcome } from './model.ts';
import type { Join } from './pairing.ts';

/** Reasons that are findings as well. */
const AS_REASONS = new Set([
  'no_service_name',
  'missing_parent',
  'local_parent',
  'unpaired_client',
  'unpaired_nameless',
  'no_destination',
]);

/** Of nameless spans the class is left out. */
export function checkupLines({ decisions }: Outcome): string[] {
  const told = decisions.spans.flatMap(({ fact, fate, reason }) => {
    const service = fact.service?.id ?? '';
    const cls = fact.service === undefined ? 'any' : fact.creates ? 'producer' : fact.class;
    const join = decisions.joins.find(({ inbound }) => inbound === fact);
    const findings = [
      ...(reason !== undefined && AS_REASONS.has(reason) ? [reason] : []),
      ...(fate === 'inferred' && join !== undefined ? withoutProducer(join, decisions) : []),
      ...(fact.badTime ? ['bad_time'] : []),
      ...(fact.negativeDuration ? ['negative_duration'] : []),
    ];
    return [`${service} ${cls} ${fate}`, ...findings.map(code => `${service} ${code}`)];
  });
  return [...new Set(told)].map(line => `${line} ${told.filter(one => one === line).length}`).sort();
}

/** A consumer that was joined with no message. */
function withoutProducer(join: Join, { spans }: Decisions): string[] {
  const { inbound: fact, from, reason } = join;
  if (fact.class !== 'consumer' || from !== undefined || isInsideLayer(join)) return [];
  if (reason === 'missing_parent' || fact.span.links.length > 0) return ['missing_producer'];
  const facts = spans.map(one => one.fact);
  const parent = ancestryOf(fact, facts).spans[0];
  if (parent?.class === 'consumer' && parent.service?.id === fact.service?.id) return [];
  return [fact.delivery?.operation === 'process' ? 'no_propagation' : 'receive_without_context'];
}
