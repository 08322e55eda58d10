/** The sections that hold components, and what can stand in each. */
import type { ComponentFactory, ComponentKind } from '../contract/component.ts';

export const SECTIONS = ['receivers', 'processors', 'connectors', 'exporters', 'extensions'] as const;
export type Section = (typeof SECTIONS)[number];

export const SECTION_KINDS: Readonly<Record<Section, ComponentKind>> = {
  receivers: 'receiver',
  processors: 'processor',
  connectors: 'connector',
  exporters: 'exporter',
  extensions: 'extension',
};

/** A component as configured: its factory, and its options with all defaults. */
export interface ConfiguredComponent {
  readonly id: string;
  readonly factory: ComponentFactory;
  readonly config: unknown;
}

export type ConfiguredSection = ReadonlyMap<string, ConfiguredComponent>;

/** The part of an id before `/`. */
export function typeOfId(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
}

export function factoriesOf(section: Section, factories: readonly ComponentFactory[]): readonly ComponentFactory[] {
  return factories.filter(factory => factory.kind === SECTION_KINDS[section]);
}
