import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { makeDirectories } from '../../src/lib/make-directories.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tacit-make-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

it('makes those that are missing, with the mode, and leaves those that are there', () => {
  makeDirectories(join(root, 'a', 'b', 'c'), 0o750);
  expect(readdirSync(root, { recursive: true })).toEqual(['a', join('a', 'b'), join('a', 'b', 'c')]);
  for (const one of ['a', 'a/b', 'a/b/c']) expect(statSync(join(root, one)).mode & 0o777).toBe(0o750);
  mkdirSync(join(root, 'open'), { mode: 0o777 });
  const before = statSync(join(root, 'open'));
  makeDirectories(join(root, 'open'), 0o700);
  expect(statSync(join(root, 'open')).mode).toBe(before.mode);
});

it('follows a link to a directory, and says what is in the way', () => {
  mkdirSync(join(root, 'there'));
  symlinkSync(join(root, 'there'), join(root, 'link'));
  makeDirectories(join(root, 'link', 'a'));
  expect(readdirSync(join(root, 'there'))).toEqual(['a']);
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nowhere'), join(root, 'dangling'));
  expect(() => makeDirectories(join(root, 'file'))).toThrow('EEXIST');
  expect(() => makeDirectories(join(root, 'file', 'a'))).toThrow('ENOTDIR');
  expect(() => makeDirectories(join(root, 'dangling', 'a', 'b'))).toThrow('ENOENT');
});

it.runIf(process.platform === 'linux')('returns where the file system takes no directories', () => {
  expect(() => makeDirectories('/proc/tacit/data')).toThrow('ENOENT');
});
