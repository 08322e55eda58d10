/** `npm start` as people and process supervisors use it: a signal to npm must reach the service behind it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { dataDirectory } from '../kits/data-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ANY_PORT = [
  '--set=receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  '--set=receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  '--set=extensions.http_api.endpoint=127.0.0.1:0',
  `--set=extensions.storage.path=${dataDirectory()}`,
];

it('SIGTERM to npm drains the service and ends with 0', async () => {
  const npm = spawn('npm', ['start', '--', ...ANY_PORT], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += String(chunk);
  };
  npm.stdout.on('data', collect);
  npm.stderr.on('data', collect);
  const ended = new Promise<number | null>(resolve => {
    npm.once('close', resolve);
  });
  try {
    await expect.poll(() => output, { timeout: 30_000 }).toMatch(/\/v1\/graph/);
    npm.kill('SIGTERM');
    expect({ code: await ended, output }).toEqual({ code: 0, output: expect.stringMatching(/INFO: stopped\n/) });
  } finally {
    npm.kill('SIGKILL');
  }
});
