/**
 * Metric samples in, the Prometheus text format (0.0.4) out. Samples of one name from several components become one
 * family, as the format demands.
 */
import type { MetricSample } from '../contract/component.ts';

export function metricsText(samples: readonly MetricSample[]): string {
  const families = Map.groupBy(samples, sample => sample.name);
  let text = '';
  for (const [name, members] of families) {
    const { help, type } = members[0]!;
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { suffix = '', labels, value } of members.flatMap(member => member.values)) {
      text += `${name}${suffix}${labelsText(labels)} ${valueText(value)}\n`;
    }
  }
  return text;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
