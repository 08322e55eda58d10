/** Which names of tables are those of an outbox, whose events name no table themselves. */
import { nameOrPattern } from './patterns.ts';

/** The usual ones; names, or regular expressions between slashes. */
export const OUTBOX_TABLES: readonly string[] = ['outbox', 'outboxevent', '/_outbox$/', '/^outbox_/'];

/** Upper and lower case are alike. Throws a `SyntaxError` for what is no regular expression. */
export function outboxTables(names: readonly string[] = OUTBOX_TABLES): (table: string) => boolean {
  const all = names.map(nameOrPattern);
  const plain = new Set(all.filter(one => typeof one === 'string').map(one => one.toLowerCase()));
  const patterns = all.filter(one => typeof one !== 'string').map(({ source }) => new RegExp(source, 'iu'));
  return table => plain.has(table.toLowerCase()) || patterns.some(one => one.test(table));
}
