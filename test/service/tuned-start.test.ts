import { expect, it } from 'vitest';
import { compilerOptions, tuneStart } from '../../src/service/tuned-start.ts';

const TUNED = {
  execArgv: ['--max-semi-space-size=4', '--initial-old-space-size=64'],
  env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576' },
};

it('adds huge pages, large buffers that are given back, a small young generation and room for an old one to what is there', () => {
  expect(tuneStart({ execArgv: ['--cpu-prof'], env: { HOME: '/' } })).toEqual({
    execArgv: ['--cpu-prof', ...TUNED.execArgv],
    env: { HOME: '/', ...TUNED.env },
  });
});

it('has nothing to add to a tuned start', () => {
  expect(tuneStart(TUNED)).toBeUndefined();
});

it.each([
  [['--max-semi-space-size=32'], {}],
  [['--max_semi_space_size=32'], {}],
  [[], { NODE_OPTIONS: '--trace-gc --max-semi-space-size=32' }],
])('leaves a young generation that the user sized: %j %j', (execArgv, env) => {
  expect(tuneStart({ execArgv, env })?.execArgv).toEqual([...execArgv, '--initial-old-space-size=64']);
});

it('leaves tunables that the user set', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.check=1' };
  expect(tuneStart({ execArgv: [], env })).toEqual({ execArgv: TUNED.execArgv, env });
});

it('gives V8 the options of its compiler that the user has not set', () => {
  const names = (start: Parameters<typeof compilerOptions>[0]) =>
    compilerOptions(start).map(option => option.split('=')[0]);
  expect(names({ execArgv: [], env: {} })).toEqual([
    '--max-inlined-bytecode-size-cumulative',
    '--invocation-count-for-turbofan',
  ]);
  const set = ['--invocation_count_for_turbofan=1'];
  expect(names({ execArgv: set, env: {} })).toEqual(['--max-inlined-bytecode-size-cumulative']);
});
