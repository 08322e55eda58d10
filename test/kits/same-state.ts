/**
 * Holds two object graphs against each other, field by field: so that a field which is added later is not forgotten
 * where state is saved. Capacity is no state: zeros at the end of typed arrays do not count.
 */

/** `Class.field` → why it may differ; `Class` → what is compared in place of the object. */
export interface Exceptions {
  readonly fields: Readonly<Record<string, string>>;
  readonly insteadOf?: Readonly<Record<string, (object: never) => unknown>>;
}

const MOST_TOLD = 20;

/** Where they differ. Throws for an exception that meets nothing: it would hide what comes under its name later. */
export function differencesOf(one: object, other: object, exceptions: Exceptions): readonly string[] {
  const comparison = new Comparison(exceptions);
  comparison.compare('', one, other);
  const unmet = Object.keys(exceptions.fields).filter(name => !comparison.met.has(name));
  if (unmet.length > 0) throw new Error(`no such fields: ${unmet.join(', ')}`);
  return comparison.found;
}

class Comparison {
  readonly found: string[] = [];
  readonly met = new Set<string>();
  private readonly seen = new Map<object, object>();
  private readonly exceptions: Exceptions;

  constructor(exceptions: Exceptions) {
    this.exceptions = exceptions;
  }

  compare(path: string, a: unknown, b: unknown): void {
    if (this.found.length >= MOST_TOLD) return;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
      const areSame = a === b || (Number.isNaN(a) && Number.isNaN(b)) || bothAre('function', a, b);
      if (!areSame) this.found.push(`${path}: ${String(a)}, ${String(b)}`);
      return;
    }
    if (a === b || this.seen.get(a) === b) return;
    this.seen.set(a, b);
    const name = a.constructor.name;
    if (name !== b.constructor.name) this.found.push(`${path}: ${name}, ${b.constructor.name}`);
    else this.compareObjects(path, name, a, b);
  }

  private compareObjects(path: string, name: string, a: object, b: object): void {
    const instead = this.exceptions.insteadOf?.[name] as ((object: object) => unknown) | undefined;
    if (instead !== undefined) this.compare(path, instead(a), instead(b));
    else if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) this.compareNumbers(path, a, b);
    else if (a instanceof Map && b instanceof Map) this.compare(`${path}<map>`, [...a], [...b]);
    else if (a instanceof Set && b instanceof Set) this.compare(`${path}<set>`, [...a], [...b]);
    else if (Array.isArray(a) && Array.isArray(b)) this.compareLists(path, a, b);
    else this.compareFields(path, name, { ...a }, { ...b });
  }

  private compareNumbers(path: string, a: ArrayBufferView, b: ArrayBufferView): void {
    const [one, other] = [a, b] as unknown as [Float64Array, Float64Array];
    for (let i = 0; i < Math.max(one.length, other.length); i++) {
      if ((one[i] ?? 0) !== (other[i] ?? 0) && !(Number.isNaN(one[i]) && Number.isNaN(other[i]))) {
        this.found.push(`${path}[${i}]: ${one[i]}, ${other[i]}`);
        return;
      }
    }
  }

  private compareLists(path: string, a: readonly unknown[], b: readonly unknown[]): void {
    if (a.length !== b.length) this.found.push(`${path}.length: ${a.length}, ${b.length}`);
    a.forEach((item, i) => {
      this.compare(`${path}[${i}]`, item, b[i]);
    });
  }

  private compareFields(path: string, name: string, a: Record<string, unknown>, b: Record<string, unknown>): void {
    for (const field of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const full = `${name}.${field}`;
      if (full in this.exceptions.fields) this.met.add(full);
      else this.compare(`${path}.${field}`, a[field], b[field]);
    }
  }
}

function bothAre(type: string, a: unknown, b: unknown): boolean {
  return typeof a === type && typeof b === type;
}
