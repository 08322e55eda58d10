/** Following files: growth, restarts, renaming, truncation; nothing is lost and nothing comes twice. */
import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/contract/errors.ts';
import { callOf } from '../../cli/analyze-calls.ts';
import { dumpLine, Following, until } from './following.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
let following: Following;

function begin(): Following {
  following = new Following();
  return following;
}

afterEach(() => following.stop());

describe('a file', () => {
  it('is read from its beginning, and on as it grows', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    expect(await run.taken(2)).toEqual([1, 2]);
    run.write('a.jsonl', 3);
    expect(await run.taken(3)).toEqual([1, 2, 3]);
    run.write('b.jsonl', 4);
    expect(await run.taken(4)).toEqual([1, 2, 3, 4]);
  });

  it('is read by whole lines only', async () => {
    const run = begin();
    const line = dumpLine(1);
    writeFileSync(run.path('a.jsonl'), line.slice(0, 20));
    run.start();
    await until(() => run.metric('tacit_file_files', { state: 'followed' }) === 1);
    await sleep(60);
    expect(run.metric('tacit_file_lag_bytes')).toBe(20);
    appendFileSync(run.path('a.jsonl'), line.slice(20));
    expect(await run.taken(1)).toEqual([1]);
    expect(run.metric('tacit_file_lines_total', { result: 'malformed' })).toBe(0);
  });

  it('is read from its end where that is asked for, also of what a first run left', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    appendFileSync(run.path('a.jsonl'), dumpLine(3).slice(0, 10));
    run.start({ start_at: 'end' });
    await until(() => run.journal.commits > 0);
    await run.stop();
    appendFileSync(run.path('a.jsonl'), dumpLine(3).slice(10));
    run.write('a.jsonl', 4);
    run.start({ start_at: 'end' });
    expect(await run.taken(1)).toEqual([4]);
    run.write('new.jsonl', 5);
    expect(await run.taken(2)).toEqual([4, 5]);
  });

  it('may hold lines that cannot be read: they are told, and the others count', async () => {
    const run = begin();
    run.write('a.jsonl', 1);
    appendFileSync(
      run.path('a.jsonl'),
      `{"topic":"orders","value":\n{"name":"nobody"}\n\u0000\u0000\u0000${dumpLine(2)}`,
    );
    appendFileSync(run.path('a.jsonl'), `{"topic":"orders","offset":"x"}\n{"resourceSpans":[]}\n${dumpLine(3)}`);
    run.start();
    expect(await run.taken(3)).toEqual([1, 2, 3]);
    expect(run.metric('tacit_file_lines_total', { result: 'taken' })).toBe(3);
    expect(run.metric('tacit_file_lines_total', { result: 'malformed' })).toBe(3);
    expect(run.metric('tacit_file_lines_total', { result: 'skipped' })).toBe(1);
    expect(run.metric('tacit_file_malformed_total', { reason: 'malformed_record' })).toBe(1);
    expect(run.said.join('\n')).toContain(`"byte":${dumpLine(1).length}`);
  });

  it('may hold a line longer than allowed, which is passed over', async () => {
    const run = begin();
    run.write('a.jsonl', 1);
    appendFileSync(run.path('a.jsonl'), `{"topic":"${'x'.repeat(500_000)}"}\n`);
    run.write('a.jsonl', 2);
    run.start({ max_line_size: '2KiB' });
    expect(await run.taken(2)).toEqual([1, 2]);
    expect(run.metric('tacit_file_malformed_total', { reason: 'too_long' })).toBe(1);
  });

  it('of many lines comes in groups, each with its place', async () => {
    const run = begin();
    run.write('a.jsonl', ...range(1, 20_000));
    run.start();
    expect(await run.taken(20_000)).toEqual(range(1, 20_000));
    expect(run.journal.commits).toBeLessThan(20);
  });
});

describe('after a restart', () => {
  it('a file goes on where it was', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    run.write('a.jsonl', 3);
    run.start();
    expect(await run.taken(3)).toEqual([1, 2, 3]);
    await sleep(60);
    expect(run.journal.offsets).toEqual([1, 2, 3]);
  });

  it('a file that was renamed is known again', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    run.write('a.jsonl', 3);
    renameSync(run.path('a.jsonl'), run.path('a-1.jsonl'));
    run.write('a.jsonl', 4);
    run.start();
    expect([...(await run.taken(4))].sort()).toEqual([1, 2, 3, 4]);
    await run.stop();
    run.start();
    await sleep(80);
    expect(run.journal.offsets).toHaveLength(4);
  });

  it('a file that the first look missed is known again, under whatever name', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    renameSync(run.path('a.jsonl'), run.path('away'));
    run.start();
    await sleep(60);
    run.write('away', 3);
    renameSync(run.path('away'), run.path('a-1.jsonl'));
    await run.taken(3);
    await sleep(60);
    expect(run.journal.offsets).toEqual([1, 2, 3]);
  });

  it('a file that was renamed, and another of its first name, come once', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    renameSync(run.path('a.jsonl'), run.path('a-1.jsonl'));
    run.write('a-1.jsonl', 3);
    await run.taken(3);
    await run.stop();
    run.write('a.jsonl', 4);
    run.start();
    expect(await run.taken(4)).toEqual([1, 2, 3, 4]);
    await run.stop();
    run.write('a-1.jsonl', 5);
    run.start();
    await run.taken(5);
    await sleep(80);
    expect(run.journal.offsets).toEqual([1, 2, 3, 4, 5]);
  });

  it('what is left of a file that was renamed to a name nobody asks for is read first', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    run.write('a.jsonl', 3);
    renameSync(run.path('a.jsonl'), run.path('a.jsonl.1'));
    run.write('a.jsonl', 4);
    run.start();
    expect(await run.taken(4)).toEqual([1, 2, 3, 4]);
  });

  it('a file of the same name that is another one is read whole', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    rmSync(run.path('a.jsonl'));
    run.write('a.jsonl', 3, 4, 5);
    run.start();
    expect(await run.taken(5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('a copy that was made in between is the file', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    await run.stop();
    copyFileSync(run.path('a.jsonl'), run.path('copy'));
    rmSync(run.path('a.jsonl'));
    renameSync(run.path('copy'), run.path('a.jsonl'));
    run.write('a.jsonl', 3);
    run.start();
    expect(await run.taken(3)).toEqual([1, 2, 3]);
  });

  it('comes nothing twice, wherever the run was stopped', async () => {
    const run = begin();
    for (let round = 0; round < 5; round++) {
      run.write('a.jsonl', ...range(round * 3000 + 1, (round + 1) * 3000));
      run.start();
      await run.taken(round * 3000 + 1);
      await run.stop();
    }
    run.start();
    expect(await run.taken(15_000)).toEqual(range(1, 15_000));
  });
});

describe('while it runs', () => {
  it('a file that is renamed goes on under the new name', async () => {
    const run = begin();
    run.write('a.jsonl', 1);
    run.start();
    await run.taken(1);
    renameSync(run.path('a.jsonl'), run.path('a-1.jsonl'));
    run.write('a-1.jsonl', 2);
    run.write('a.jsonl', 3);
    expect([...(await run.taken(3))].sort()).toEqual([1, 2, 3]);
    await sleep(60);
    expect(run.journal.offsets).toHaveLength(3);
  });

  it('a file that is renamed away is read to its end, its last line without an end included', async () => {
    const run = begin();
    run.write('a.jsonl', 1);
    run.start();
    await run.taken(1);
    renameSync(run.path('a.jsonl'), run.path('a.jsonl.1'));
    run.write('a.jsonl', 3);
    appendFileSync(run.path('a.jsonl.1'), dumpLine(2).trimEnd());
    expect(await run.taken(3)).toEqual([1, 2, 3]);
  });

  it('a file that is truncated is read from its beginning', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    truncateSync(run.path('a.jsonl'));
    run.write('a.jsonl', 3);
    expect(await run.taken(3)).toEqual([1, 2, 3]);
    writeFileSync(run.path('a.jsonl'), range(4, 9).map(dumpLine).join(''));
    expect(await run.taken(9)).toEqual(range(1, 9));
    expect(run.metric('tacit_file_events_total', { event: 'truncated' })).toBe(2);
  });

  it('a file that is deleted is forgotten', async () => {
    const run = begin();
    run.write('a.jsonl', 1);
    run.start();
    await run.taken(1);
    rmSync(run.path('a.jsonl'));
    await until(() => run.metric('tacit_file_files', { state: 'followed' }) === 0);
    run.write('a.jsonl', 2);
    expect(await run.taken(2)).toEqual([1, 2]);
  });

  it('what is refused is read again, and nothing of it twice', async () => {
    const run = begin();
    run.journal.failures = [new RetryableError('memory is short', 0.02), new RetryableError('still', 0.02)];
    run.write('a.jsonl', ...range(1, 10));
    run.start();
    expect(await run.taken(10)).toEqual(range(1, 10));
  });

  it('what is refused midway is read again from there', async () => {
    const run = begin();
    run.takesSpans = true;
    run.journal.failures = [undefined, new RetryableError('memory is short', 0.02)];
    run.write('a.jsonl', 1);
    appendFileSync(run.path('a.jsonl'), `${JSON.stringify(callOf(1))}\n`);
    run.write('a.jsonl', 2);
    run.start();
    expect(await run.taken(4)).toEqual([1, -1, -1, 2]);
  });

  it('a file that was away for a moment is not read again under its new name', async () => {
    const run = begin();
    run.write('a.jsonl', 1, 2);
    run.start();
    await run.taken(2);
    renameSync(run.path('a.jsonl'), run.path('away'));
    await until(() => run.said.some(line => line.startsWith('file removed')));
    renameSync(run.path('away'), run.path('a-1.jsonl'));
    await until(() => run.said.some(line => line.startsWith('file renamed')));
    // Longer than what a file that is gone is kept open for.
    await sleep(1500);
    run.write('a-1.jsonl', 3);
    expect(await run.taken(3)).toEqual([1, 2, 3]);
  });

  it('too many files wait for each other', async () => {
    const run = begin();
    for (const n of range(1, 4)) run.write(`${n}.jsonl`, n);
    run.start({ max_files: 2 });
    expect(await run.taken(2)).toEqual([1, 2]);
    await until(() => run.metric('tacit_file_files', { state: 'waiting' }) === 2);
    rmSync(run.path('1.jsonl'));
    expect(await run.taken(3)).toEqual([1, 2, 3]);
  });

  it('other files are asked for by a reload, and those that stay go on', async () => {
    const run = begin();
    mkdirSync(run.path('more'));
    run.write('a.jsonl', 1);
    run.write('more/b.jsonl', 2);
    const receiver = run.start();
    await run.taken(1);
    const include = [run.path('**/*.jsonl')];
    receiver.reconfigure({ include, exclude: [run.path('more/c*')], poll_interval: '20ms' }).commit();
    expect(await run.taken(2)).toEqual([1, 2]);
    run.write('more/c.jsonl', 3);
    run.write('a.jsonl', 4);
    expect(await run.taken(3)).toEqual([1, 2, 4]);
  });
});
