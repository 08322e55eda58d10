/** Names that look like tables and are none: common table expressions, by scope, and temporary tables, by batch. */
import type { Reference } from './frame.ts';

/** More of them than any statement has; the names beyond are not known as local. */
const MAX_LOCALS = 512;

interface Local {
  readonly name: string;
  visible: boolean;
  /** First table its body reads: what a change through the name changes. */
  source: Reference | undefined;
}

export class Locals {
  private readonly expressions: Local[] = [];
  private temporary: Set<string> | undefined;

  get count(): number {
    return this.expressions.length;
  }

  /** Declares a common table expression, not visible yet; -1 when there are too many. */
  declare(name: string): number {
    return this.expressions.length < MAX_LOCALS
      ? this.expressions.push({ name, visible: false, source: undefined }) - 1
      : -1;
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
    if (this.expressions.length > at) this.expressions.length = at;
  }

  addTemporary(name: string): void {
    this.temporary ??= new Set();
    if (this.temporary.size < MAX_LOCALS) this.temporary.add(name);
  }

  has(name: string): boolean {
    return this.find(name) !== undefined || (this.temporary?.has(name) ?? false);
  }

  sourceOf(name: string): Reference | undefined {
    return this.find(name)?.source;
  }

  private find(name: string): Local | undefined {
    for (let i = this.expressions.length - 1; i >= 0; i--) {
      const local = this.expressions[i]!;
      if (local.visible && local.name === name) return local;
    }
    return undefined;
  }
}
