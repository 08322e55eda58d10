import { expect, it } from 'vitest';
import { buildMesh, type MeshOptions } from '../../benchmarks/pipeline/mesh.ts';
import { type Job, Schedule } from '../../benchmarks/pipeline/schedule.ts';

const CLOSED: MeshOptions = {
  seed: 1,
  traces: 100,
  bodySpans: 100,
  encoding: 'protobuf',
  rate: 0,
  duplicates: 0,
  shuffle: 0,
  late: 0,
};

interface Sent {
  readonly job: Job;
  readonly ms: number;
}

/** Everything a schedule gives out, on a clock that a request moves by `requestMs`. */
function runSchedule(options: MeshOptions, durationMs: number, requestMs: number): { sent: Sent[]; replays: number } {
  const mesh = buildMesh(options);
  const schedule = new Schedule(mesh, { run: 1, rate: options.rate, durationMs, startMs: 1_000 });
  const sent: Sent[] = [];
  let ms = 1_000;
  for (;;) {
    const next = schedule.next(ms);
    if (next === undefined) return { sent, replays: schedule.replays };
    if (typeof next === 'number') ms += next;
    else {
      sent.push({ job: next, ms });
      ms += requestMs;
    }
  }
}

it('ends on whole replays: each sends every request, resends included, as often', () => {
  const options = { ...CLOSED, duplicates: 0.3, shuffle: 0.2, late: 0.05 };
  const { requests } = buildMesh(options);
  const { sent, replays } = runSchedule(options, 500, 3);
  const resent = requests.filter(request => request.resendMs !== undefined).length;
  expect(replays).toBeGreaterThan(3);
  expect(resent).toBeGreaterThan(0);
  expect(sent).toHaveLength((requests.length + resent) * replays);
  const times = new Map<unknown, number>();
  for (const { job } of sent) times.set(job.stamp, (times.get(job.stamp) ?? 0) + 1);
  expect([...times.values()]).toEqual(Array(replays).fill(requests.length + resent));
});

it('sends nothing before it is due, and what is late a minute late', () => {
  const { sent, replays } = runSchedule({ ...CLOSED, late: 0.05 }, 200, 1);
  expect(sent.every(({ job, ms }) => ms >= job.dueMs)).toBe(true);
  expect(sent.filter(({ ms }) => ms >= 60_000)).toHaveLength(replays);
});

it('keeps an open loop at its rate, and stands up for lost time when it was held up', () => {
  const options = { ...CLOSED, rate: 1_000 };
  const { sent, replays } = runSchedule(options, 6_000, 0);
  // 1,200 spans a replay: one each 1.2 s.
  expect(replays).toBe(5);
  expect(sent.at(-1)!.ms).toBeGreaterThan(6_500);
  expect(sent.at(-1)!.ms).toBeLessThan(7_000);
  const slow = runSchedule(options, 6_000, 1_000);
  expect(slow.sent.map(({ job }) => Math.round(job.dueMs))).toEqual(sent.map(({ job }) => Math.round(job.dueMs)));
});
