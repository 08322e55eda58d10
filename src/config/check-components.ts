/** The sections of components: ids, known types, and each one's options against its factory's definition. */
import type { ComponentFactory } from '../contract/component.ts';
import { checkValue, unknownKey } from './check-value.ts';
import { hasBroken, isNull, type LocatedEntry, type LocatedMap, placeOf } from './located.ts';
import type { ProblemList } from './problem.ts';
import {
  type ConfiguredComponent,
  type ConfiguredSection,
  factoriesOf,
  SECTION_KINDS,
  type Section,
  typeOfId,
} from './sections.ts';

const ID = /^[a-z][a-z0-9_]*(\/[^\s/]+)?$/;

/** The components of a known type; where one has problems its options are incomplete, and serve further checks only. */
export function checkSection(
  section: Section,
  root: LocatedMap,
  factories: readonly ComponentFactory[],
  problems: ProblemList,
): ConfiguredSection {
  const found = new Map<string, ConfiguredComponent>();
  const entry = root.entries.get(section);
  if (entry === undefined || isNull(entry.value)) return found;
  if (entry.value.kind !== 'map') {
    problems.error(
      entry.value.at,
      [section],
      `must be a map; write each ${SECTION_KINDS[section]} as a key: '<type>:'`,
    );
    return found;
  }
  const known = factoriesOf(section, factories);
  for (const one of entry.value.entries.values()) {
    const component = checkComponent(section, one, root, known, problems);
    if (component !== undefined) found.set(one.key, component);
  }
  return found;
}

function checkComponent(
  section: Section,
  entry: LocatedEntry,
  root: LocatedMap,
  known: readonly ComponentFactory[],
  problems: ProblemList,
): ConfiguredComponent | undefined {
  const id = entry.key;
  const path = [section, id];
  const factory = known.find(one => one.type === typeOfId(id));
  if (factory === undefined) {
    problems.error(entry.keyAt, path, unknownType(section, typeOfId(id), known));
    return undefined;
  }
  if (!ID.test(id)) {
    problems.error(
      entry.keyAt,
      path,
      `'${id}' is no id; write ${factory.type} or ${factory.type}/name, without blanks`,
    );
    return undefined;
  }
  const before = problems.all.length;
  const config = checkValue(factory.config, entry.value, { at: entry.keyAt, path, problems });
  if (problems.all.length > before || hasBroken(entry.value)) return { id, factory, config };
  for (const wrong of factory.check?.(config) ?? []) {
    const full = [...path, ...wrong.path];
    if (wrong.severity === 'warning') problems.warn(placeOf(root, full), full, wrong.message);
    else problems.error(placeOf(root, full), full, wrong.message);
  }
  return { id, factory, config };
}

function unknownType(section: Section, type: string, known: readonly ComponentFactory[]): string {
  const types = known.map(one => one.type);
  return `${SECTION_KINDS[section]} type ${unknownKey(type, types)}`;
}
