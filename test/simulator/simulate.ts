/**
 * `npm run simulate -- [SEEDS [FIRST]]`: worlds of so many seeds from the first on. Of a seed that fails, its plan is made
 * small, and what is left of it is told.
 */
import { planOf, shrinkPlan } from './plan.ts';
import { problemsOf } from './world.ts';

const SHRINK_TRIES = 300;

/** What went wrong with a seed, and how to see it again; empty when nothing did. */
export async function reportOf(seed: number): Promise<string> {
  const problems = await problemsOf(seed);
  if (problems.length === 0) return '';
  const plan = await shrinkPlan(planOf(seed), async fewer => (await problemsOf(seed, fewer)).length > 0, SHRINK_TRIES);
  const steps = plan.map(({ operation, seed: choices }) => `${operation} ${choices}`).join(', ');
  return [
    `seed ${seed}, again with: npm run simulate -- 1 ${seed}`,
    ...problems.slice(0, 10),
    `${plan.length} steps are enough: ${steps}`,
    ...(await problemsOf(seed, plan)).slice(0, 10),
  ].join('\n');
}

if (import.meta.main) {
  const [seeds = '10000', first = '0'] = process.argv.slice(2);
  const began = performance.now();
  let failed = 0;
  for (let i = 0; i < Number(seeds); i++) {
    const report = await reportOf(Number(first) + i);
    if (report !== '') console.error(report);
    if (report !== '') failed++;
    if ((i + 1) % 1000 === 0)
      console.log(`${i + 1} seeds, ${failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  console.log(
    `${seeds} seeds from ${first} on: ${failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}
