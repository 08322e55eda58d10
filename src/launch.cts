#!/usr/bin/env node
/**
 * What the `tacit` of the package starts: the program, or one line where Node is too old for it. CommonJS, and text
 * that any Node can read, so that an old one gets as far as that line.
 */
const OLDEST_NODE = 24;

// First of all: whoever reloads a service does not know whether it has just been started.
if (process.argv[2] === 'serve') process.on('SIGHUP', ignore);

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    'tacit needs Node ' +
      OLDEST_NODE +
      ' or newer, this is ' +
      process.versions.node +
      ': install a newer Node, or let npm bring one: npx -p node@' +
      OLDEST_NODE +
      ' -p tacit-topology tacit ' +
      (process.argv[2] || 'serve') +
      '\n',
  );
  process.exitCode = 1;
} else {
  import('./main.ts');
}

function ignore(): void {}
