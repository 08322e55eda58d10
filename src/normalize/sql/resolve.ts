/**
 * Which of an UPDATE's or DELETE's tables it changes. The target may be an alias of a table named later
 * (`UPDATE o SET … FROM orders o`), or one of several joined tables (`UPDATE a JOIN b … SET b.x = 1`).
 */
import type { Frame, Reference } from './frame.ts';
import type { Locals } from './locals.ts';

/** Sets verbs and drops targets that are but aliases, in the references from `frame.firstReference` on. */
export function resolveTargets(references: Reference[], frame: Frame, locals: Locals): void {
  const { verb } = frame;
  if (verb !== 'update' && verb !== 'delete') return;
  if (references.length === frame.firstReference + 1) return;
  const own = references.splice(frame.firstReference);
  const targets = own.filter(reference => reference.target && reference.verb === verb);
  if (verb === 'update' && targets.length > 1) keepAssigned(targets, frame.qualifiers);
  const aliases = new Set(targets.filter(target => changesSource(target, own)));
  for (const reference of own) {
    if (!aliases.has(reference)) references.push(reference);
    else locals.note(reference.table);
  }
}

/** Of several joined tables an UPDATE changes those it assigns to, in doubt the first; the others it reads. */
function keepAssigned(targets: readonly Reference[], qualifiers: readonly string[]): void {
  const assigned = targets.filter(target => qualifiers.includes(nameInUse(target)));
  const changed = new Set(assigned.length > 0 ? assigned : targets.slice(0, 1));
  for (const target of targets) {
    if (changed.has(target)) continue;
    target.verb = 'select';
    target.access = 'read';
  }
}

/** True when the target is named among the sources, which then is what changes. */
function changesSource(target: Reference, own: readonly Reference[]): boolean {
  if (target.verb === 'select') return false;
  const source = own.find(
    reference =>
      !reference.target && (isAlias(target, reference) || (reference.alias === '' && sameTable(target, reference))),
  );
  if (source === undefined) return false;
  source.verb = target.verb;
  source.access = 'write';
  source.local = source.table === '';
  return true;
}

function isAlias(target: Reference, source: Reference): boolean {
  return target.schema === '' && nameInUse(source).toLowerCase() === target.table.toLowerCase();
}

function sameTable(a: Reference, b: Reference): boolean {
  return a.table === b.table && a.schema === b.schema && !b.local;
}

const nameInUse = (reference: Reference): string => reference.alias || reference.table;
