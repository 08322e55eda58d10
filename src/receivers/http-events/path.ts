/** Where records are sent to; also a label value of counters. */
export const PATHS = ['records', 'cloudevents', 'other'] as const;
export type EventsPath = (typeof PATHS)[number];

/** `other`: not one of ours. Without its query. */
export function pathOf(url: string): EventsPath {
  const path = url.split('?', 1)[0];
  if (path === '/v1/records') return 'records';
  return path === '/v1/cloudevents' ? 'cloudevents' : 'other';
}

/** Value of a parameter in the query of a path; empty when it is not there. */
export function queryParameter(url: string, name: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : (new URLSearchParams(url.slice(at + 1)).get(name) ?? '');
}
