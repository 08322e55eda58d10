import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let checkout: string;
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tacit-checkout-'));
  for (const name of ['src', 'package.json']) cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
});
afterAll(() => rmSync(checkout, { recursive: true }));

const start = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(checkout, 'src/main.ts'), ...args], { encoding: 'utf8' });

it.each(['serve', '--help'])('a checkout without its packages: %s says what to do in one line, exit 1', command => {
  const { status, stdout, stderr } = start(command);
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: 'tacit needs packages that are not installed: run npm ci first\n',
  });
});

it('a missing file of the program is told as what it is', () => {
  rmSync(join(checkout, 'src/service/main.ts'));
  const { status, stderr } = start('serve');
  expect(status).toBe(1);
  expect(stderr).toContain('Cannot find module');
});
