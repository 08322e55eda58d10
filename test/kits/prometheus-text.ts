/**
 * A strict reader of the Prometheus text format (0.0.4): every family once, HELP and TYPE before its samples, names and
 * labels well formed, no sample twice, counters and histograms as they must be. Throws at the first fault.
 */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const VALUE = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

export function parseMetrics(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let family: Family | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') help = { name: name!, text: rest! };
    else if (keyword === 'TYPE') {
      if (help?.name !== name) throw new Error(`no HELP before: ${line}`);
      if (families.has(name!)) throw new Error(`a family twice: ${line}`);
      family = { name: name!, type: rest!, help: help!.text, samples: [] };
      families.set(name!, family);
    } else {
      const sample = parseSample(line);
      if (family === undefined || !belongs(sample.name, family)) throw new Error(`not of its family: ${line}`);
      const key = `${sample.name}{${[...sample.labels].map(pair => pair.join('=')).sort()}}`;
      if (seen.has(key)) throw new Error(`a sample twice: ${line}`);
      seen.add(key);
      family.samples.push(sample);
    }
  }
  for (const one of families.values()) checkFamily(one);
  return families;
}

function parseSample(line: string): Sample {
  const [, name, labelsText, value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !VALUE.test(value!)) throw new Error(`no sample: ${line}`);
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (labelsText !== undefined && LABEL.lastIndex < labelsText.length) {
    const [, label, text] = LABEL.exec(labelsText) ?? [];
    if (label === undefined || labels.has(label)) throw new Error(`bad labels: ${line}`);
    labels.set(label, text!);
  }
  const number = value!.endsWith('Inf') ? Number(value!.replace('Inf', 'Infinity')) : Number(value);
  return { name, labels, value: number };
}

function belongs(name: string, { name: family, type }: Family): boolean {
  return type === 'histogram'
    ? ['_bucket', '_sum', '_count'].some(suffix => name === family + suffix)
    : name === family;
}

function checkFamily({ name, type, samples }: Family): void {
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
  if (type === 'counter' && samples.some(one => !(one.value >= 0))) throw new Error(`${name} is below zero`);
  if (type === 'histogram') checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const seriesOf = ({ labels }: Sample) => [...labels].filter(([label]) => label !== 'le').join();
  for (const series of Map.groupBy(samples, seriesOf).values()) {
    const buckets = series.filter(one => one.name === `${name}_bucket`);
    const bounds = buckets.map(one => Number(one.labels.get('le')!.replace('Inf', 'Infinity')));
    const counts = buckets.map(one => one.value);
    const rises = (numbers: readonly number[]) => numbers.every((one, i) => i === 0 || one >= numbers[i - 1]!);
    const count = series.find(one => one.name === `${name}_count`)?.value;
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !rises(bounds) || !rises(counts) || counts.at(-1) !== count)
      throw new Error(`${name} is no histogram`);
    if (!series.some(one => one.name === `${name}_sum`)) throw new Error(`${name} has no sum`);
  }
}
