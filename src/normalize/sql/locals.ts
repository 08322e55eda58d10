/** Names that look like tables and are none: common table expressions, by scope, and temporary tables, by batch. */
import type { Reference } from './frame.ts';
import type { TableName } from './names.ts';

/** More of them than any statement has; the names beyond are not known as local. */
const MAX_LOCALS = 512;

interface Local {
  readonly name: string;
  visible: boolean;
  /** First table its body reads: what a change through the name changes. */
  source: Reference | undefined;
}

/** How a name is known here: some systems let a common table expression have a qualified one. */
export const localName = ({ schema, table }: TableName): string => (schema === '' ? table : `${schema}.${table}`);

export class Locals {
  /** Every name there was, in any scope. */
  readonly names: string[] = [];
  private readonly expressions: Local[] = [];
  /** The same by name, the innermost last. */
  private byName: Map<string, Local[]> | undefined;
  private temporary: Set<string> | undefined;

  get count(): number {
    return this.expressions.length;
  }

  /** Declares a common table expression, not visible yet; -1 when there are too many. */
  declare(name: string): number {
    this.note(name);
    if (this.expressions.length >= MAX_LOCALS) return -1;
    const local = { name, visible: false, source: undefined };
    this.byName ??= new Map();
    const known = this.byName.get(name);
    if (known === undefined) this.byName.set(name, [local]);
    else known.push(local);
    return this.expressions.push(local) - 1;
  }

  show(at: number): void {
    const local = this.expressions[at];
    if (local) local.visible = true;
  }

  setSource(at: number, source: Reference): void {
    const local = this.expressions[at];
    if (local) local.source = source;
  }

  forgetFrom(at: number): void {
    while (this.expressions.length > at) this.byName!.get(this.expressions.pop()!.name)!.pop();
  }

  addTemporary(name: string): void {
    this.note(name);
    this.temporary ??= new Set();
    if (this.temporary.size < MAX_LOCALS) this.temporary.add(name);
  }

  /** The name stands for something else than a table of that name. */
  note(name: string): void {
    if (this.names.length < MAX_LOCALS) this.names.push(name);
  }

  has({ schema, table }: TableName): boolean {
    if (this.expressions.length === 0 && this.temporary === undefined) return false;
    const name = localName({ catalog: '', schema, table });
    return this.find(name) !== undefined || (this.temporary?.has(name) ?? false);
  }

  sourceOf(name: TableName): Reference | undefined {
    return this.find(localName(name))?.source;
  }

  private find(name: string): Local | undefined {
    return this.byName?.get(name)?.findLast(local => local.visible);
  }
}
