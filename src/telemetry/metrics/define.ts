/** How a metric the program keeps about itself is declared, and how samples are put together. */
import type { MetricSample } from '../../contract/component.ts';

export interface MetricDefinition {
  readonly name: string;
  readonly type: MetricSample['type'];
  readonly help: string;
  readonly labels: readonly string[];
  /** One value; samples of the same name are put together when they are collected. */
  sample(value: number, labels?: Readonly<Record<string, string>>): MetricSample;
  /** All values of a metric whose labels are many, or none yet. */
  samples(values: MetricSample['values']): MetricSample;
}

export function define(
  type: MetricDefinition['type'],
  name: string,
  help: string,
  labels: readonly string[],
): MetricDefinition {
  return {
    name,
    type,
    help,
    labels,
    sample: (value, given = {}) => ({ name, type, help, values: [{ labels: given, value }] }),
    samples: values => ({ name, type, help, values }),
  };
}
/** Samples of one name become one sample with all their values, in the order in which names first come. */
export function mergeSamples(samples: readonly MetricSample[]): readonly MetricSample[] {
  const byName = new Map<string, MetricSample>();
  for (const sample of samples) {
    const earlier = byName.get(sample.name);
    byName.set(
      sample.name,
      earlier === undefined ? sample : { ...earlier, values: [...earlier.values, ...sample.values] },
    );
  }
  return [...byName.values()];
}

/** As `mergeSamples`, with one value for the same labels: what is counted adds up, of gauges the first holds. */
export function addSamples(samples: readonly MetricSample[]): readonly MetricSample[] {
  return mergeSamples(samples).map(sample => {
    const byLabels = new Map<string, MetricSample['values'][number]>();
    for (const one of sample.values) {
      const key = JSON.stringify([one.suffix, one.labels]);
      const earlier = byLabels.get(key);
      if (earlier === undefined) byLabels.set(key, one);
      else if (sample.type !== 'gauge') byLabels.set(key, { ...one, value: earlier.value + one.value });
    }
    return { ...sample, values: [...byLabels.values()] };
  });
}
