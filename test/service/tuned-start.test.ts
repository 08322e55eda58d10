import { expect, it } from 'vitest';
import { tuneStart } from '../../src/service/tuned-start.ts';

const COMPILER = ['--max-inlined-bytecode-size-cumulative=2000', '--invocation-count-for-turbofan=10000'];
const TUNED = {
  execArgv: ['--max-semi-space-size=4', ...COMPILER],
  env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' },
};

it('adds huge pages and options of V8 to what is there', () => {
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
  expect(tuneStart({ execArgv, env })?.execArgv).toEqual([...execArgv, ...COMPILER]);
});

it('leaves tunables that the user set', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.check=1' };
  expect(tuneStart({ execArgv: [], env })).toEqual({ execArgv: TUNED.execArgv, env });
});
