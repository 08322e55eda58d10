/**
 * Columns of captured rows that say more than that the row changed: contexts of what wrote it, and ids of the messages
 * that its rows are. Their names are an application's own.
 */
import type { JsonShape } from '../json-shape.ts';
import { shapeWith } from './shape.ts';

/** Where a row may stand in a value; '': its columns are fields of the value itself. */
const ROWS = ['before', 'after', 'data.before', 'data.after', 'data.payload.before', 'data.payload.after', ''];

export class RowColumns {
  readonly contexts: readonly string[];
  readonly ids: readonly string[];
  /** Of changes, with these columns. */
  readonly shape: JsonShape;
  private readonly slots = new Map<string, Map<string, number>>();

  /** @param contexts the first with a context counts. @param ids the first that says something. */
  constructor(contexts: readonly string[], ids: readonly string[]) {
    this.contexts = contexts;
    this.ids = ids;
    const names = [...contexts, ...ids];
    this.shape = shapeWith(ROWS.flatMap(row => names.map(name => pathOf(row, name))));
    for (const row of ROWS)
      this.slots.set(row, new Map(names.map(name => [name, this.shape.slot(pathOf(row, name))] as const)));
  }

  slot(row: string, name: string): number {
    return this.slots.get(row)!.get(name)!;
  }
}

function pathOf(row: string, name: string): string {
  return row === '' ? name : `${row}.${name}`;
}
