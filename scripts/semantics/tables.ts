/** The tables of docs/semantics.md, from the data that the program itself works with. */
import { EDGE_KINDS } from '../../src/contract/graph-document.ts';
import { CLASS_MASK, CONSUMER, CREATE, PROCESS, PRODUCER, SETTLE } from '../../src/contract/observation.ts';
import { CONVICTION } from '../../src/graph/edge-weights.ts';
import { ACCESS_READ, ACCESS_WRITE } from '../../src/lib/plans.ts';
import { RESOURCE, SPAN } from '../../src/normalize/conventions/slots.ts';
import { STORE_FAMILIES, type StoreEffect } from '../../src/normalize/conventions/stores.ts';
import {
  DATABASE_SYSTEMS,
  DEFAULT_PORTS,
  DEFAULT_SCHEMAS,
  MESSAGING_SYSTEMS,
} from '../../src/normalize/conventions/systems.ts';
import { MESSAGING_VERBS } from '../../src/normalize/conventions/verbs.ts';
import { DOCTOR_CODES, sentence } from '../../src/query/doctor/codes.ts';
import { EDGE_WORDS, EVIDENCE_WORDS } from '../../src/query/explain/words.ts';

const code = (text: string) => `\`${text}\``;
const codes = (texts: readonly string[]) => texts.map(code).join(', ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Name → Markdown. */
export function tables(): ReadonlyMap<string, string> {
  return new Map([
    ['edges', edgeTable()],
    ['evidence', evidenceTable()],
    ['doctor', doctorTable()],
    ['attributes', attributeTable()],
    ['verbs', verbTable()],
    ['systems', systemTable()],
    ['ports', portTable()],
    ['stores', storeTable()],
  ]);
}

/** Systems that share their verbs are one row; a verb is told by what it does. */
function storeTable(): string {
  const families = new Map<ReadonlyMap<string, StoreEffect>, string[]>();
  for (const [system, { verbs }] of STORE_FAMILIES) families.set(verbs, [...(families.get(verbs) ?? []), system]);
  const rows = [...families].map(([verbs, systems]) => {
    const doing = (wanted: StoreEffect) =>
      codes([...verbs].filter(([, does]) => does === wanted).map(([verb]) => verb));
    return [codes(systems), doing(ACCESS_READ), doing(ACCESS_WRITE)];
  });
  return table(['systems', 'reads', 'writes'], rows);
}

function edgeTable(): string {
  const rows = EDGE_KINDS.map(kind => [code(kind), `*source* ${EDGE_WORDS[kind]} *target*`]);
  return table(['edge', 'reads'], rows);
}

function evidenceTable(): string {
  const rows = Object.entries(EVIDENCE_WORDS).map(([kind, words]) => [
    code(kind),
    words,
    String(CONVICTION[kind as keyof typeof CONVICTION]),
  ]);
  return table(['evidence', 'the interaction rests on', 'c'], rows);
}

function doctorTable(): string {
  const rows = Object.entries(DOCTOR_CODES).map(([name, { severity, unit, what, fix }]) => [
    code(name),
    severity,
    `${sentence(unit)} that ${what}.`,
    fix,
  ]);
  return table(['code', 'severity', 'seen', 'what mends it'], rows);
}

/** Fields by their names in the code: `destinationTemplate` → destination template. */
function attributeTable(): string {
  const rows = Object.entries({ ...RESOURCE, ...SPAN }).map(([field, definition]) => {
    const { aliases, prefixes = [] } = definition as { aliases: readonly string[]; prefixes?: readonly string[] };
    const words = field.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`).replace(/^db /, 'database ');
    return [words, [...aliases.map(code), ...prefixes.map(prefix => `${code(`${prefix}*`)}`)].join(', ')];
  });
  return table(['field', 'attributes, the first that is there counts'], rows);
}

function verbTable(): string {
  const classes: readonly (readonly [string, (shape: number) => boolean])[] = [
    ['send: `publishes`', shape => (shape & CLASS_MASK) === PRODUCER],
    ['receive: `consumes`, `received`', shape => (shape & CLASS_MASK) === CONSUMER && (shape & PROCESS) === 0],
    ['process: `consumes`, `processed`', shape => (shape & PROCESS) !== 0],
    ['create: no message yet; links may name it', shape => (shape & CLASS_MASK) === CREATE],
    ['settle: no message', shape => (shape & CLASS_MASK) === SETTLE],
  ];
  const rows = classes.map(([words, is]) => {
    const verbs = [...MESSAGING_VERBS].filter(([, shape]) => is(shape)).map(([verb]) => verb);
    return [words, codes(verbs)];
  });
  return table(['operation', 'verbs'], rows);
}

function systemTable(): string {
  const both = [...DATABASE_SYSTEMS, ...MESSAGING_SYSTEMS].map(([old, now]) => [code(old), code(now)]);
  return table(['value', 'is'], both);
}

function portTable(): string {
  const rows = Array.from(DEFAULT_PORTS, ([system, port]) => [
    code(system),
    port,
    DEFAULT_SCHEMAS.has(system) ? code(DEFAULT_SCHEMAS.get(system)!) : '',
  ]);
  return table(['system', 'port left out', 'schema assumed'], rows);
}
