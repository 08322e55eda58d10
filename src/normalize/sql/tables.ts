/** Reading a table where one is named: modifiers before it, functions that only look like one, hints behind it. */
import { BEHIND, type Frame, IDLE } from './frame.ts';
import { wordSet } from './handlers.ts';
import { isHard, wordNumber } from './lexicon.ts';
import { localName } from './locals.ts';
import { foldName, readName, type TableName } from './names.ts';
import {
  isCut,
  isFile,
  isNoTable,
  isPlainNumber,
  isPlainTable,
  opensOuterJoin,
  readCall,
  readIdentifierCall,
} from './not-tables.ts';
import type { Reader } from './reader.ts';
import { NUMBER, OPEN, OTHER, PARAMETER, QUOTED, STRING, VARIABLE, WORD } from './token-kinds.ts';
import type { Tokens } from './tokens.ts';

const BEFORE_TABLE = wordSet('lateral only table');
const BEFORE_TARGET = wordSet(
  'only table view if not exists low_priority high_priority delayed quick ignore top percent overwrite or concurrently all',
);
const BEHIND_OR = wordSet('replace rollback abort fail ignore');
const OR = wordNumber('or');
const TABLE = wordNumber('table');
const VIEW = wordNumber('view');
const OUTER = wordNumber('outer');
const LATERAL = wordNumber('lateral');
const TOP = wordNumber('top');
const INSERT = wordNumber('insert');
const OPEN_CODE = 40;
/** Behind these FIRST is the table's name, not Oracle's INSERT FIRST. */
const BEHIND_NAME = wordSet('values select default set');
const FIRST = wordNumber('first');
/** Tables before it that a path is looked for in. */
const MAX_PATH_ROOTS = 32;
const DOUBLE_QUOTE_CODE = 34;

/** True for a word that stands before a table's name without being one. */
export function isTableModifier(tokens: Tokens, frame: Frame): boolean {
  const { word, previousWord } = tokens;
  if (word === 0 || tokens.isDotted()) return false;
  if (previousWord === OR) return BEHIND_OR[word] === 1;
  if (word === TABLE && previousWord === TABLE) return false;
  if ((word === VIEW && previousWord === LATERAL) || (word === OUTER && previousWord === VIEW)) return true;
  if (word === FIRST)
    return previousWord === INSERT && !tokens.isNext(OPEN_CODE) && BEHIND_NAME[tokens.peekWord()] !== 1;
  return (frame.target ? BEFORE_TARGET : BEFORE_TABLE)[word] === 1;
}

/** Reads the table at the current token; false when the token is no name but the next clause. */
export function readTable(reader: Reader, frame: Frame): boolean {
  const { tokens } = reader;
  if (tokens.kind === WORD && isHard(tokens.word) && !tokens.isDotted()) {
    if (isNamedTable(tokens, frame)) addTable(reader, frame, { catalog: '', schema: '', table: 'table' });
    else if (!frame.target) reader.findings.unreadable = true;
    frame.mode = IDLE;
    return false;
  }
  const { start, kind } = tokens;
  const name = readIdentifierCall(reader) ?? readName(tokens, reader.dialect);
  const stop = tokens.previousStop;
  reader.held = true;
  frame.mode = BEHIND;
  frame.lastReference = -1;
  if (name === undefined || (kind === NUMBER && isPlainNumber(name))) reader.findings.unreadable = true;
  else if (tokens.kind === OPEN && !isPlainTable(reader, frame, name)) readCall(reader, name, start, stop);
  else if (tokens.kind !== OPEN && name.schema === '' && isNoTable(reader, frame, name.table)) return true;
  else if (isFile(name) || isCut(reader, frame, name)) reader.findings.unreadable = true;
  else addTable(reader, frame, name);
  return true;
}

/** `… FROM table`: the word behind which a name is due is the name itself. */
export function isNamedTable({ previousWord }: Tokens, { target, list }: Frame): boolean {
  return previousWord === TABLE && !target && list;
}

export function addTable(reader: Reader, frame: Frame, name: TableName): void {
  const { target, targetVerb } = frame;
  if (target && frame.temporary) {
    reader.locals.addTemporary(localName(name));
    reader.findings.local = true;
    return;
  }
  if (name.schema === '' && name.table === reader.dialect.oneRow) return;
  const local = isLocal(reader, name);
  if (reader.dialect.anonymousSource) {
    reader.findings.unreadable = true;
    return;
  }
  const actual = local ? localSource(reader, frame, name) : name;
  if (actual === undefined) return;
  if (!target && isArrayPath(reader, frame, name)) return addAlias(reader, frame);
  const verb = target ? targetVerb : 'select';
  const access = verb === 'select' || frame.copiesOut ? 'read' : 'write';
  const { catalog, table } = actual;
  const schema = actual.schema === reader.dialect.mainSchema ? '' : actual.schema;
  const alias = local ? name.table : '';
  reader.addReference({ catalog, schema, table, alias, verb, access, target, local: local && !target }, frame);
  if (target && frame.recursive) reader.locals.show(reader.locals.declare(localName(name)));
}

/** `FROM orders o, o.lines`. */
function isArrayPath({ dialect, references }: Reader, frame: Frame, { catalog, schema }: TableName): boolean {
  if (!dialect.arrayPaths || schema === '') return false;
  const root = catalog || schema;
  for (let i = references.length - 1, n = 0; i >= frame.firstReference && n < MAX_PATH_ROOTS; i--, n++) {
    if ((references[i]!.alias || references[i]!.table) === root) return true;
  }
  return false;
}

function isLocal({ dialect, locals }: Reader, name: TableName): boolean {
  if (name.schema !== '' && name.schema === dialect.temporarySchema) return true;
  return name.table.charCodeAt(0) === 35 || locals.has(name);
}

const NOTHING: TableName = { catalog: '', schema: '', table: '' };

/** What a change through a local name changes; nothing where that is unknown. */
function localSource(reader: Reader, frame: Frame, name: TableName): TableName | undefined {
  const source = reader.locals.sourceOf(name);
  if (frame.target || name.table.charCodeAt(0) === 35) reader.findings.local = true;
  if (!frame.target) return source ?? NOTHING;
  if (source === undefined) frame.targets++;
  return source;
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
  frame.lastReference = -1;
  if (kind === STRING && namesTable(reader, frame)) return readQuotedName(reader, frame);
  if (kind === VARIABLE) {
    if (reader.dialect.stages) findings.unreadable = true;
    else addVariable(reader, frame);
  } else if (kind === PARAMETER || kind === OTHER || (kind === STRING && frame.verb !== 'copy'))
    findings.unreadable = true;
  if (frame.target && frame.verb !== 'copy') frame.targets++;
  frame.mode = BEHIND;
}

/** SQLite takes a string for a name where a table is due. */
function namesTable({ dialect, tokens }: Reader, { verb }: Frame): boolean {
  if (!dialect.stringNames || verb === 'copy') return false;
  return /^'[A-Za-z_][\w ]*'$/.test(tokens.text.slice(tokens.start, Math.min(tokens.stop, tokens.start + 130)));
}

function readQuotedName(reader: Reader, frame: Frame): void {
  const { tokens, dialect } = reader;
  const table = foldName(tokens.text.slice(tokens.start + 1, tokens.stop - 1), DOUBLE_QUOTE_CODE, dialect);
  frame.mode = BEHIND;
  addTable(reader, frame, { catalog: '', schema: '', table });
}

/** A temporary table or a variable: only its alias matters, which is no table either. */
function addVariable(reader: Reader, frame: Frame): void {
  reader.findings.local = true;
  if (!frame.target) addAlias(reader, frame);
}

/** Makes the alias that may follow known as that of no table. */
function addAlias(reader: Reader, frame: Frame): void {
  reader.addReference({ ...NOTHING, alias: '', verb: 'select', access: 'read', target: false, local: true }, frame);
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
