/**
 * What `analyze` says on stderr beside the graph: problems of the data (`file:line: reason`), which decide the exit
 * code, and notes, which do not. Text from inputs is made printable; an input broken all over is cut short.
 */
import { printable } from '../../query/formats/labels.ts';

/** Problems of one input that are shown; the rest is counted. */
const SHOWN = 20;
const LONGEST = 300;

/** `--strict`: the first problem ends everything. */
export class StrictStop extends Error {
  override readonly name = 'StrictStop';
}

export class Report {
  problems = 0;
  private readonly write: (text: string) => void;
  private readonly strict: boolean;
  private input = '';
  private ofInput = 0;

  /** @param write takes whole lines. */
  constructor(write: (text: string) => void, strict: boolean) {
    this.write = write;
    this.strict = strict;
  }

  /** What follows is about this input. */
  begin(input: string): void {
    this.input = printable(input);
    this.ofInput = 0;
  }

  end(): void {
    if (this.ofInput > SHOWN) this.write(`${this.input}: and ${this.ofInput - SHOWN} more broken\n`);
  }

  /** @param line from 1; undefined for the input as a whole. Throws a `StrictStop` when the first problem is the last. */
  problem(line: number | undefined, reason: string): void {
    this.problems++;
    if (++this.ofInput <= SHOWN)
      this.write(`${this.input}${line === undefined ? '' : `:${line}`}: ${shortened(reason)}\n`);
    if (this.strict) throw new StrictStop();
  }

  /** About the input. */
  noteInput(text: string): void {
    this.write(`${this.input}: note: ${text}\n`);
  }

  /** About all of them. */
  note(text: string): void {
    this.write(`note: ${text}\n`);
  }
}

function shortened(reason: string): string {
  const text = printable(reason);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
