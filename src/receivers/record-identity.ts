/** The option `identity` of receivers of records: what their records do not say themselves. */
import { type Static, Type } from 'typebox';
import type { RecordIdentity } from '../contract/record.ts';
import { optionGroup } from '../lib/options.ts';

const name = (description: string) => Type.Optional(Type.String({ default: '', description }));

/** @param unnamed what the cluster is without a name, for the docs. */
export function recordIdentity(unnamed: string) {
  return Type.Optional(
    optionGroup(
      {
        environment: name('Environment of the topics and tables.'),
        cluster: name(
          `Name of the Kafka cluster, as in \`topic:kafka/NAME/…\`; ${unnamed}. Where it is the only one that the configuration knows, topics of spans that name none are of it when they are joined by offset or message id.`,
        ),
        databases: Type.Optional(
          Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1 }), {
            default: {},
            description: 'Instance of the database behind a source, by its name (of Debezium: `topic.prefix`).',
          }),
        ),
      },
      'What records do not say of themselves.',
    ),
  );
}

/** For records that may hold the name of their cluster. */
export const dumpIdentity = recordIdentity('a record that says its own keeps it');

export type RecordIdentityConfig = Static<ReturnType<typeof recordIdentity>>;

export function toRecordIdentity(config: RecordIdentityConfig | undefined): RecordIdentity {
  return { environment: config?.environment ?? '', databases: config?.databases ?? {} };
}
