/** Two checked configurations → what differs in the parts that are in use, option by option, with its reload mark. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/load.ts';
import { formatPath, type Path } from '../../config/problem.ts';
import { MARK_OF_KIND, reloadMarkOf } from '../../config/reload-marks.ts';
import type { OptionSchema, ReloadMark } from '../../config/schema-words.ts';
import { type ConfiguredComponent, SECTIONS, type Section } from '../../config/sections.ts';
import { serviceOptions } from '../../config/service-options.ts';
import { redact } from '../../config/show.ts';

export interface Change {
  readonly path: Path;
  readonly mark: ReloadMark;
  /** `path: before → after`, without secrets. */
  readonly text: string;
}

/** The parts of a configuration in use, by path. */
type Parts = ReadonlyMap<string, Part>;
interface Part {
  readonly path: Path;
  readonly schema: OptionSchema;
  readonly mark: ReloadMark;
  readonly value: unknown;
}

export function findChanges(before: Config, after: Config): readonly Change[] {
  const old = partsOf(before);
  const next = partsOf(after);
  return [...new Set([...old.keys(), ...next.keys()])].flatMap(key => compareParts(old.get(key), next.get(key)));
}

function compareParts(before: Part | undefined, after: Part | undefined): Change[] {
  if (before !== undefined && after !== undefined) return compareValues(before, after, []);
  const { path, schema, mark } = (before ?? after)!;
  const what = before === undefined ? 'now in use' : 'no longer in use';
  return [{ path, mark: schema['x-reload'] ?? mark, text: `${formatPath(path)}: ${what}` }];
}

/** Maps are compared key by key; a list counts as one value. */
function compareValues(before: Part, after: Part, below: Path): Change[] {
  const [old, next] = [valueAt(before.value, below), valueAt(after.value, below)];
  if (isDeepStrictEqual(old, next)) return [];
  if (isMap(old) && isMap(next)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
    return [...keys].flatMap(key => compareValues(before, after, [...below, key]));
  }
  const path = [...after.path, ...below];
  const texts = [before, after].map(part => textOf(valueAt(redact(part.value, part.schema as never), below)));
  const text = `${formatPath(path)}: ${texts[0] === texts[1] ? 'another value' : texts.join(' → ')}`;
  return [{ path, mark: reloadMarkOf(after.schema, below, after.mark), text }];
}

function partsOf(config: Config): Parts {
  const parts = new Map<string, Part>();
  for (const section of SECTIONS) {
    for (const id of idsInUse(config, section)) {
      const component = config[section].get(id);
      if (component !== undefined) parts.set(`${section} ${id}`, partOf(section, component));
    }
  }
  const schema = serviceOptions as OptionSchema;
  return parts.set('service', { path: ['service'], schema, mark: MARK_OF_KIND.service, value: config.service });
}

function partOf(section: Section, { id, factory, config }: ConfiguredComponent): Part {
  return {
    path: [section, id],
    schema: factory.config as OptionSchema,
    mark: MARK_OF_KIND[factory.kind],
    value: config,
  };
}

function idsInUse({ service }: Config, section: Section): ReadonlySet<string> {
  if (section === 'extensions') return new Set(service.extensions);
  const pipelines = Object.values(service.pipelines);
  return new Set(
    pipelines.flatMap(({ receivers, processors, exporters }) => {
      if (section === 'processors') return processors;
      return section === 'receivers' ? receivers : section === 'exporters' ? exporters : [...receivers, ...exporters];
    }),
  );
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) here = isMap(here) ? here[String(key)] : undefined;
  return here;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST_TEXT = 200;

function textOf(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
