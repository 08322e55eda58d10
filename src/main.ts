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
      ': in a checkout, run npm ci, then npm start or npm run tacit (they bring their own); else install a newer Node\n',
  );
  process.exitCode = 1;
} else {
  try {
    if (process.argv[2] === 'serve') (await import('./service/survive-hangup.ts')).surviveHangup();
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
