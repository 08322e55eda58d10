/** Every option of the program with a configuration in which it, and nothing else, has another value. */
import { copyFileSync } from 'node:fs';
import { MARK_OF_KIND } from '../../src/config/reload-marks.ts';
import { type OptionSchema, type ReloadMark, schemaBranches, unitOf } from '../../src/config/schema-words.ts';
import { factoriesOf, SECTIONS } from '../../src/config/sections.ts';
import { serviceOptions } from '../../src/config/service-options.ts';
import { parseDuration, parseSize } from '../../src/lib/units.ts';
import { componentFactories } from '../../src/service/components.ts';
import type { CertificateFolder } from '../kits/certificates.ts';

type Json = { [key: string]: Json } | readonly Json[] | string | number | boolean;

export interface OptionUnderTest {
  readonly path: readonly string[];
  readonly schema: OptionSchema;
  readonly mark: ReloadMark;
}

export const ALL_OPTIONS: readonly OptionUnderTest[] = [
  ...SECTIONS.flatMap(section =>
    factoriesOf(section, componentFactories).flatMap(({ config, type, kind }) =>
      leavesOf(config as OptionSchema, [section, type], MARK_OF_KIND[kind]),
    ),
  ),
  ...leavesOf(serviceOptions as OptionSchema, ['service'], MARK_OF_KIND.service),
];

/** A group is as good as its options; a list or a free map is one value. */
function leavesOf(schema: OptionSchema, path: readonly string[], inherited: ReloadMark): OptionUnderTest[] {
  const mark = schema['x-reload'] ?? inherited;
  const properties = schemaBranches(schema).flatMap(branch => Object.entries(branch.properties ?? {}));
  if (properties.length === 0) return [{ path, schema, mark }];
  return properties.flatMap(([key, inner]) => leavesOf(inner, [...path, key], mark));
}

/** Everything is in use, with all that an option may need beside it. */
export function baseConfig(files: CertificateFolder): Json {
  const { cert, key } = files.pair('server');
  const guarded = {
    endpoint: '127.0.0.1:0',
    tls: { cert_file: cert, key_file: key },
    auth: { tokens: ['first-token'] },
  };
  const forPages = { ...guarded, cors: { allowed_origins: ['https://a.example'] } };
  return {
    receivers: {
      otlp: { protocols: { grpc: guarded, http: forPages } },
      http_events: forPages,
      file: { include: ['./nothing/*.json'] },
      // Nobody listens there.
      kafka: {
        brokers: ['127.0.0.1:1'],
        traces: { topics: ['spans'] },
        logs: { topics: ['logs'] },
        topics: ['orders'],
        sasl: { mechanism: 'plain', username: 'reader', password: 'first-password' },
        schema_registry: {
          url: 'https://127.0.0.1:1',
          username: 'reader',
          password: 'first-password',
          tls: { cert_file: cert, key_file: key },
        },
        tls: { cert_file: cert, key_file: key },
        dead_letter: { topic: 'unreadable' },
      },
    },
    processors: { memory_limiter: {}, drop: {}, route: {} },
    connectors: { topology: { correlation: { max_pending: 1000, max_late: 1000, max_seen: 1000 } } },
    // Nobody listens there.
    exporters: {
      webhook: { url: 'https://127.0.0.1:1/hook', secret: 'first-secret', tls: { cert_file: cert, key_file: key } },
    },
    extensions: { http_api: forPages, 'http_api/2': { endpoint: '127.0.0.1:0' }, storage: {} },
    service: {
      telemetry: { traces: { tls: { cert_file: cert, key_file: key } } },
      extensions: ['http_api', 'storage'],
      pipelines: {
        traces: { receivers: ['otlp', 'kafka'], processors: ['memory_limiter', 'drop'], exporters: ['topology'] },
        events: { receivers: ['http_events', 'file', 'kafka'], exporters: ['topology'] },
        changes: { receivers: ['topology'], processors: ['route'], exporters: ['webhook'] },
      },
    },
  };
}

export function changedConfig(base: Json, { path, schema }: OptionUnderTest, files: CertificateFolder): Json {
  const key = path.at(-1)!;
  const changed = JSON.parse(JSON.stringify(base)) as { [key: string]: Json };
  let group = changed;
  for (const part of path.slice(0, -1)) {
    group[part] ??= {};
    group = group[part] as { [key: string]: Json };
  }
  if (key === 'cert_pem') delete group.cert_file;
  if (key === 'key_pem') delete group.key_file;
  group[key] = special(path, group, files) ?? otherValue(schema);
  return changed;
}

function special(path: readonly string[], group: { [key: string]: Json }, files: CertificateFolder): Json | undefined {
  const copy = (name: string) => {
    copyFileSync(files.file(name), files.file(`copy-${name}`));
    return files.file(`copy-${name}`);
  };
  const values: Record<string, () => Json> = {
    endpoint: () => 'localhost:0',
    path: () => './other',
    topic: () => 'payments',
    topics: () => ['^payments'],
    brokers: () => ['127.0.0.1:2'],
    group_id: () => 'others',
    client_id: () => 'others',
    message_id_headers: () => ['x-message'],
    id_headers: () => ['event-id'],
    context_headers: () => ['trace'],
    context_columns: () => ['trace'],
    id_columns: () => ['event_id'],
    initial_offset: () => 'earliest',
    start_at: () => 'end',
    mechanism: () => 'scram-sha-256',
    username: () => 'other',
    password: () => 'second-password',
    url: () => 'https://127.0.0.1:2',
    server_name_override: () => 'kafka.example',
    include: () => ['./other/*.json'],
    exclude: () => ['./other/*.json'],
    gone_after: () => '48h',
    environment: () => 'prod',
    cluster: () => 'eu-1',
    trace_url: () => 'https://ui.example/{traceId}',
    cert_file: () => copy('server.pem'),
    key_file: () => copy('server.key'),
    cert_pem: () => files.text('server.pem'),
    key_pem: () => files.text('server.key'),
    ca_file: () => files.file('ca.pem'),
    client_ca_file: () => files.file('ca.pem'),
    cipher_suites: () => ['TLS_AES_256_GCM_SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
    min_version: () => '1.3',
    max_version: () => '1.3',
    tokens: () => ['second-token'],
    allowed_origins: () => ['https://b.example'],
    allowed_headers: () => ['X-Other'],
    outbox_tables: () => ['/^events_to_send$/'],
    aliases: () => [{ kind: 'service', from: 'cart-v2', to: 'cart' }],
    databases: () => (path[0] === 'receivers' ? { shop: 'pg-1' } : [{ host: 'db-[0-9]', instance: 'db' }]),
    templates: () => [{ match: 'orders-.*', name: 'orders-{tenant}' }],
    clusters: () => [{ brokers: ['kafka-1:9092'], name: 'eu-1' }],
    secret: () => 'second-secret',
    keep: () => (path[0] === 'processors' ? [{ type: ['edge.gone'] }] : '8d'),
    spans: () => [{ attribute: 'shop.noise', equals: true }],
    extensions: () => ['http_api', 'http_api/2', 'storage'],
    pipelines: () => ({ ...(group.pipelines as object), logs: { receivers: ['otlp'], exporters: ['topology'] } }),
  };
  return values[path.at(-1)!]?.();
}

/** Within the bounds, and not the default. */
function otherValue(schema: OptionSchema): Json {
  const branches = schemaBranches(schema);
  const found = candidates(branches[0]!).find(one => one !== schema.default && isWithin(schema, one));
  if (found === undefined) throw new Error(`no other value is known for ${JSON.stringify(schema)}: add one here`);
  return found;
}

function candidates(schema: OptionSchema): readonly Json[] {
  const unit = unitOf(schema);
  if (unit === 'duration') return ['7s', '800ms', '2m', '2d'];
  if (unit === 'size') return ['128MiB', '12KiB', '3MiB'];
  if (schema.enum !== undefined) return schema.enum as readonly Json[];
  if (schema.type === 'boolean') return [true, false];
  if (schema.type === 'integer') return [50, 2000, 15, 20_000];
  if (schema.type === 'number') return [0.5, 0.1, 5];
  return schema.patternProperties === undefined ? [] : [{ env: 'test' }];
}

function isWithin(schema: OptionSchema, value: Json): boolean {
  const unit = unitOf(schema);
  const parse = unit === 'duration' ? parseDuration : unit === 'size' ? parseSize : Number;
  if (unit === undefined && typeof value !== 'number') return true;
  const bound = (given: string | number | undefined, open: number) =>
    given === undefined ? open : parse(String(given));
  const number = parse(String(value));
  const least = bound(schema['x-minimum'] ?? schema.minimum, Number.NEGATIVE_INFINITY);
  return number >= least && number <= bound(schema['x-maximum'] ?? schema.maximum, Number.POSITIVE_INFINITY);
}
