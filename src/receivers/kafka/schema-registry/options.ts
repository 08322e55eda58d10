/** Options of the schema registry: what a user writes, what is wrong with it, and the client of it. */
import { type Static, Type } from 'typebox';
import type { ConfigProblem } from '../../../contract/component.ts';
import { Schemas } from '../../../encodings/avro/schemas.ts';
import { clientTlsOptions, readClientTls } from '../../../lib/client-tls.ts';
import { durationOption } from '../../../lib/options.ts';
import { parseDuration } from '../../../lib/units.ts';
import { HttpSchemaRegistry } from './http-registry.ts';

const SECTION = 'schema_registry';

export const schemaRegistrySection = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      description:
        'Where it is, up to what comes before `/schemas/ids/…`: Confluent’s registry, or another that answers like it (of Apicurio `…/apis/ccompat/v7`; `…/apis/registry/v2` for ids of its own).',
    }),
    username: Type.Optional(Type.String({ minLength: 1, description: 'As whom it signs in; with `password`.' })),
    password: Type.Optional(Type.String({ minLength: 1, writeOnly: true, description: 'With which password.' })),
    headers: Type.Record(Type.String(), Type.String({ writeOnly: true }), {
      default: {},
      description: 'Sent along, such as a token.',
    }),
    tls: Type.Optional({
      ...clientTlsOptions,
      description: 'TLS towards the registry, with the keys of the Collector.',
    }),
    timeout: durationOption({
      default: '5s',
      minimum: '10ms',
      maximum: '5m',
      description: 'How long an answer may take.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Has the schemas of values in Avro, for the encodings `cdc` and `debezium_avro`. While it cannot be asked, the partitions that need it wait.',
  },
);

export type SchemaRegistryConfig = Static<typeof schemaRegistrySection>;

export function checkSchemaRegistry(config: SchemaRegistryConfig | undefined): ConfigProblem[] {
  if (config === undefined) return [];
  const { url, username, password, tls } = config;
  const problems: ConfigProblem[] = [];
  const add = (key: string, message: string) => problems.push({ path: [SECTION, ...key.split('.')], message });
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) add('url', `'${url}' is no URL; write http://host:port`);
  if ((username === undefined) !== (password === undefined)) {
    const [there, absent] = username === undefined ? ['password', 'username'] : ['username', 'password'];
    add(there, `stands without ${absent}; give both or none`);
  }
  if (tls !== undefined && !url.startsWith('https:')) {
    add('tls', `${url} is asked without TLS; write https://, or leave tls out`);
  }
  for (const { key, message } of tls === undefined ? [] : readClientTls(tls).problems) add(`tls.${key}`, message);
  return problems;
}

/** @param now of a clock that never goes back, in ms. */
export function createSchemas(config: SchemaRegistryConfig, now: () => number): Schemas {
  const { url, username, password, headers, tls, timeout } = config;
  const registry = new HttpSchemaRegistry({
    url: url.replace(/\/+$/, ''),
    headers: { ...(username === undefined ? {} : { authorization: basic(username, password!) }), ...headers },
    timeoutMs: parseDuration(timeout),
    tls: tls && readClientTls(tls).tls,
  });
  return new Schemas(registry, { now });
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
