export interface Effect { readonly verb: string; readonly access: 'read' | 'write'; readonly catalog: string; readonly schema: string; readonly table: string }
export interface Statement { readonly effects: readonly Effect[]; readonly outcome: 'tables' | 'queries' | 'verb_only' | 'skip'; readonly reason: string; readonly verb: string; readonly truncated: boolean; readonly traceparent: string }
export function readStatement(text: string, _system: string): Statement {
  const effects: Effect[] = [];
  const add = (verb: string, access: 'read' | 'write', name: string) => { if (!name) return; const p = name.replaceAll('"','').toLowerCase().split('.'); if (!effects.some(e => e.verb === verb && e.table === p.at(-1))) effects.push({ verb, access, catalog: '', schema: p.length > 1 ? p[0]! : '', table: p.at(-1)! }); };
  const verb = (/^\s*(\w+)/.exec(text)?.[1] ?? '').toLowerCase();
  if (verb === 'insert') add('insert', 'write', /into\s+([\w."]+)/i.exec(text)?.[1] ?? '');
  if (verb === 'update') add('update', 'write', /update\s+([\w."]+)/i.exec(text)?.[1] ?? '');
  if (verb === 'delete') add('delete', 'write', /from\s+([\w."]+)/i.exec(text)?.[1] ?? '');
  else for (const m of text.matchAll(/\b(?:from|join)\s+([a-z_"][\w."]*)/gi)) add('select', 'read', m[1]!);
  if (effects.length > 0) return { effects, outcome: 'tables', reason: '', verb, truncated: false, traceparent: '' };
  const reason = /^\s*(begin|commit|rollback)/i.test(text) ? 'transaction_control' : /^\s*set /i.test(text) ? 'settings' : /^select (1|\?|version\(\))$/i.test(text) ? 'health_check' : '';
  return { effects, outcome: reason ? 'skip' : 'queries', reason, verb, truncated: false, traceparent: '' };
}
export function readSummary(summary: string, _s: string): Statement {
  const w = summary.split(' '); const effects: Effect[] = []; let verb = '';
  for (const x of w) { if (/^(SELECT|INSERT|UPDATE|DELETE)$/i.test(x)) verb = x.toLowerCase(); else if (verb) effects.push({ verb, access: verb === 'select' ? 'read' : 'write', catalog: '', schema: '', table: x.toLowerCase() }); }
  return { effects, outcome: effects.length ? 'tables' : 'queries', reason: '', verb, truncated: false, traceparent: '' };
}
export function readTableName(name: string, _s: string): { catalog: string; schema: string; table: string } { const p = name.replaceAll('"', '').split('.'); return { catalog: '', schema: p.length > 1 ? p[0]! : '', table: p.at(-1)! }; }
