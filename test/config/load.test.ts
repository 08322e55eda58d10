// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_CONFIG } from '../../src/config/default.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import type { Config } from '../../src/config/load.ts';
import { OPTION_KEYWORDS } from '../../src/config/schema-words.ts';
import { serviceOptions } from '../../src/config/service-options.ts';
import { REDACTED, redact, showConfig } from '../../src/config/show.ts';
import { componentFactories } from '../../src/service/components.ts';
import type { TopologyConfig } from '../../src/service/topology/config.ts';
import { CertificateFolder } from '../kits/certificates.ts';
import { type LoadOptions, load, problemLines, wholeConfig } from './kit.ts';

const EXAMPLE = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');

function loaded(texts: string | readonly string[], options?: LoadOptions): Config {
  const result = load(texts, options);
  expect(problemLines(result)).toEqual([]);
  return result.config!;
}

const topologyOf = (config: Config) => config.connectors.get('topology')!.config as TopologyConfig;

/** Options only, without the factories. */
function optionsOf(config: Config): unknown {
  return parse(showConfig(config));
}

describe('defaults', () => {
  it('a component or group without a value takes them', () => {
    const config = loaded(wholeConfig());
    expect(config.receivers.get('otlp')!.config).toMatchObject({ protocols: { http: { endpoint: '127.0.0.1:4318' } } });
    expect(config.receivers.get('otlp')!.config).not.toHaveProperty('protocols.grpc');
    expect(topologyOf(config).correlation).toEqual({
      wait: '10s',
      late: '5m',
      max_pending: 1_000_000,
      max_late: 5_000_000,
      max_records: 10_000_000,
      max_seen: 20_000_000,
      message_wait: '24h',
      max_messages: 10_000_000,
      max_messages_in_memory: 2_000_000,
    });
    expect(config.service.shutdown_timeout).toBe('20s');
  });

  it('the embedded default is what config.example.yaml activates', () => {
    expect(optionsOf(loaded(DEFAULT_CONFIG))).toEqual(optionsOf(loaded(EXAMPLE)));
  });

  it('the example is valid with its examples activated', () => {
    const sets = [
      'service.pipelines.traces.processors=[memory_limiter, drop/health]',
      'service.pipelines.traces.receivers=[otlp, kafka]',
    ];
    const env = { TACIT_TOKEN: 'secret', TACIT_INGEST_TOKEN: 'other', TACIT_WEBHOOK_SECRET: 'whsec_c2VjcmV0' };
    const folder = new CertificateFolder();
    folder.authority('clients-ca');
    folder.signed('server', 'clients-ca');
    folder.write('dashboard', 'third');
    const text = EXAMPLE.replace(/^#(?= {2})/gm, '').replaceAll(/\/etc\/tacit|\/run\/secrets/g, folder.path);
    const config = loaded(text, { sets, env });
    folder.remove();
    expect(config.processors.has('drop/health')).toBe(true);
  });

  it('the example names every option', () => {
    const missing = [...allOptions()].filter(key => !new RegExp(`(^|[\\s{#-])${key}:`, 'm').test(EXAMPLE));
    expect(missing).toEqual([]);
  });

  it('a part without pipelines is enough where no service is to run', () => {
    const text = 'connectors: {topology: {correlation: {wait: 3s}}}';
    expect(topologyOf(loaded(text, { complete: false })).correlation.wait).toBe('3s');
    expect(load(text).config).toBeUndefined();
  });

  it('where no service is to run, the other sections may name what is not there', () => {
    const text = `${wholeConfig()}extensions: {http_api: {auth: {tokens: ['\${env:NOT_SET}']}}}\n`;
    expect(loaded(text, { complete: false }).extensions.size).toBe(0);
    expect(problemLines(load('conectors:\n', { complete: false }))).toHaveLength(1);
  });

  it('what is shown is read again as the same, also where it looks like a reference', () => {
    const rule = "processors: {drop: {spans: [{name: {in: ['a$', 'a$$$$', '$${env:A}']}}]}}\n";
    const text = rule + wholeConfig().replace('exporters', 'processors: [drop], exporters');
    const config = loaded(text);
    expect(config.processors.get('drop')!.config).toMatchObject({
      spans: [{ name: { in: ['a$', 'a$$', '${env:A}'] } }],
    });
    expect(loaded(showConfig(config)).processors.get('drop')!.config).toEqual(config.processors.get('drop')!.config);
  });
});

function* allOptions(): Generator<string> {
  const visit = function* (schema: unknown): Generator<string> {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, inner] of Object.entries(schema)) {
      if (key === 'properties') yield* Object.keys(inner as object);
      if (key !== 'default') yield* visit(inner);
    }
  };
  for (const { config } of componentFactories) yield* visit(config);
  yield* visit(serviceOptions);
}

describe('merging', () => {
  it('maps merge deep, lists and scalars replace, the later file wins', () => {
    const above = `
connectors: {topology: {limits: {nodes: 500}}}
extensions: {storage: }
service: {extensions: [storage]}
`;
    const below = wholeConfig({
      head: 'receivers: {otlp: {protocols: {http: }}}\nconnectors: {topology: {limits: {nodes: 100, edges: 50}}}\nextensions: {storage: {path: /tmp/x}}',
      service: '  extensions: [storage]\n  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}',
    });
    const config = loaded([below, above]);
    expect(topologyOf(config).limits).toMatchObject({ nodes: 500, edges: 50 });
    expect(config.extensions.get('storage')!.config).toMatchObject({ path: '/tmp/x' });
  });

  it('a problem is told in the file the value came from', () => {
    const result = load([wholeConfig(), 'connectors:\n  topology: {limits: {nodes: 1}}\n']);
    expect(problemLines(result)).toEqual([
      'b.yaml:2:30: connectors.topology.limits.nodes: 1 is out of range; it must be 10 to 1000000',
    ]);
  });

  it('an anchor gives a value again, and << a whole map whose keys may be written over', () => {
    const text = `receivers:
  otlp:
    protocols:
      grpc: &all { endpoint: '127.0.0.1:7001' }
      http:
        endpoint: 127.0.0.1:7002
        <<: [*all, { read_timeout: 7s, endpoint: x }]
connectors: {topology: }
service:
  pipelines:
    traces: &pipeline {receivers: [otlp], exporters: [topology]}
    logs: *pipeline
`;
    const config = loaded(text);
    expect(config.receivers.get('otlp')!.config).toMatchObject({
      protocols: { grpc: { endpoint: '127.0.0.1:7001' }, http: { endpoint: '127.0.0.1:7002', read_timeout: '7s' } },
    });
    expect(config.service.pipelines.logs).toEqual(config.service.pipelines.traces);
  });

  it('a byte order mark and CRLF line ends change nothing', () => {
    const text = wholeConfig();
    expect(optionsOf(loaded(`\uFEFF${text.replaceAll('\n', '\r\n')}`))).toEqual(optionsOf(loaded(text)));
  });

  it('--set takes an address with brackets as it is', () => {
    const config = loaded(wholeConfig(), { sets: ['receivers.otlp.protocols.http.endpoint=[::1]:4318'] });
    expect(config.receivers.get('otlp')!.config).toMatchObject({ protocols: { http: { endpoint: '[::1]:4318' } } });
  });

  it('--set goes above the files, its value is YAML, and problems name the argument', () => {
    const sets = ['connectors.topology.correlation.wait=3s', 'connectors.topology.limits={nodes: 77}'];
    const topology = topologyOf(loaded(wholeConfig(), { sets }));
    expect([topology.correlation.wait, topology.limits.nodes]).toEqual(['3s', 77]);
    expect(problemLines(load(wholeConfig(), { sets: ['connectors.topology.limits.nodes=1', 'nonsense'] }))).toEqual([
      '--set nonsense: no key=value; write it like --set extensions.http_api.endpoint=127.0.0.1:8485',
    ]);
    expect(problemLines(load(wholeConfig(), { sets: ['connectors.topology.limits.nodes=1'] }))).toEqual([
      '--set connectors.topology.limits.nodes=1: connectors.topology.limits.nodes: 1 is out of range; it must be 10 to 1000000',
    ]);
  });
});

describe('values from outside', () => {
  const withPath = (path: string) =>
    wholeConfig({
      head: `receivers: {otlp: {protocols: {http: }}}\nconnectors: {topology: }\nextensions:\n  storage:\n    path: ${path}`,
      service: '  extensions: [storage]\n  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}',
    });
  const pathOf = (text: string, options?: LoadOptions) =>
    (loaded(withPath(text), options).extensions.get('storage')!.config as { path: string }).path;

  it.each([
    ['a variable', '"${env:DIR}/x"', { DIR: '/data' }, '/data/x'],
    ['a default when it is not set', '"${env:DIR:-/d}"', {}, '/d'],
    ['a default when it is empty', '"${env:DIR:-/d}"', { DIR: '' }, '/d'],
    ['a dollar', '"$$HOME/$${env:X}"', {}, '$HOME/${env:X}'],
    ['a dollar alone', '"a$b"', {}, 'a$b'],
    ['a text that looks like a number stays text', '${env:DIR}', { DIR: '00123' }, '00123'],
    ['structure stays text', '${env:DIR}', { DIR: '{a: 1}' }, '{a: 1}'],
  ])('%s', (_, text, env, expected) => {
    expect(pathOf(text, { env: env as Record<string, string> })).toBe(expected);
  });

  it('a file, without its last line break', () => {
    expect(pathOf('"${file:/run/dir}"', { files: { '/run/dir': '/srv\n' } })).toBe('/srv');
  });

  it('an unquoted variable can be a number, a quoted one cannot', () => {
    const nodes = (text: string) => ({ sets: [`connectors.topology.limits.nodes=${text}`], env: { N: '99' } });
    expect(topologyOf(loaded(wholeConfig(), nodes('${env:N}'))).limits.nodes).toBe(99);
    expect(load(wholeConfig(), nodes('"${env:N}"')).config).toBeUndefined();
  });

  it('a reference that is wrongly written says how to write it', () => {
    const [line] = problemLines(load(withPath('"${HOME}"')));
    expect(line).toContain("'${HOME}' names no source; write ${env:HOME} or ${file:PATH}, or $$ for a dollar");
  });
});

describe('secrets', () => {
  it('are not shown: neither marked ones nor such as are called so', () => {
    const schema = {
      type: 'object',
      properties: { auth: { type: 'object', properties: { key: { type: 'string', writeOnly: true } } } },
    };
    const shown = redact({ auth: { key: 'k1' }, headers: { 'X-Api-Key': 'k2', accept: 'x' }, tokens: ['k3'] }, schema);
    expect(shown).toEqual({
      auth: { key: REDACTED },
      headers: { 'X-Api-Key': REDACTED, accept: 'x' },
      tokens: [REDACTED],
    });
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv2020({ strict: false }).compile(configJsonSchema(componentFactories));

  it('takes the default and the example', () => {
    for (const text of [DEFAULT_CONFIG, EXAMPLE])
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['an unknown section', 'recievers: {}'],
    ['an unknown option', 'connectors: {topology: {limits: {node: 5}}}'],
    ['a wrong type', 'connectors: {topology: {limits: {nodes: many}}}'],
    ['an unknown component', 'receivers: {zipkin: }'],
    ['an unknown signal', 'service: {pipelines: {trace: {receivers: [otlp]}}}'],
  ])('refuses %s', (_, text) => {
    expect(validate(parse(text))).toBe(false);
  });

  it('takes a variable where a number belongs', () => {
    expect(validate(parse("connectors: {topology: {limits: {nodes: '${env:N}'}}}"))).toBe(true);
  });
});

describe('option definitions', () => {
  it('use only what the check understands', () => {
    const unknown = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, inner] of Object.entries(schema)) {
        if (!OPTION_KEYWORDS.has(key)) unknown.add(key);
        const children = key === 'properties' || key === 'patternProperties' ? Object.values(inner as object) : [];
        for (const child of children) visit(child);
        if (key === 'anyOf') for (const child of inner as unknown[]) visit(child);
        if (key === 'items' || key === 'additionalProperties') visit(inner);
      }
    };
    for (const { config } of componentFactories) visit(config);
    visit(serviceOptions);
    expect([...unknown]).toEqual([]);
  });
});
