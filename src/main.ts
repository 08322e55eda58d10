#!/usr/bin/env node
/**
 * Arguments in, exit code out. Nothing is imported before the version of Node is known to be right, and up to there
 * the text is such that an older Node can read it.
 */
const OLDEST_NODE = 24;

// First of all: whoever reloads a service does not know whether it has just been started.
if (process.argv[2] === 'serve') process.on('SIGHUP', () => {});

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    'tacit needs Node ' +
      OLDEST_NODE +
      ' or newer, this is ' +
      process.versions.node +
      ': in a checkout, run npm ci, then npm start or npm run tacit (they bring their own); else install a newer Node\n',
  );
  process.exitCode = 1;
} else {
  try {
    // Before the rest is loaded, which would be loaded twice.
    if (process.argv[2] === 'serve') (await import('./service/tuned-start.ts')).restartTuned();
    const { runMain } = await import('./service/main.ts');
    await runMain();
  } catch (error) {
    if (!isPackageMissing(error)) throw error;
    process.stderr.write('tacit needs packages that are not installed: run npm ci first\n');
    process.exitCode = 1;
  }
}

/** A missing file of the program itself has the same code, and is another matter. */
function isPackageMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.startsWith('Cannot find package')
  );
}
