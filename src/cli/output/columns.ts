/** Text for terminals: columns that line up, and sentences that wrap. */

/** Lines with their line ends; the columns named are aligned to the right. */
export function columns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const count = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map(row => (row[at] ?? '').length)));
  const cell = (text: string, at: number) => (right.has(at) ? text.padStart(widths[at]!) : text.padEnd(widths[at]!));
  return rows.map(row => `${row.map(cell).join('  ').trimEnd()}\n`).join('');
}

const WIDTH = 100;

/** The text in lines of at most `WIDTH`, each but the first indented. */
export function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return `${indent}${[...lines, line].join(`\n${indent}`)}\n`;
}
