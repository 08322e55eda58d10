/**
 * A real process whose data is on a file system of a gigabyte that others fill: clients are told to wait, questions are
 * answered, and when there is room it goes on by itself. What it acknowledged is there, each call once, also after it was
 * killed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { MortalService } from '../kits/sdk/mortal-service.ts';
import type { RunningService } from '../kits/sdk/service-process.ts';
import { Senders } from '../kits/senders.ts';

const SIZE = '1G';
const AGAIN = callOf(1_000_000, Date.now());
const COPIES = 5000;
const PATIENCE = { timeout: 60_000, interval: 100 };

it('goes on by itself after its disk was full, and keeps what it acknowledged', async () => {
  const mount = mountOwn();
  if (mount === undefined) return;
  const mortal = new MortalService(`extensions.storage.path=${join(mount, 'data')}`);
  await mortal.start();
  const senders = new Senders(() => mortal.running);
  try {
    await moreThan(senders, 50);
    expect(await post(mortal.running!, AGAIN)).toBe(200);
    senders.acknowledged++;
    fill(mount);
    await vi.waitFor(() => press(mortal.running!), PATIENCE);
    expect(await stateOf(mortal.running!)).toBe('unavailable');
    const then = senders.acknowledged;
    expect((await graphOf(mortal.running!)).edges).toHaveLength(1);
    expect((await fetch(`http://${mortal.running!.api}/readyz`)).status).toBe(503);
    rmSync(join(mount, 'filler'));
    await moreThan(senders, then + 50);
    expect((await fetch(`http://${mortal.running!.api}/readyz`)).status).toBe(200);
    fill(mount);
    await vi.waitFor(() => press(mortal.running!), PATIENCE);
    mortal.kill();
    rmSync(join(mount, 'filler'));
    await mortal.start();
    await moreThan(senders, senders.acknowledged + 50);
  } finally {
    await senders.end();
  }
  const graph = await vi.waitFor(async () => {
    const document = await graphOf(mortal.running!);
    expect(document.stats.spans.pending).toBe(0);
    return document;
  }, PATIENCE);
  senders.expectEachOnce(graph, 'full disk');
  expect((await mortal.end()).code).toBe(0);
}, 240_000);

/** A file system of its own; undefined where that cannot be had. */
function mountOwn(): string | undefined {
  const directory = dataDirectory();
  const [image, mount] = [join(directory, 'image'), join(directory, 'mount')];
  mkdirSync(mount);
  try {
    execFileSync('truncate', ['-s', SIZE, image]);
    execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' });
    execFileSync('mount', ['-o', 'loop', image, mount], { stdio: 'pipe' });
  } catch (error) {
    console.error(`NOT TESTED: a full disk; this needs mkfs.ext4 and a loop device, as the superuser: ${error}`);
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', mount]));
  return mount;
}

/** To the last byte. */
function fill(mount: string): void {
  const { bavail, bsize } = statfsSync(mount);
  const filler = join(mount, 'filler');
  execFileSync('fallocate', ['-l', `${Math.max(1, bavail - 64) * bsize}`, filler]);
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${filler}`, 'oflag=append', 'conv=notrunc', 'bs=4k'], { stdio: 'pipe' });
  } catch {
    // There is no room left.
  }
}

async function moreThan(senders: Senders, calls: number): Promise<void> {
  await vi.waitFor(() => expect(senders.acknowledged).toBeGreaterThan(calls), PATIENCE);
}

/** The journal has room ahead, which this fills: a call that is known, so often that it counts for nothing. */
async function press(service: RunningService): Promise<void> {
  const copies = Array.from({ length: COPIES }, () => AGAIN.resourceSpans).flat();
  expect(await post(service, { resourceSpans: copies })).toBe(503);
}

async function post({ http }: RunningService, request: object): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const body = new Uint8Array(encodeTraces(request));
  return (await fetch(`http://${http}/v1/traces`, { method: 'POST', headers, body })).status;
}

async function stateOf({ api }: RunningService): Promise<string> {
  const answer = await fetch(`http://${api}/v1/status`);
  return ((await answer.json()) as { storage: { state: string } }).storage.state;
}

async function graphOf({ api }: RunningService): Promise<GraphDocument> {
  const answer = await fetch(`http://${api}/v1/graph`);
  return (await answer.json()) as GraphDocument;
}
