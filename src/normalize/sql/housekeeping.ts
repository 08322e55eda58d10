/** Statements that are no work on data, by their first word: why they give no edge. */
import type { SkipReason } from './findings.ts';
import { compileWords } from './handlers.ts';

/** Behind these another statement may begin without a semicolon. */
export const QUIET: Readonly<Record<string, SkipReason>> = {
  'commit rollback savepoint release abort start save xa': 'transaction_control',
  set: 'settings',
  'use open close fetch move return print raiserror null for when': 'session',
};

/** Whatever words these have up to the statement's end mean nothing. */
export const IGNORED: Readonly<Record<string, SkipReason>> = {
  'lock unlock': 'transaction_control',
  [`show pragma vacuum analyze analyse optimize reindex checkpoint comment cluster enable disable backup restore flush
  check repair checksum purge msck cache uncache dbcc reconfigure system install uninstall`]: 'settings',
  'discard reset listen unlisten notify attach detach kill waitfor throw put get list remove add': 'session',
  explain: 'explain',
  ping: 'health_check',
  'describe desc exists': 'catalog',
  'prepare deallocate': 'prepare',
  'grant revoke deny': 'grant',
};

export const HOUSEKEEPING = compileWords<SkipReason>({
  ...QUIET,
  ...IGNORED,
  'begin end': 'transaction_control',
  declare: 'session',
});
