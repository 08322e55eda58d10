#!/usr/bin/env node
/**
 * Arguments in, exit code out. Nothing is imported before the version of Node is known to be right, and up to there
 * the text is such that an older Node can read it.
 */
const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    'tacit needs Node ' +
      OLDEST_NODE +
      ' or newer, this is ' +
      process.versions.node +
      ': use npm start or npm run tacit in a checkout (they bring their own), or install a newer Node\n',
  );
  process.exitCode = 1;
} else {
  const { runMain } = await import('./service/main.ts');
  await runMain();
}
