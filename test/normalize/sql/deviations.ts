/** Collected statements whose expected tables are not those of docs/semantics.md, and why. By how the statement begins. */
export interface Deviation {
  readonly begins: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly reason: string;
}

const TEMPORARY = 'a temporary table is no table of the database';
const INDEX = 'the summary names the index; what changes is the table that it is on';
const SOURCE = 'the summary leaves out the tables that a view reads';
const NO_TARGET = 'the summary leaves the target out';
const LIMIT = 'the summary was cut at 255 characters, the statement was not';

export const SQL_METADATA: readonly Deviation[] = [
  {
    begins: 'CREATE TEMPORARY TABLE new_tbl SELECT * FROM orig_tbl',
    expected: ['new_tbl', 'orig_tbl'],
    found: ['orig_tbl'],
    reason: TEMPORARY,
  },
];

const LONG =
  'vecnzotjejucwitzgrfifscuevittljlnrlpbruvkezeptqciyvbjhsytmbucbhwttidayecnthaztxbyppbyztcqccedeirgkxzrfezjxfwbtuqxeusroqgbvulgmsvnelovkxqsaqmlogomkhtjuirzhaocxlrmerihnmwaelullionarkmxwdamhduwrbooknqsnilurutgyerxphokeqnnoumbpcfjtmqrbpukjllofiwaltyoawkp';

export const SUMMARIES: readonly Deviation[] = [
  { begins: 'SELECT * FROM Vecnzotjejucwitzg', expected: [], found: ['orderdetails', LONG], reason: LIMIT },
  { begins: 'CREATE UNIQUE CLUSTERED INDEX', expected: [], found: ['employees'], reason: INDEX },
  { begins: 'CREATE UNIQUE INDEX', expected: [], found: ['employees'], reason: INDEX },
  { begins: 'CREATE INDEX', expected: [], found: ['orders'], reason: INDEX },
  { begins: 'ALTER INDEX', expected: [], found: ['employees'], reason: INDEX },
  { begins: 'CREATE VIEW', expected: ['activeusers'], found: ['activeusers', 'users'], reason: SOURCE },
  { begins: 'ALTER VIEW', expected: ['activeusers'], found: ['activeusers', 'users'], reason: SOURCE },
  { begins: 'UPDATE T SET A = (999)', expected: [], found: ['t'], reason: NO_TARGET },
  { begins: 'TRUNCATE TABLE', expected: [], found: ['humanresources.jobcandidate'], reason: NO_TARGET },
  { begins: 'BULK INSERT', expected: [], found: ['my_data'], reason: NO_TARGET },
];

const NOT_SINGLE = 'the agent names the main table alone; the statement reads another in a subquery';

/** The Java agent reports one table, and none where there are several. */
export const JAVA_AGENT: readonly Deviation[] = [
  {
    begins: 'delete from user_system_roles_t where user_id = ? and role_id = (select',
    expected: ['user_system_roles_t'],
    found: ['role_t', 'user_system_roles_t'],
    reason: NOT_SINGLE,
  },
  {
    begins: 'insert into user_project_roles_t (project_id',
    expected: ['user_project_roles_t'],
    found: ['role_t', 'user_project_roles_t'],
    reason: NOT_SINGLE,
  },
];
