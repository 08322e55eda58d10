/**
 * Rows that Debezium's `ExtractNewRecordState` has taken out of their envelopes. What it was told to add stands in fields
 * or headers, as `__op` or `__source_ts_ms`; without a table among it, a row proves its topic alone.
 */
import type { RawRecord } from '../../contract/record.ts';
import type { DecodedRecord } from '../records/decoded-record.ts';
import { readChange } from './change.ts';
import { type ChangeEvent, EventInBoth, EventInFields, EventInHeaders } from './event.ts';
import type { ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';

const DELETED = slot('__deleted');
const MARKS = ['__deleted', '__op', '__table', '__source_table', '__lsn', '__source_ts_ms'].map(slot);

const spell = (name: string): readonly string[] => [`__${name}`, `__source_${name}`];
const inFields = new EventInFields(spell, { after: [''], before: [] });

export const flatRow: ChangeReader = {
  format: 'debezium',
  is: () => MARKS.some(mark => fields.has(mark)),
  read: (view, raw) => readFlatRow(view, raw),
};

/** @param raw its value stands in `fields`. */
export function readFlatRow(view: DecodedRecord, raw: RawRecord): void {
  const event = view.headers.haveChange ? new EventInBoth(inFields, new EventInHeaders(raw.headers, spell)) : inFields;
  if (tableOf(event) === '') return;
  readChange(fields.text(DELETED) === 'true' ? new Deletion(event) : event, raw.key !== null, view);
}

function tableOf(event: ChangeEvent): string {
  return event.text('table') || event.text('collection');
}

/**
 * A null value, in bytes or in JSON, stands for a deleted row when flattening made it out of the deletion. The tombstone
 * that a connector writes behind a deletion shares its headers, and has the operation twice.
 */
export function readFlatDeletion(view: DecodedRecord, raw: RawRecord): boolean {
  const event = new EventInHeaders(raw.headers, spell);
  const operations = event.all('__op');
  if (operations.length !== 1 || operations[0] !== 'd' || tableOf(event) === '') return false;
  readChange(event, raw.key !== null, view);
  return true;
}

class Deletion implements ChangeEvent {
  private readonly event: ChangeEvent;

  constructor(event: ChangeEvent) {
    this.event = event;
  }

  text(name: string): string {
    return name === 'op' ? 'd' : this.event.text(name);
  }

  column(): string {
    return '';
  }

  rowHash(): number {
    return this.event.rowHash();
  }
}
