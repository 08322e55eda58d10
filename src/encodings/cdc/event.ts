/**
 * What an event of Debezium says, under the names of its envelope (`op`, `transaction.id`) and of its source block,
 * however it is spelled: as JSON, as attributes of a CloudEvent, as fields or headers beside a flat row, or in Avro.
 */
import type { RecordHeader } from '../../contract/record.ts';
import { headerText } from '../record-headers/header-text.ts';
import type { RowColumns } from './row-columns.ts';
import { fields, SHAPE, SOURCE_NAMES } from './shape.ts';

export type Row = 'before' | 'after';
/** Where a row may stand in a value, the best first. */
export type RowPlaces = Readonly<Record<Row, readonly string[]>>;

export interface ChangeEvent {
  /** Empty for what is not said; a number as it is spelled. */
  text(name: string): string;
  /** What a column says, of the row as it was before or is after; an object as it is spelled. Empty for null. */
  column(row: Row, name: string, columns: RowColumns): string;
  /** A hash of the row; 0 for an event without. */
  rowHash(): number;
}

/** When the connector read the change: of its envelope, not of its source block. */
export const ENVELOPE_TIME = 'envelope.ts_ms';

const NAMES = [
  ...SOURCE_NAMES,
  ENVELOPE_TIME,
  ...'op transaction.id message.prefix message.content'.split(' '),
  // Text where the row is a document: of MongoDB.
  ...['before', 'after'],
];

/** An event whose names stand in the value that `fields` has read. */
export class EventInFields implements ChangeEvent {
  private readonly slots = new Map<string, readonly number[]>();
  private readonly places: RowPlaces;
  private readonly rows: readonly number[];

  /** @param spell where a name may stand, the best first. */
  constructor(spell: (name: string) => readonly string[], places: RowPlaces) {
    for (const name of NAMES) this.slots.set(name, spell(name).flatMap(slotsAt));
    this.places = places;
    this.rows = [...places.after, ...places.before].flatMap(slotsAt);
  }

  text(name: string): string {
    const slots = this.slots.get(name)!;
    for (let i = 0; i < slots.length; i++) {
      const text = fields.text(slots[i]!);
      if (text !== '') return text;
    }
    return '';
  }

  column(row: Row, name: string, columns: RowColumns): string {
    for (const place of this.places[row]) {
      const slot = columns.slot(place, name);
      const text = fields.isObject(slot) ? fields.rawText(slot) : fields.text(slot);
      if (text !== '') return text;
    }
    return '';
  }

  rowHash(): number {
    const row = this.rows.find(slot => fields.isObject(slot));
    return row === undefined ? 0 : fields.hash(row);
  }
}

function slotsAt(path: string): readonly number[] {
  return SHAPE.has(path) ? [SHAPE.slot(path)] : [];
}

/** An event whose names are headers. */
export class EventInHeaders implements ChangeEvent {
  private readonly headers: readonly RecordHeader[];
  private readonly spell: (name: string) => readonly string[];

  constructor(headers: readonly RecordHeader[], spell: (name: string) => readonly string[]) {
    this.headers = headers;
    this.spell = spell;
  }

  text(name: string): string {
    const found = this.spell(name).flatMap(spelled => this.all(spelled));
    return found.at(-1) ?? '';
  }

  /** What headers of one name say, without those that say nothing. */
  all(spelled: string): readonly string[] {
    return this.headers
      .filter(({ key }) => key === spelled)
      .map(({ value }) => headerText(value))
      .filter(text => text !== '');
  }

  column(): string {
    return '';
  }

  rowHash(): number {
    return 0;
  }
}

/** The first of two that says something. */
export class EventInBoth implements ChangeEvent {
  private readonly first: ChangeEvent;
  private readonly second: ChangeEvent;

  constructor(first: ChangeEvent, second: ChangeEvent) {
    this.first = first;
    this.second = second;
  }

  text(name: string): string {
    return this.first.text(name) || this.second.text(name);
  }

  column(row: Row, name: string, columns: RowColumns): string {
    return this.first.column(row, name, columns) || this.second.column(row, name, columns);
  }

  rowHash(): number {
    return this.first.rowHash() || this.second.rowHash();
  }
}
