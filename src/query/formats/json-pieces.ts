/** A JSON list as pieces of text, so that a long one never stands in memory as a whole. */
export function* listPieces<T>(items: readonly T[], shapeOf: (item: T) => unknown = item => item): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator + JSON.stringify(shapeOf(item));
    separator = ',';
  }
  yield items.length === 0 ? '[]' : ']';
}
