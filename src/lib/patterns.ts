/** Regular expressions as people write them into a configuration. */

/**
 * A pattern over whole names: without anchors of its own it must match all of the name. Throws a `SyntaxError` for what
 * is no regular expression.
 */
export function wholePattern(source: string, flags: 'u' | 'iu' = 'u'): RegExp {
  const open = new RegExp(source, flags);
  return /^\^|(?<!\\)\$$/.test(source) ? open : new RegExp(`^(?:${source})$`, flags);
}

/** `/…/`: found anywhere in a name; anything else: nothing but itself. */
export function nameOrPattern(text: string): string | RegExp {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? new RegExp(text.slice(1, -1), 'u') : text;
}
