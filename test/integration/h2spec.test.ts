/** The cases of h2spec, built with Go at test time, against the server's side of HTTP/2. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findGo } from '../kits/collector/build.ts';
import { PlainServer } from '../lib/http2/plain-server.ts';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/tacit-h2spec/', import.meta.url));
const PROGRAM = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible';

/** Undefined where it cannot be built: Go or its proxy is missing. */
function h2spec(): string | undefined {
  const path = join(FOLDER, 'h2spec');
  if (existsSync(path)) return path;
  const go = findGo();
  if (go === undefined) return undefined;
  spawnSync(go, ['install', PROGRAM], { env: { ...process.env, GOBIN: FOLDER }, timeout: 100_000 });
  return existsSync(path) ? path : undefined;
}

it('holds every case of h2spec', { timeout: 150_000 }, async context => {
  const program = h2spec();
  if (program === undefined) {
    context.skip('h2spec could not be built: Go, or the modules it needs, are missing');
    return;
  }
  const server = await new PlainServer().start();
  const args = ['--strict', '--host', '127.0.0.1', '--port', String(server.port), '--timeout', '5'];
  const { stdout } = await promisify(execFile)(program, args).catch((error: { stdout: string }) => error);
  await server.stop();
  expect(stdout).toMatch(/\b0 failed/);
  expect(stdout).toMatch(/1\d\d tests, 1\d\d passed/);
});
