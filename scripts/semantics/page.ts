/** The generated parts of docs/semantics.md: pictures from the program's own work, tables from its own data. */
import { replaceBetween } from '../../src/service/generated.ts';
import { pictures } from './pictures.ts';
import { tables } from './tables.ts';

/** What the page must hold, given what it holds. */
export function semanticsPage(existing: string): string {
  let page = existing;
  for (const [name, content] of pictures()) page = replaceBetween(page, `picture ${name}`, content);
  for (const [name, content] of tables()) page = replaceBetween(page, `table ${name}`, content);
  return page;
}
