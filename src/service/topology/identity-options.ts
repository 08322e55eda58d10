/** `connectors.topology.identity`: names for what spans name otherwise, and what a schema cannot say about them. */
import { type Static, Type } from 'typebox';
import { NODE_KINDS } from '../../contract/graph-document.ts';
import type { IdentityRules } from '../../contract/identity-rules.ts';
import { wrongTarget } from '../../graph/alias-target.ts';
import { optionGroup } from '../../lib/options.ts';
import { OUTBOX_TABLES } from '../../lib/outbox-tables.ts';
import { nameOrPattern, wholePattern } from '../../lib/patterns.ts';
import { DATABASE_SYSTEMS } from '../../normalize/conventions/systems.ts';
import { LOOPBACKS, type Naming } from '../../normalize/identity/naming.ts';

const name = (description: string) => Type.String({ minLength: 1, description });

const alias = Type.Object(
  {
    kind: Type.Enum([...NODE_KINDS], { description: 'Kind of the nodes that are renamed.' }),
    from: name('A name or an id, or `/regular expression/` over names, found anywhere in them.'),
    to: name(
      'The name, where `$1` stands for what the first group found; or an id of the kind. Of an external also `service:NAME`: it is that service of its environment, when there is exactly one.',
    ),
  },
  { additionalProperties: false },
);

const database = Type.Object(
  {
    system: Type.Optional(name('Of this system only, such as `postgresql`.')),
    host: name(
      'Regular expression over the host, `host:port`, or what stands for the instance in an id; over the whole of it, unless it has `^` or `$` of its own. `localhost` and the like mean any loopback address or socket.',
    ),
    instance: name('The name of the instance in the graph.'),
  },
  { additionalProperties: false },
);

const template = Type.Object(
  {
    system: Type.Optional(name('Of this system only, such as `kafka`.')),
    match: name('Regular expression over the whole name, unless it has `^` or `$` of its own.'),
    name: name('What such topics are called together; `$1` stands for what the first group found.'),
  },
  { additionalProperties: false },
);

const cluster = Type.Object(
  {
    brokers: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Addresses of its brokers as spans name them: `host:port`, or `host` for any port.',
    }),
    ids: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Ids that spans tell (`messaging.kafka.cluster.id`).',
    }),
    name: name('The name of the cluster in the graph.'),
  },
  { additionalProperties: false },
);

export const identityOptions = optionGroup(
  {
    aliases: Type.Array(alias, {
      default: [],
      'x-reload': 'live',
      description: 'Nodes that go by another name. The first one that fits a node counts.',
    }),
    databases: Type.Array(database, {
      default: [],
      'x-reload': 'live',
      description: 'Database servers that are reached under several hosts. The first one that fits counts.',
    }),
    topics: optionGroup({
      templates: Type.Array(template, {
        default: [],
        'x-reload': 'forward',
        description: 'Topics that are one for each tenant, order and the like, as one. The first one that fits counts.',
      }),
      clusters: Type.Array(cluster, {
        default: [],
        'x-reload': 'forward',
        description: 'Clusters of brokers. Without one, a broker says nothing about its cluster.',
      }),
    }),
    outbox_tables: Type.Array(
      name('A name, or `/regular expression/`, found anywhere in the name; case does not matter.'),
      {
        default: [...OUTBOX_TABLES],
        'x-reload': 'forward',
        description:
          'Tables that are outboxes. An event of an outbox names no table: it comes from the one of these that its trace wrote.',
      },
    ),
    loopback: Type.Enum([...LOOPBACKS], {
      default: 'auto',
      'x-reload': 'forward',
      description:
        'What a loopback address, link-local address or unix socket of a database means: `shared`, one server for all services of an environment; `service`, one for each service; `auto`, one for each service where its resource speaks of a container or Kubernetes, else shared.',
    }),
  },
  'What is one and the same.',
);

export type IdentityConfig = Static<typeof identityOptions>;

export function identityRules({ aliases, databases, topics }: IdentityConfig): IdentityRules {
  return {
    aliases,
    databases: databases.map(({ system = '', host, instance }) => ({ system: today(system), host, instance })),
    clusters: topics.clusters.filter(({ ids }) => ids.length > 0).map(({ ids, name }) => ({ ids, name })),
  };
}

export function namingOf({ topics, loopback }: IdentityConfig): Naming {
  return { templates: topics.templates, clusters: topics.clusters, loopback };
}

/** Older names of database systems serve too. */
function today(system: string): string {
  return DATABASE_SYSTEMS.get(system) ?? system;
}

type Wrong = { readonly path: readonly (string | number)[]; readonly message: string };

export function checkIdentity({ aliases, databases, topics, outbox_tables }: IdentityConfig): readonly Wrong[] {
  return [
    ...aliases.flatMap(({ kind, from, to }, i) => [
      ...checkPattern(() => nameOrPattern(from), ['aliases', i, 'from']),
      ...checkTarget(wrongTarget(kind, to), ['aliases', i, 'to']),
    ]),
    ...outbox_tables.flatMap((one, i) => checkPattern(() => nameOrPattern(one), ['outbox_tables', i])),
    ...databases.flatMap(({ host }, i) => checkPattern(() => wholePattern(host), ['databases', i, 'host'])),
    ...topics.templates.flatMap(({ match }, i) =>
      checkPattern(() => wholePattern(match), ['topics', 'templates', i, 'match']),
    ),
    ...topics.clusters.flatMap(({ brokers, ids }, i) =>
      brokers.length + ids.length > 0
        ? []
        : [
            {
              path: ['topics', 'clusters', i],
              message: 'fits no cluster; give brokers, such as [kafka-1:9092], or ids',
            },
          ],
    ),
  ];
}

function checkTarget(wrong: string | undefined, path: Wrong['path']): Wrong[] {
  return wrong === undefined ? [] : [{ path, message: wrong }];
}

function checkPattern(compile: () => unknown, path: Wrong['path']): Wrong[] {
  try {
    compile();
    return [];
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
    return [
      { path, message: `is no regular expression: ${reason}; a literal character such as . ( [ needs a \\ before it` },
    ];
  }
}
