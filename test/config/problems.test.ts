// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, it } from 'vitest';
import { showConfig } from '../../src/config/show.ts';
import { load, problemLines, wholeConfig } from './kit.ts';

interface Case {
  readonly title: string;
  readonly text: string;
  readonly problems: readonly string[];
}

const service = (text: string) => wholeConfig({ service: text });
const head = (text: string) => wholeConfig({ head: text });
const withTopology = (options: string) =>
  head(`receivers: {otlp: {protocols: {http: }}}\nconnectors:\n  topology:\n${options}`);

const cases: readonly Case[] = [
  {
    title: 'names of an outbox that are none, and an expression that is none',
    text: wholeConfig({
      head: 'receivers:\n  kafka:\n    brokers: [kafka:9092]\n    topics: [orders]\n    outbox: {topics: ["^a(", a b], context_columns: [outbox.trace]}\nconnectors: {topology: }',
      service: '  pipelines: {events: {receivers: [kafka], exporters: [topology]}}',
    }),
    problems: [
      'a.yaml:5:23: receivers.kafka.outbox.topics[0]: is no regular expression: Invalid regular expression: /^a(/u: Unterminated group',
      "a.yaml:5:30: receivers.kafka.outbox.topics[1]: 'a b' is no name of a topic; a regular expression begins with ^, or stands between slashes",
      "a.yaml:5:54: receivers.kafka.outbox.context_columns[0]: 'outbox.trace' is no name of a column; write it without table and schema",
    ],
  },
  {
    title: 'a column of an outbox with its table, of files',
    text: wholeConfig({
      head: 'receivers:\n  file: {include: [x], outbox: {id_columns: [outbox.id]}}\nconnectors: {topology: }',
      service: '  pipelines: {events: {receivers: [file], exporters: [topology]}}',
    }),
    problems: [
      "a.yaml:2:46: receivers.file.outbox.id_columns[0]: 'outbox.id' is no name of a column; write it without table and schema",
    ],
  },
  {
    title: 'an unknown section names the nearest',
    text: `${wholeConfig()}recievers: {}\n`,
    problems: ["a.yaml:5:1: recievers: 'recievers' is unknown; did you mean 'receivers'?"],
  },
  {
    title: 'an unknown option names the nearest',
    text: withTopology('    correlation:\n      wiat: 3s'),
    problems: ["a.yaml:5:7: connectors.topology.correlation.wiat: 'wiat' is unknown; did you mean 'wait'?"],
  },
  {
    title: 'an unknown option without a near one lists what is known',
    text: withTopology('    weights:\n      colour: red'),
    problems: ["a.yaml:5:7: connectors.topology.weights.colour: 'colour' is unknown; known are half_life"],
  },
  {
    title: 'an unknown component type names the nearest',
    text: `${wholeConfig()}extensions: {http_apl: }\n`,
    problems: ["a.yaml:5:14: extensions.http_apl: extension type 'http_apl' is unknown; did you mean 'http_api'?"],
  },
  {
    title: 'an unknown exporter type names the nearest',
    text: `${wholeConfig()}exporters: {webhok: }\n`,
    problems: ["a.yaml:5:13: exporters.webhok: exporter type 'webhok' is unknown; did you mean 'webhook'?"],
  },
  {
    title: 'a number of the wrong type',
    text: withTopology('    limits: {nodes: many}'),
    problems: ["a.yaml:4:21: connectors.topology.limits.nodes: 'many' is of the wrong type; write a whole number"],
  },
  {
    title: 'a number out of range',
    text: withTopology('    limits: {nodes: 3}'),
    problems: ['a.yaml:4:21: connectors.topology.limits.nodes: 3 is out of range; it must be 10 to 1000000'],
  },
  {
    title: 'a number beyond all numbers',
    text: withTopology('    limits: {nodes: 99999999999999999999}'),
    problems: [
      'a.yaml:4:21: connectors.topology.limits.nodes: 100000000000000000000 is out of range; it must be 10 to 1000000',
    ],
  },
  {
    title: 'a negative duration',
    text: withTopology('    correlation: {wait: -10s}'),
    problems: [
      'a.yaml:4:25: connectors.topology.correlation.wait: "-10s" is no duration: write a number with a unit, as 500ms, 30s, 1h30m or 7d',
    ],
  },
  {
    title: 'a map where a number belongs',
    text: withTopology('    limits: {nodes: {most: 5}}'),
    problems: ['a.yaml:4:21: connectors.topology.limits.nodes: a map is of the wrong type; write a whole number'],
  },
  {
    title: 'a duration without unit',
    text: withTopology('    correlation: {wait: 10}'),
    problems: [
      'a.yaml:4:25: connectors.topology.correlation.wait: "10" is no duration: write a number with a unit, as 500ms, 30s, 1h30m or 7d',
    ],
  },
  {
    title: 'a duration out of range',
    text: withTopology('    correlation: {wait: 3h}'),
    problems: ['a.yaml:4:25: connectors.topology.correlation.wait: 3h is out of range; it must be 100ms to 10m'],
  },
  {
    title: 'one of a few words',
    text: service(
      '  telemetry: {logs: {level: loud}}\n  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}',
    ),
    problems: [
      "a.yaml:4:29: service.telemetry.logs.level: 'loud' is none of the allowed values; write debug, info, warn or error",
    ],
  },
  {
    title: 'a dangling reference names the nearest',
    text: service('  pipelines: {traces: {receivers: [otpl], exporters: [topology]}}'),
    problems: [
      "a.yaml:1:13: receivers.otlp: warning: 'otlp' is used nowhere; list it in a pipeline, or take it out",
      "a.yaml:4:36: service.pipelines.traces.receivers[0]: 'otpl' is not declared under receivers or connectors; did you mean 'otlp'?",
    ],
  },
  {
    title: 'an undeclared processor and extension',
    text: service(
      '  extensions: [zpages]\n  pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [topology]}}',
    ),
    problems: [
      "a.yaml:4:16: service.extensions[0]: 'zpages' is not declared under extensions; add it under extensions",
      "a.yaml:5:56: service.pipelines.traces.processors[0]: 'batch' is not declared under processors; add it under processors",
    ],
  },
  {
    title: 'a pipeline of the wrong signal',
    text: service(
      '  pipelines:\n    traces: {receivers: [otlp], exporters: [topology]}\n    changes: {receivers: [otlp], exporters: [topology]}',
    ),
    problems: [
      "a.yaml:6:27: service.pipelines.changes.receivers[0]: 'otlp' cannot stand in a pipeline of changes; it gives traces or logs",
      "a.yaml:6:46: service.pipelines.changes.exporters[0]: 'topology' cannot stand in a pipeline of changes; it takes traces, logs or events",
    ],
  },
  {
    title: 'a signal that does not exist',
    text: service('  pipelines: {trace: {receivers: [otlp], exporters: [topology]}}'),
    problems: ["a.yaml:4:15: service.pipelines.trace: 'trace' is no signal; did you mean 'traces'?"],
  },
  {
    title: 'a pipeline without an end',
    text: service('  pipelines: {traces: {receivers: [otlp]}, logs: {receivers: [otlp], exporters: [topology]}}'),
    problems: ['a.yaml:4:15: service.pipelines.traces.exporters: the pipeline has no exporters; list at least one'],
  },
  {
    title: 'a receiver that would feed the graph twice',
    text: service(
      '  pipelines:\n    traces: {receivers: [otlp], exporters: [topology]}\n    traces/2: {receivers: [otlp], exporters: [topology]}',
    ),
    problems: [
      "a.yaml:6:28: service.pipelines.traces/2.receivers[0]: 'otlp' already feeds the pipeline 'traces', so everything would count twice; keep it in one of the two",
    ],
  },
  {
    title: 'a receiver without protocols',
    text: head('receivers: {otlp: {protocols: {}}}\nconnectors: {topology: }'),
    problems: ['a.yaml:1:31: receivers.otlp.protocols: is empty; give at least one of grpc or http'],
  },
  {
    title: 'two listeners on one port',
    text: head(
      'receivers: {otlp: {protocols: {http: {endpoint: 127.0.0.1:4000}, grpc: {endpoint: localhost:4000}}}}\nconnectors: {topology: }',
    ),
    problems: [
      'a.yaml:1:49: receivers.otlp.protocols.http.endpoint: 127.0.0.1:4000 is already taken by receivers.otlp.protocols.grpc.endpoint; give one of the two another port',
    ],
  },
  {
    title: 'an address that is none',
    text: head('receivers: {otlp: {protocols: {http: {endpoint: "4318"}}}}\nconnectors: {topology: }'),
    problems: [
      "a.yaml:1:49: receivers.otlp.protocols.http.endpoint: '4318' is no address; write host:port, such as 127.0.0.1:4317, 0.0.0.0:4317 or [::1]:4317",
    ],
  },
  {
    title: 'a variable that is not set',
    text: withTopology('    limits:\n      nodes: ${env:TACIT_TEST_NODES}'),
    problems: [
      'a.yaml:5:14: connectors.topology.limits.nodes: the environment variable TACIT_TEST_NODES is not set; set it, or give a default: ${env:TACIT_TEST_NODES:-value}',
    ],
  },
  {
    title: 'a file that is not there',
    text: withTopology('    weights: {half_life: "${file:/no/such}"}'),
    problems: [
      "a.yaml:4:26: connectors.topology.weights.half_life: cannot read '/no/such' (ENOENT); name a file that this user can read",
    ],
  },
  {
    title: 'a word that is none of the kinds',
    text: `${wholeConfig()}processors:
  drop:
    spans:
      - { kind: sever }
`,
    problems: [
      "a.yaml:6:3: processors.drop: warning: 'drop' is used nowhere; list it in a pipeline, or take it out",
      "a.yaml:8:17: processors.drop.spans[0].kind: 'sever' is none of the allowed values; write unspecified, internal, server, client, producer, consumer or a map of equals or in",
    ],
  },
  {
    title: 'a key that is there twice',
    text: `${wholeConfig()}service: {}\n`,
    problems: ['a.yaml:5:1: this key is there twice; keep one of the two'],
  },
  {
    title: 'no pipelines at all',
    text: 'receivers:\n',
    problems: [
      'a.yaml:1:1: service.pipelines: there is no pipeline, so nothing would flow; add one, such as traces: {receivers: [otlp], exporters: [topology]}',
    ],
  },
];

describe('a wrong configuration is told with its place and what would be right', () => {
  it.each(cases)('$title', ({ text, problems }) => {
    expect(problemLines(load(text))).toEqual(problems);
  });

  it('all problems come at once, in the order of the text', () => {
    const text = `receivers: {otlp: {protocols: {http: {endpoint: nowhere}}}}
connectors: {topology: {limits: {nodes: 1, edges: x}}}
service:
  telemetry: {logs: {level: loud}}
  extensions: [gone]
  shutdown_timeout: soon
  pipelines: {traces: {receivers: [otlp, ghost], exporters: [topology]}}
`;
    const lines = problemLines(load(text));
    expect(lines.map(line => line.replace(/: .*/, ''))).toEqual([
      'a.yaml:1:49',
      'a.yaml:2:41',
      'a.yaml:2:51',
      'a.yaml:4:29',
      'a.yaml:5:16',
      'a.yaml:6:21',
      'a.yaml:7:42',
    ]);
  });

  it('a component with a wrong option is still checked where it is used', () => {
    const text = head(`receivers: {otlp: {protocols: {http: {endpoint: 127.0.0.1:4000, compresion: x}}}}
connectors: {topology: }
extensions: {http_api: {endpoint: 127.0.0.1:4000}}`).replace('service:', 'service:\n  extensions: [http_api]');
    const lines = problemLines(load(text.replace('traces:', 'metrics:')));
    expect(lines).toEqual([
      expect.stringMatching(/^a.yaml:1:65: receivers.otlp.protocols.http.compresion: /),
      expect.stringMatching(/^a.yaml:3:35: extensions.http_api.endpoint: 127.0.0.1:4000 is already taken by /),
      expect.stringMatching(/receivers\[0\]: 'otlp' cannot stand in a pipeline of metrics/),
      expect.stringMatching(/exporters\[0\]: 'topology' cannot stand in a pipeline of metrics/),
    ]);
  });

  it('rules are checked one by one', () => {
    const text = `${wholeConfig()}processors:
  drop:
    spans:
      - { equals: x }
      - { attribute: a.b, equals: x, in: [y] }
      - { name: { matches: 'a(b' } }
      - { attribute: a, resource: b, equals: c }
`;
    const [unused, ...errors] = problemLines(load(text));
    expect(unused).toMatch(/warning: 'drop' is used nowhere/);
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatch(/^a.yaml:8:9: processors.drop.spans\[0\]: the rule does not say what it looks at; /);
    expect(errors[1]).toMatch(/^a.yaml:9:9: processors.drop.spans\[1\]: give exactly one of equals, in or matches/);
    expect(errors[2]).toMatch(/^a.yaml:10:28: processors.drop.spans\[2\].name.matches: is no regular expression: /);
    expect(errors[3]).toMatch(/^a.yaml:11:35: processors.drop.spans\[3\].resource: one rule looks at one attribute; /);
  });

  it('listening beyond loopback is a warning, and the configuration can be used', () => {
    const result = load(
      head('receivers: {otlp: {protocols: {http: {endpoint: 0.0.0.0:4318}}}}\nconnectors: {topology: }'),
    );
    expect(problemLines(result)).toEqual([
      'a.yaml:1:49: receivers.otlp.protocols.http.endpoint: warning: 0.0.0.0:4318 can be reached from other machines, without authentication; set auth or tls.client_ca_file beside it, or listen on 127.0.0.1',
    ]);
    expect(result.config).toBeDefined();
  });

  it('listening beyond loopback with tokens and without TLS is one too, and the tokens are not shown', () => {
    const text = `${wholeConfig({ service: '  extensions: [http_api]\n  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}' })}extensions: {http_api: {endpoint: 0.0.0.0:8484, auth: {tokens: ['\${env:TOKEN}']}}}\n`;
    const result = load(text, { env: { TOKEN: 'abc' } });
    expect(problemLines(result)).toEqual([
      'a.yaml:6:35: extensions.http_api.endpoint: warning: 0.0.0.0:8484 can be reached from other machines, and tokens travel readable; set tls beside it, or listen on 127.0.0.1',
    ]);
    expect(showConfig(result.config!)).toContain('tokens:\n        - "[REDACTED]"');
    expect(showConfig(result.config!)).not.toContain('abc');
  });

  it.each([
    ['an empty token', "['']", 'auth.tokens[0]: is empty; give it a value'],
    ['a token from an empty variable', '["${env:EMPTY}"]', 'auth.tokens[0]: is empty; give it a value'],
    ['blanks', "['  ']", 'auth.tokens[0]: the value has the wrong form; it must match ^[!-~]+$'],
    ['no token', '[]', 'auth.tokens: is too short; give at least 1'],
    ['no list', '', "auth: 'tokens' is missing; it takes a list"],
  ])('%s is an error', (_, tokens, message) => {
    const auth = tokens === '' ? 'auth:' : `auth: {tokens: ${tokens}}`;
    const text = `extensions:\n  http_api: {${auth}}\n${wholeConfig()}`;
    const errors = problemLines(load(text, { env: { EMPTY: '' } })).filter(line => !line.includes('warning'));
    expect(errors).toEqual([expect.stringContaining(message)]);
  });

  it('broken YAML is told at its place', () => {
    const [first] = problemLines(load('receivers:\n  otlp: [\nservice: {}\n'));
    expect(first).toMatch(/^a.yaml:\d+:\d+: not valid YAML: /);
  });

  it('an unquoted reference in a flow map is told to need quotes', () => {
    const text = 'extensions: {storage: {path: ${env:DIR}}}\nservice: {}\n';
    expect(problemLines(load(text))).toEqual(['a.yaml:1:31: not valid YAML: put "${…}" in quotes within { } and [ ]']);
  });

  it('an IPv6 address without quotes is told to need them', () => {
    const text = 'extensions:\n  http_api:\n    endpoint: [::1]:8484\n';
    expect(problemLines(load(text))).toEqual([
      "a.yaml:3:20: not valid YAML: put an address with brackets in quotes, such as '[::1]:4317'",
    ]);
  });

  it('an alias without its anchor is told', () => {
    expect(problemLines(load('connectors: {topology: *nope}\n'))).toEqual([
      "a.yaml:1:24: no anchor '&nope' stands before this alias; give it one, or write the value itself",
    ]);
  });

  it('a merge key that holds no map is told', () => {
    const lines = problemLines(load(`${wholeConfig()}extensions: {http_api: {<<: 127.0.0.1:1}}\n`));
    expect(lines).toContain("a.yaml:5:25: '<<' takes a map or a list of maps; write <<: *name");
  });

  it('aliases that unfold without end are refused', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}]`);
    const lines = problemLines(load(`l0: &l0 [x]\n${levels.join('\n')}\n`));
    expect(lines.some(line => line.includes('aliases unfold without end'))).toBe(true);
  });

  it('an anchor that holds itself is refused', () => {
    const lines = problemLines(load('receivers: &r\n  otlp: *r\n'));
    expect(lines.length).toBeGreaterThan(0);
  });
});
