/** A checkpoint on the disk → its sections, read straight to where they belong. Its bytes were checked before. */
import { deserialize } from 'node:v8';
import { ImageError, type ImageReader } from '../../contract/image.ts';
import type { Disk, OpenFile } from '../disk.ts';
import { familyOf, packPath, type SectionPlace } from './checkpoint.ts';

export class ImageInput implements ImageReader {
  private readonly disk: Disk;
  private readonly sections: readonly SectionPlace[];
  private readonly places: ReadonlyMap<string, SectionPlace>;
  private readonly families = new Map<string, string[]>();
  /** By pack. */
  private readonly files = new Map<string, OpenFile>();
  private isClosed = false;
  /** Sections being read off the thread. */
  private filling = 0;
  private failure: Error | undefined;
  private filledNow: () => void = () => {};

  constructor(disk: Disk, sections: readonly SectionPlace[]) {
    this.disk = disk;
    this.sections = sections;
    this.places = new Map(sections.map(section => [section.name, section]));
    for (const name of [...this.places.keys()].sort()) {
      const family = familyOf(name);
      const names = this.families.get(family);
      if (names === undefined) this.families.set(family, [name]);
      else names.push(name);
    }
  }

  /** The same image for a reader of its own: what one fills, the other does not wait for. */
  beside(): ImageInput {
    return new ImageInput(this.disk, this.sections);
  }

  names(family: string): readonly string[] {
    return this.families.get(family) ?? [];
  }

  size(name: string): number {
    return this.places.get(name)?.bytes ?? -1;
  }

  memory(name: string, into: ArrayBufferView): void {
    const place = this.placeOf(name);
    const bytes = roomFor(place, into);
    const count = this.open(place).read(place.at, bytes);
    if (count < bytes.length) throw tooShort(place);
  }

  fill(name: string, into: ArrayBufferView): void {
    const place = this.placeOf(name);
    const bytes = roomFor(place, into);
    const file = this.open(place);
    if (file.readAside === undefined) return this.memory(name, into);
    this.filling++;
    file.readAside(place.at, bytes, (error, count) => {
      if (error !== null) this.failure ??= error;
      else if (count < bytes.length) this.failure ??= tooShort(place);
      if (--this.filling > 0) return;
      this.filledNow();
      if (this.isClosed) this.closeFiles();
    });
  }

  /** Nothing is asked for any more. */
  close(): void {
    this.isClosed = true;
    if (this.filling === 0) this.closeFiles();
  }

  /** Undefined when nothing is being read; else resolves when it is there. To be asked for after every step of a load. */
  filled(): Promise<void> | undefined {
    if (this.filling === 0 && this.failure === undefined) return undefined;
    return this.whenFilled();
  }

  private async whenFilled(): Promise<void> {
    if (this.filling > 0) {
      await new Promise<void>(resolve => {
        this.filledNow = resolve;
      });
    }
    if (this.failure !== undefined) throw this.failure;
  }

  value(name: string): unknown {
    const bytes = new Uint8Array(this.placeOf(name).bytes);
    this.memory(name, bytes);
    try {
      return deserialize(bytes);
    } catch (error) {
      throw new ImageError(`the section ${name} is no value: ${(error as Error).message}`);
    }
  }

  private open({ pack }: SectionPlace): OpenFile {
    let file = this.files.get(pack);
    if (file === undefined) {
      file = this.disk.open(packPath(pack));
      this.files.set(pack, file);
    }
    return file;
  }

  private closeFiles(): void {
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }

  private placeOf(name: string): SectionPlace {
    const place = this.places.get(name);
    if (place === undefined) throw new ImageError(`the image has no section ${name}`);
    return place;
  }
}

function roomFor({ name, bytes }: SectionPlace, into: ArrayBufferView): Uint8Array {
  if (bytes > into.byteLength) {
    throw new ImageError(`the section ${name} has ${bytes} bytes, which do not fit into ${into.byteLength}`);
  }
  return new Uint8Array(into.buffer, into.byteOffset, bytes);
}

function tooShort({ name, pack }: SectionPlace): ImageError {
  return new ImageError(`the section ${name} ends in ${packPath(pack)} too early`);
}
