/**
 * Tables that only grow ⇄ image: identities, plans, names of groups. Sections hold so many entries as JSON and are
 * written again only as long as they fill. Requests that come in meanwhile may add to the table: what is saved is what
 * was there at first.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import type { Identities } from '../lib/identities.ts';
import type { Plans } from '../lib/plans.ts';
import { sectionName } from '../lib/section-name.ts';

/** Entries are numbered in order, never change and are never taken out. */
interface GrowingTable<Entry> {
  readonly size: number;
  /** Lookups that found no place. */
  refused: number;
  /** As what JSON takes. */
  entries(from: number, to: number): readonly Entry[];
  /** Puts entries behind those that are there, whatever the limit. */
  restore(entries: readonly Entry[]): void;
}

class KeptTable<Entry> implements Kept {
  private readonly family: string;
  private readonly table: GrowingTable<Entry>;
  private readonly perSection: number;

  /** @param perSection as many entries as are put together in a millisecond. */
  constructor(family: string, table: GrowingTable<Entry>, perSection: number) {
    this.family = family;
    this.table = table;
    this.perSection = perSection;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { family, table, perSection } = this;
    const { size, refused } = table;
    out.value(family, { size, refused, perSection });
    for (let from = 0; from < size; from += perSection) {
      const to = Math.min(from + perSection, size);
      const name = sectionName(family, from / perSection);
      if (!out.stands(name, to - from)) out.value(name, JSON.stringify(table.entries(from, to)), to - from);
      yield;
    }
  }

  /** Entries that every such table has from the beginning are not there twice. */
  *load(from: ImageReader): Iterable<void> {
    const { family, table } = this;
    const { size, refused, perSection } = from.value(family) as { size: number; refused: number; perSection: number };
    for (let at = 0; at < size; at += perSection) {
      const entries = JSON.parse(from.value(sectionName(family, at / perSection)) as string) as Entry[];
      table.restore(at < table.size ? entries.slice(table.size - at) : entries);
      yield;
    }
    table.refused = refused;
  }
}

/** Each by itself. A section holds as many entries as are put together in a millisecond. */
export function keptTables(identities: Identities, plans: Plans, groups: GrowingTable<string>): readonly Kept[] {
  return [
    new KeptTable('identities', identities, 1024),
    new KeptTable('plans', plans, 128),
    new KeptTable('groups', groups, 4096),
  ];
}
