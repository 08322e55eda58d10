/** Columns of numbers that grow as what they tell of does. */

type Column = Uint8Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The column, or where it has no room for so many numbers one with as much and twice what it had; new ones are `empty`. */
export function reaching<C extends Column>(column: C, size: number, empty = 0): C {
  if (size <= column.length) return column;
  const larger = new (column.constructor as new (size: number) => C)(Math.max(size, column.length * 2)).fill(
    empty,
  ) as C;
  larger.set(column);
  return larger;
}
