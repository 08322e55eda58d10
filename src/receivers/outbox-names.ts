/** The option `outbox` of receivers of records: the names that an outbox and its events have. */
import { type Static, Type } from 'typebox';
import type { ConfigProblem } from '../contract/component.ts';
import { DEBEZIUM_OUTBOX, Outbox } from '../encodings/outbox.ts';
import { optionGroup } from '../lib/options.ts';
import { wrongTopic } from '../lib/topic-names.ts';

const names = (preset: readonly string[], description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { default: [...preset], description }));

const { topics, idHeaders, contextHeaders, contextColumns, idColumns } = DEBEZIUM_OUTBOX;

export const outboxNames = Type.Optional(
  optionGroup(
    {
      topics: names(topics, 'Topics of nothing but events of outboxes: names, or regular expressions, `^…` or `/…/`.'),
      id_headers: names(
        idHeaders,
        'Headers with the id of an event, which is the id of its message; case does not matter. One that is not called `id` makes its record an event of an outbox; `id` does so beside what Debezium writes.',
      ),
      context_headers: names(
        contextHeaders,
        'Headers with a trace context, after those that are known; the first with one counts. Each holds a `traceparent`, or context headers as Java properties or as an object of JSON.',
      ),
      context_columns: names(
        contextColumns,
        'Columns, of tables whose changes Debezium captures, with the trace context of what wrote the row; the first with one counts. They hold what those headers hold; `b3` and the like, what the header of that name does.',
      ),
      id_columns: names(
        idColumns,
        'Columns of such tables with the id of the message that a new row is, where its record has none: for an outbox that is consumed as it is captured.',
      ),
    },
    'Names of outboxes and of their events, where they are not those of Debezium. Which tables are outboxes is an option of the connector.',
  ),
);

export type OutboxConfig = Static<typeof outboxNames>;

/** @param config checked; what is left out is Debezium's. */
export function toOutbox(config: OutboxConfig | undefined): Outbox {
  return new Outbox({
    topics: config?.topics ?? topics,
    idHeaders: config?.id_headers ?? idHeaders,
    contextHeaders: config?.context_headers ?? contextHeaders,
    contextColumns: config?.context_columns ?? contextColumns,
    idColumns: config?.id_columns ?? idColumns,
  });
}

/** What the schema cannot say. */
export function checkOutbox(config: OutboxConfig | undefined): ConfigProblem[] {
  const wrongTopics = (config?.topics ?? []).flatMap((topic, i) => problem(['outbox', 'topics', i], wrongTopic(topic)));
  const columns = (['context_columns', 'id_columns'] as const).flatMap(key =>
    (config?.[key] ?? []).flatMap((name, i) => problem(['outbox', key, i], wrongColumn(name))),
  );
  return [...wrongTopics, ...columns];
}

function wrongColumn(name: string): string | undefined {
  return name.includes('.') ? `'${name}' is no name of a column; write it without table and schema` : undefined;
}

function problem(path: ConfigProblem['path'], message: string | undefined): ConfigProblem[] {
  return message === undefined ? [] : [{ path, message }];
}
