/** What the reader knows about one pair of parentheses (or, at the bottom, about the statement). */

/** Values, calls, column lists; becomes a query when its first word is one. */
export const EXPRESSION = 0;
/** Parentheses around joined tables; becomes a query likewise. */
export const TABLES = 1;
export const QUERY = 2;

/** Where in a clause the reader is. */
export const IDLE = 0;
/** A table's name comes next. */
export const NAME = 1;
/** Behind a table: an alias may come. */
export const BEHIND = 2;
/** Behind CREATE, ALTER, DROP: what kind of object is meant comes next. */
export const OBJECT = 3;
/** Behind an index's name: ON and its table come. */
export const INDEX = 4;

/** Where in a WITH list the reader is. */
export const NO_LIST = 0;
export const LIST_NAME = 1;
export const LIST_BODY = 2;
export const LIST_BEHIND = 3;

export type Access = 'read' | 'write';

export type Verb =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'create'
  | 'alter'
  | 'drop'
  | 'rename'
  | 'copy'
  | 'replace'
  | 'upsert'
  | 'load'
  | 'refresh';

/** A table as it was named, before aliases are resolved. */
export interface Reference {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  alias: string;
  verb: Verb;
  access: Access;
  /** Named as what the verb changes, not as where it takes data from. */
  readonly target: boolean;
  /** A name that is no table: it only ties aliases to what it stands for. Without a table it stands for nothing. */
  local: boolean;
}

const NONE: readonly string[] = [];
const MAX_QUALIFIERS = 64;

export class Frame {
  kind = QUERY;
  mode = IDLE;
  /** No token was seen yet. */
  fresh = true;
  /** A statement may begin here. */
  atStart = false;
  verb: Verb | '' = '';
  /** The verb as it is written: REPLACE and UPSERT are read like INSERT, LOAD like COPY. */
  written: Verb = 'select';
  /** A comma brings the next table. */
  list = false;
  /** The next name is a target, for this verb. */
  target = false;
  targetVerb: Verb = 'select';
  /** Targets named so far. */
  targets = 0;
  joined = false;
  usingSeen = false;
  /** Behind SET of an UPDATE over several tables: an assignment begins. */
  assignment = false;
  inSet = false;
  /** Behind RETURNING: INTO fills variables. */
  returning = false;
  /** COPY takes data out of the table that follows. */
  copiesOut = false;
  temporary = false;
  /** Behind IF or WHILE of SQL Server: the statement that depends on it follows without a word between. */
  conditional = false;
  /** The query stands where a target's name does: its first table is what this verb changes. */
  viewVerb: Verb | '' = '';
  /** First of the reader's references that belong here. */
  firstReference = 0;
  /** Reference that an alias would belong to; -1 for none. */
  lastReference = -1;
  /** Names in front of the columns that SET assigns. */
  qualifiers = NONE;
  withList = NO_LIST;
  recursive = false;
  /** Local name of the WITH list whose body comes; -1 for none. */
  declared = -1;
  /** Local names of the reader when the frame opened. */
  firstLocal = 0;
  /** The local name whose body this is; -1 for none. */
  bodyOf = -1;

  reset(kind: number, mode: number, firstReference: number, firstLocal: number): void {
    this.kind = kind;
    this.mode = mode;
    this.firstReference = firstReference;
    this.firstLocal = firstLocal;
    this.fresh = true;
    this.atStart = false;
    this.target = false;
    this.targetVerb = 'select';
    this.temporary = false;
    this.conditional = false;
    this.viewVerb = '';
    this.withList = NO_LIST;
    this.recursive = false;
    this.declared = -1;
    this.bodyOf = -1;
    this.beginVerb('');
  }

  /** Forgets what the verb before left behind. */
  beginVerb(verb: Verb | '', written: Verb = verb || 'select'): void {
    this.verb = verb;
    this.written = written;
    this.list = false;
    this.targets = 0;
    this.joined = false;
    this.usingSeen = false;
    this.assignment = false;
    this.inSet = false;
    this.returning = false;
    this.copiesOut = false;
    this.lastReference = -1;
    this.qualifiers = NONE;
  }

  addQualifier(name: string): void {
    if (name === '' || this.qualifiers.length >= MAX_QUALIFIERS || this.qualifiers.includes(name)) return;
    this.qualifiers = [...this.qualifiers, name];
  }

  expectTable(): void {
    this.mode = NAME;
    this.target = false;
    this.list = true;
  }

  /** One table or function, and no list of them. */
  expectRows(): void {
    this.expectTable();
    this.list = false;
  }

  expectTarget(verb: Verb, list: boolean): void {
    this.mode = NAME;
    this.target = true;
    this.targetVerb = verb;
    this.list = list;
  }

  /** Leaves the list of tables: only expressions follow. */
  leaveTables(): void {
    this.atStart = false;
    this.mode = IDLE;
    this.list = false;
    this.inSet = false;
    this.assignment = false;
  }
}
