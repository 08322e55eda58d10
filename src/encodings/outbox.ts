/**
 * What tells an event of an outbox, and what carries its id and context. Debezium's event router has names for all of
 * it, other frameworks have others.
 */
import { topicPredicate } from '../lib/topic-names.ts';
import { RowColumns } from './cdc/row-columns.ts';

export interface OutboxNames {
  /** Topics of nothing but such events: names, or regular expressions. */
  readonly topics: readonly string[];
  /** Headers with the id of the event. */
  readonly idHeaders: readonly string[];
  /** Headers with a context, beside those that are known. */
  readonly contextHeaders: readonly string[];
  /** Columns with a context, in a table that is captured. */
  readonly contextColumns: readonly string[];
  /** Columns with the id of the message that a row is. */
  readonly idColumns: readonly string[];
}

export const DEBEZIUM_OUTBOX: OutboxNames = {
  topics: ['^outbox[.]event[.]'],
  idHeaders: ['id'],
  contextHeaders: [],
  contextColumns: ['tracingspancontext'],
  idColumns: [],
};

/** The same, ready to be looked for. */
export class Outbox {
  readonly columns: RowColumns;
  /** In lower case. */
  readonly idHeaders: readonly string[];
  readonly contextHeaders: readonly string[];
  /** Its records are events of an outbox, whatever is in them. */
  readonly isTopic: (topic: string) => boolean;

  /** Throws a `SyntaxError` for a topic that is no regular expression. */
  constructor({ topics, idHeaders, contextHeaders, contextColumns, idColumns }: OutboxNames) {
    this.isTopic = topicPredicate(topics);
    this.idHeaders = idHeaders.map(name => name.toLowerCase());
    this.contextHeaders = contextHeaders.map(name => name.toLowerCase());
    this.columns = new RowColumns(contextColumns, idColumns);
  }
}

export const DEBEZIUM = new Outbox(DEBEZIUM_OUTBOX);
