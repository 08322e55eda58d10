/**
 * Sections that need not be written again: those of the checkpoint before, by their version. Versions are of this
 * process, so the first checkpoint of a process is written whole. What stands in a pack of which little is needed any
 * more is written again, so that the pack can go.
 */
import { familyOf } from './checkpoint.ts';

/** Of a pack, below which the rest of it is written again. */
const LEAST_SHARE = 0.5;

interface Section {
  readonly version: number | undefined;
  readonly bytes: number;
  readonly pack: Pack;
}

interface Pack {
  written: number;
  needed: number;
}

export class StandingSections {
  /** Of the checkpoint that was committed last. */
  private before = new Map<string, Section>();
  private next = new Map<string, Section>();
  private packs = new Map<string, Pack>();

  /** A checkpoint begins; one that was not committed is forgotten. */
  begin(): void {
    this.next = new Map();
    this.packs = new Map();
  }

  stands(name: string, version: number): boolean {
    const section = this.before.get(name);
    if (section === undefined || section.version !== version || isSparse(section.pack)) return false;
    this.next.set(name, section);
    return true;
  }

  wrote(name: string, bytes: number, version: number | undefined): void {
    const pack = this.packOf(familyOf(name));
    pack.written += bytes;
    this.next.set(name, { version, bytes, pack });
  }

  committed(): void {
    for (const { pack } of this.before.values()) pack.needed = 0;
    for (const { pack } of this.next.values()) pack.needed = 0;
    for (const { pack, bytes } of this.next.values()) pack.needed += bytes;
    this.before = this.next;
    this.begin();
  }

  private packOf(family: string): Pack {
    const open = this.packs.get(family) ?? { written: 0, needed: 0 };
    this.packs.set(family, open);
    return open;
  }
}

function isSparse({ written, needed }: Pack): boolean {
  return needed < written * LEAST_SHARE;
}
