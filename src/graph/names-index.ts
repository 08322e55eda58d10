/** Numbers by id or key, put together when somebody asks. Items are only ever added. */
export class NamesIndex {
  private readonly items: readonly { readonly id: string; readonly key: string }[];
  private readonly byName = new Map<string, number>();
  private taken = 0;

  constructor(items: readonly { readonly id: string; readonly key: string }[]) {
    this.items = items;
  }

  /** -1 when unknown. */
  find(idOrKey: string): number {
    for (; this.taken < this.items.length; this.taken++) {
      const { id, key } = this.items[this.taken]!;
      this.byName.set(id, this.taken).set(key, this.taken);
    }
    return this.byName.get(idOrKey) ?? -1;
  }
}
