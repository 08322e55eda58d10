/**
 * Where a message is (partition and offset) and what it is called (its id), of a span or its links, as hashes: what
 * joins a consumer with its producer where no context does. Ids made of offsets are offsets.
 */
import {
  type ObservationBatch,
  POSITION_ID,
  POSITION_LINK,
  POSITION_OFFSET,
  POSITION_OWNER,
  PRODUCER,
} from '../contract/observation.ts';
import { LINK_SLOTS, type SpanView, VALUE_NONE, VALUE_STRING, type ValueRanges } from '../contract/span-view.ts';
import { finalize } from '../lib/bytes.ts';
import { LINK_SLOT, SPAN_SLOT } from './conventions/slots.ts';
import { messagingSystem } from './identity/topics.ts';
import { slotNumber, slotText } from './slot-text.ts';

/** Their ids are names of positions; another broker's may be digits, too. */
const SYSTEM_OF_OFFSETS = 'kafka';
const DIGITS = /^\d{1,15}$/;

/** Adds the position that the span itself tells, if it does. */
export function addPosition(view: SpanView, batch: ObservationBatch, row: number, cls: number): void {
  const values = view.attributes;
  if (values.has(SPAN_SLOT.offset) || values.has(SPAN_SLOT.messageId)) {
    read(view, values, SPAN_SLOT.partition, SPAN_SLOT.offset, SPAN_SLOT.messageId, -1, cls);
    write(batch, row, 0);
  }
}

/** Adds the position that a link tells, if it does. @param number the link's in the batch, from 1. */
export function addLinkPosition(
  view: SpanView,
  batch: ObservationBatch,
  row: number,
  link: number,
  number: number,
  cls: number,
): void {
  const { links } = view;
  const at = link * LINK_SLOTS;
  if (!links.has(at + LINK_SLOT.offset) && !links.has(at + LINK_SLOT.messageId)) return;
  read(view, links, at + LINK_SLOT.partition, at + LINK_SLOT.offset, at + LINK_SLOT.messageId, link, cls);
  write(batch, row, number);
}

/** The position read last; -1 and empty: unknown. */
const told = { partition: '', offset: -1, id: '' };

function read(
  view: SpanView,
  values: ValueRanges,
  partition: number,
  offset: number,
  id: number,
  link: number,
  cls: number,
): void {
  told.partition = slotText(view, values, partition);
  // What all messages of a batch have in common stands on the span.
  if (told.partition === '' && link >= 0) told.partition = slotText(view, view.attributes, SPAN_SLOT.partition);
  const number = values.type[offset] === VALUE_NONE ? -1 : slotNumber(view, values, offset);
  told.offset = Number.isSafeInteger(number) && number >= 0 ? number : -1;
  told.id = slotText(view, values, id).trim();
  if (told.id !== '') readSynthetic(view, link, cls);
}

/** Equal to the offset alone, or `topic.partition.offset`. */
function readSynthetic(view: SpanView, link: number, cls: number): void {
  const { id } = told;
  if (told.offset >= 0 && id === String(told.offset)) {
    told.id = '';
    return;
  }
  if (messagingSystem(slotText(view, view.attributes, SPAN_SLOT.messagingSystem)) !== SYSTEM_OF_OFFSETS) return;
  if (DIGITS.test(id) && told.offset < 0) {
    told.id = '';
    // A producer that does not know its offset says 0.
    if (id !== '0' || cls !== PRODUCER) told.offset = Number(id);
    return;
  }
  const [, topic, partition, offset] = /^(.*)\.(\d{1,10})\.(\d{1,15})$/s.exec(id) ?? [];
  if (topic === undefined || topic !== destination(view, link)) return;
  if (told.partition === '') told.partition = partition!;
  if (told.partition !== partition) return;
  told.id = '';
  if (told.offset < 0) told.offset = Number(offset);
}

function destination(view: SpanView, link: number): string {
  const place = link * LINK_SLOTS + LINK_SLOT.destination;
  const { links } = view;
  if (link >= 0 && links.type[place] === VALUE_STRING) return slotText(view, links, place);
  return slotText(view, view.attributes, SPAN_SLOT.destination);
}

function write(batch: ObservationBatch, row: number, link: number): void {
  const hasOffset = told.offset >= 0 && told.partition !== '';
  if (!hasOffset && told.id === '') return;
  const at = batch.pushPosition();
  const words = batch.positionWords;
  words[at + POSITION_OWNER] = row;
  words[at + POSITION_LINK] = link;
  if (hasOffset) hashOffset(words, at + POSITION_OFFSET, told.partition, told.offset);
  else words[at + POSITION_OFFSET] = words[at + POSITION_OFFSET + 1] = 0;
  if (told.id !== '') hashId(words, at + POSITION_ID, told.id);
  else words[at + POSITION_ID] = words[at + POSITION_ID + 1] = 0;
}

/** Two words of a partition and offset. */
export function hashOffset(words: Int32Array, at: number, partition: string, offset: number): void {
  const [high, low] = [Math.floor(offset / 2 ** 32), offset | 0];
  words[at] = hashText(partition, low, high);
  words[at + 1] = hashText(partition, high ^ 0x5bd1e995, low) | 1;
}

/** Two words of a message's id. */
export function hashId(words: Int32Array, at: number, id: string): void {
  words[at] = hashText(id, 1, 0);
  words[at + 1] = hashText(id, 0x5bd1e995, 1) | 1;
}

function hashText(text: string, seed: number, more: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ text.length;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) ^ (h >>> 15);
  return finalize(h ^ Math.imul(more, 0xc2b2ae35));
}
