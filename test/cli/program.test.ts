import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from './kit.ts';

let folder: string;
let valid: string;
let broken: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tacit-cli-'));
  valid = join(folder, 'valid.yaml');
  broken = join(folder, 'broken.yaml');
  const pipelines = 'service: {pipelines: {traces: {receivers: [otlp], exporters: [topology]}}}\n';
  writeFileSync(valid, `receivers: {otlp: {protocols: {http: }}}\nconnectors: {topology: }\n${pipelines}`);
  writeFileSync(broken, `receivers: {otlp: {protocols: {http: {endpint: x}}}}\nconnectors: {topology: }\n${pipelines}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('wrong use', () => {
  it.each([
    [['serv'], "tacit: 'serv' is no command; did you mean 'serve'?\n"],
    [['frobnicate'], /^tacit: 'frobnicate' is no command; commands are serve, validate, /],
    [['serve', '--confg', 'x'], 'tacit: --confg is no option here; did you mean --config?\n'],
    [['serve', '--config'], 'tacit: --config has no value; write --config FILE\n'],
    [['serve', 'x.yaml'], "tacit: 'x.yaml' has no option before it; write tacit serve --config x.yaml\n"],
    [['validate', '--strict=yes'], 'tacit: --strict takes no value; write --strict alone\n'],
    [['schema', 'confg'], "tacit: there is no schema 'confg'; did you mean 'config'?\n"],
    [['serve', '--config', '/no/such.yaml'], /^\/no\/such\.yaml: there is no such file; /],
    [['validate', '/no/a.yaml', '/no/b.yaml'], /^\/no\/a\.yaml: there is .*\n\/no\/b\.yaml: there is .*\n$/],
    [['validate', '-c', '/tmp'], /^\/tmp: is a directory; /],
    [['validate', '-c', '-'], '-: there is no such file; name /dev/stdin to read standard input\n'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('no command: the help on stderr', async () => {
    const { code, stderr } = await run([]);
    expect(code).toBe(1);
    expect(stderr).toContain('Usage: tacit <command>');
  });
});

describe('help', () => {
  it('of the program lists every command, on stdout', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of ['serve', 'validate', 'analyze', 'graph', 'storage', 'schema', 'help'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(['serve', 'validate', 'analyze', 'graph', 'storage', 'schema', 'help'])(
    'of %s shows its usage and options',
    async name => {
      const { code, stdout } = await run([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: tacit ${name}`);
      expect((await run(['help', name])).stdout).toBe(stdout);
    },
  );

  it('--version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('validate', () => {
  it('a valid file', async () => {
    const { code, stdout, stderr } = await run(['validate', '--config', valid]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${valid}: valid, with the pipeline traces\n`);
  });

  it('a broken file: every problem with its place, exit 1', async () => {
    const { code, stdout, stderr } = await run(['validate', broken]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `${broken}:1:39: receivers.otlp.protocols.http.endpint: 'endpint' is unknown; did you mean 'endpoint'?\n`,
    );
  });

  it('a warning is an error under --strict only', async () => {
    const open = ['validate', valid, '--set', 'receivers.otlp.protocols.http.endpoint=0.0.0.0:4318'];
    expect((await run(open)).code).toBe(0);
    const strict = await run([...open, '--strict']);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('warning: 0.0.0.0:4318 can be reached from other machines');
  });

  it('--print shows the configuration with defaults, which is valid again', async () => {
    const { stdout } = await run(['validate', valid, '--print']);
    expect(parse(stdout)).toMatchObject({ connectors: { topology: { correlation: { wait: '10s' } } } });
    const printed = join(folder, 'printed.yaml');
    writeFileSync(printed, stdout);
    expect((await run(['validate', printed, '--strict', '--print'])).stdout).toBe(stdout);
  });
});

describe('schema', () => {
  it('prints the JSON Schema of the configuration', async () => {
    const { code, stdout } = await run(['schema']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'tacit configuration' });
    expect((await run(['schema', 'config'])).stdout).toBe(stdout);
  });
});
