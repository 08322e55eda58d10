/** The head of an answer. Most answers say the same as the one before, which is not written again. */
import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { currentDate } from './date.ts';

const last = { status: 0, headers: undefined as OutgoingHttpHeaders | undefined, stayMs: 0, date: '', text: '' };

/** @param stayMs how long the connection is kept without a request; undefined: it is closed after the answer. */
export function headText(status: number, headers: OutgoingHttpHeaders, stayMs: number | undefined): string {
  const date = currentDate();
  if (stayMs === undefined) return write(status, headers, date, 'Connection: close');
  if (last.headers !== headers || last.status !== status || last.stayMs !== stayMs || last.date !== date) {
    const staying = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(stayMs / 1000)}`;
    Object.assign(last, { status, headers, stayMs, date, text: write(status, headers, date, staying) });
  }
  return last.text;
}

function write(status: number, headers: OutgoingHttpHeaders, date: string, connection: string): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  return `${text}Date: ${date}\r\n${connection}\r\n\r\n`;
}
