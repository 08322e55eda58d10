/** The checkup of services against the accounts of the whole. */
import { SPAN_FINDINGS } from '../../src/contract/checkup.ts';
import type { Topology } from '../../src/service/topology/topology.ts';

/** Fates of spans that never became one of a service's. */
const NO_SPANS = new Set(['rejected', 'duplicates', 'received']);
/** Findings that are also counted as reasons, under these names. */
const AS_REASONS = SPAN_FINDINGS.filter(code =>
  /^(no_service_name|missing_parent|local_parent|unpaired_.*|no_destination|bad_time|negative_duration|invalid_.*)$/.test(
    code,
  ),
);

/** Throws when services add up to something else than the whole. */
export function checkCheckup(topology: Topology): void {
  const { services } = topology.checkup();
  const { fates, undecided } = topology.correlator;
  const counted: Record<string, number> = {};
  for (const { spans } of services) {
    for (const byFate of Object.values(spans)) {
      for (const [fate, count] of Object.entries(byFate)) counted[fate] = (counted[fate] ?? 0) + count;
    }
  }
  for (const [fate, count] of Object.entries(fates.stats(undecided))) {
    if (NO_SPANS.has(fate) || (counted[fate] ?? 0) === count) continue;
    throw new Error(`${count} spans are ${fate}, but those of services ${JSON.stringify(counted)}`);
  }
  const reasons = fates.reasonCounts();
  for (const code of AS_REASONS) {
    const found = services.flatMap(({ findings }) => findings.filter(one => one.code === code));
    const sum = found.reduce((total, { count }) => total + count, 0);
    if (sum !== (reasons[code] ?? 0)) throw new Error(`${reasons[code]} spans are ${code}, but of services ${sum}`);
  }
}
