/** Reading a table where one is named: modifiers before it, functions that only look like one, hints behind it. */
import { BEHIND, type Frame, IDLE } from './frame.ts';
import { wordSet } from './handlers.ts';
import { isHard, wordNumber } from './lexicon.ts';
import { foldName, readName, type TableName } from './names.ts';
import type { Reader } from './reader.ts';
import { NUMBER, OPEN, OTHER, PARAMETER, QUOTED, VARIABLE, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

const BEFORE_TABLE = wordSet('lateral only table');
const BEFORE_TARGET = wordSet(
  'only table if not exists low_priority high_priority delayed quick ignore top percent overwrite or concurrently all',
);
const BEHIND_OR = wordSet('replace rollback abort fail ignore');
/** Locking hints that SQL Server takes in parentheses without WITH. */
const HINTS = wordSet(
  `nolock readpast updlock rowlock holdlock tablock tablockx paglock xlock nowait readuncommitted readcommitted
  repeatableread serializable snapshot noexpand forceseek forcescan index`,
);
const OR = wordNumber('or');
const TABLE = wordNumber('table');
const VIEW = wordNumber('view');
const OUTER = wordNumber('outer');
const LATERAL = wordNumber('lateral');
const FROM = wordNumber('from');
const TOP = wordNumber('top');
const BRACE = 123;

/** True for a word that stands before a table's name without being one. */
export function isTableModifier(tokens: Tokens, frame: Frame): boolean {
  const { word, previousWord } = tokens;
  if (word === 0 || tokens.isDotted()) return false;
  if (previousWord === OR) return BEHIND_OR[word] === 1;
  if (word === TABLE && previousWord === TABLE) return false;
  if ((word === VIEW && previousWord === LATERAL) || (word === OUTER && previousWord === VIEW)) return true;
  return (frame.target ? BEFORE_TARGET : BEFORE_TABLE)[word] === 1;
}

/** Reads the table at the current token; false when the token is no name but the next clause. */
export function readTable(reader: Reader, frame: Frame): boolean {
  const { tokens } = reader;
  if (tokens.kind === WORD && isHard(tokens.word) && !tokens.isDotted()) {
    if (tokens.previousWord === TABLE) addTable(reader, frame, { catalog: '', schema: '', table: 'table' });
    else if (!frame.target) reader.findings.unreadable = true;
    frame.mode = IDLE;
    return false;
  }
  const { start, kind } = tokens;
  const name = readName(tokens, reader.dialect);
  const stop = tokens.previousStop;
  reader.held = true;
  frame.mode = BEHIND;
  frame.lastReference = -1;
  if (name === undefined || (kind === NUMBER && isPlainNumber(name))) reader.findings.unreadable = true;
  else if (tokens.kind === OPEN && !frame.target && HINTS[tokens.peekWord()] !== 1)
    reader.findings.addFunction(start, stop);
  else if (tokens.kind === WORD && tokens.word === FROM && isRowsFrom(name, frame)) tokens.next();
  else addTable(reader, frame, name);
  return true;
}

const isPlainNumber = ({ schema, table }: TableName): boolean => schema === '' && !Number.isNaN(Number(table));

/** `FROM ROWS FROM (f(), g())`. */
function isRowsFrom(name: TableName, frame: Frame): boolean {
  return !frame.target && name.schema === '' && name.table === 'rows';
}

export function addTable(reader: Reader, frame: Frame, name: TableName): void {
  const { target, targetVerb } = frame;
  if (target && frame.temporary) {
    reader.locals.addTemporary(name.table);
    reader.findings.local = true;
    return;
  }
  const actual = isLocal(reader, name) ? localSource(reader, frame, name) : name;
  if (actual === undefined) return;
  const verb = target ? targetVerb : 'select';
  const access = verb === 'select' || frame.copiesOut ? 'read' : 'write';
  const { catalog, schema, table } = actual;
  reader.addReference({ catalog, schema, table, alias: '', verb, access, target }, frame);
}

function isLocal(reader: Reader, { schema, table }: TableName): boolean {
  if (table.charCodeAt(0) === 35) return true;
  return schema === '' && reader.locals.has(table);
}

/** What a change through a local name changes; nothing else about a local name matters. */
function localSource(reader: Reader, frame: Frame, { table }: TableName): TableName | undefined {
  if (!frame.target) {
    if (table.charCodeAt(0) === 35) reader.findings.local = true;
    return undefined;
  }
  frame.targets++;
  reader.findings.local = true;
  return reader.locals.sourceOf(table);
}

/** Something other than a name where a table's name should be. */
export function readNoTable(reader: Reader, frame: Frame): void {
  const { tokens, findings } = reader;
  const { kind } = tokens;
  if (kind === NUMBER) {
    if (tokens.previousWord !== TOP) readTable(reader, frame);
    return;
  }
  if (opensOuterJoin(tokens)) {
    tokens.next();
    return;
  }
  if (kind === VARIABLE) findings.local = true;
  else if (kind === PARAMETER || kind === OTHER) findings.unreadable = true;
  if (frame.target && frame.verb !== 'copy') frame.targets++;
  frame.mode = BEHIND;
  frame.lastReference = -1;
}

/** ODBC's `{oj a LEFT JOIN b …}`; anything else in braces is a placeholder. */
function opensOuterJoin({ kind, text, start, stop }: Tokens): boolean {
  return kind === OTHER && text.charCodeAt(start) === BRACE && text.slice(stop, stop + 3).toLowerCase() === 'oj ';
}

/** The current token is the table's alias, or just a name behind AS. */
export function readAlias(reader: Reader, frame: Frame): void {
  const { tokens } = reader;
  if (frame.mode !== BEHIND) return;
  const reference = reader.references[frame.lastReference];
  if (reference) {
    const quote = tokens.kind === QUOTED ? tokens.quote : 0;
    reference.alias = foldName(tokens.text.slice(tokens.start, tokens.stop), quote, reader.dialect);
  }
  frame.mode = IDLE;
}

/** `SELECT … INTO a, b` fills variables, whatever the system: a table would be one. */
export function dropVariable(reader: Reader, frame: Frame): void {
  if (frame.lastReference === reader.references.length - 1) reader.references.pop();
  frame.leaveTables();
}
