/** Topics as a configuration names them: by their names, or by regular expressions. */

/** `^…`, or `/…/`. */
export function isPattern(topic: string): boolean {
  return topic.startsWith('^') || (topic.length > 2 && topic.startsWith('/') && topic.endsWith('/'));
}

/** Throws a `SyntaxError` for what is no regular expression. */
export function toPattern(topic: string): RegExp {
  return new RegExp(topic.startsWith('^') ? topic : topic.slice(1, -1), 'u');
}

/** Undefined: a name or expression. @returns what is wrong with it. */
export function wrongTopic(topic: string): string | undefined {
  if (!isPattern(topic)) {
    if (/^[\w.-]{1,249}$/.test(topic)) return undefined;
    return `'${topic}' is no name of a topic; a regular expression begins with ^, or stands between slashes`;
  }
  try {
    toPattern(topic);
    return undefined;
  } catch (error) {
    return `is no regular expression: ${(error as Error).message}`;
  }
}

/** Records of one topic mostly follow each other: the last answer is kept. Throws a `SyntaxError`. */
export function topicPredicate(topics: readonly string[]): (topic: string) => boolean {
  const names = new Set(topics.filter(topic => !isPattern(topic)));
  const patterns = topics.filter(isPattern).map(toPattern);
  let last = '';
  let answer = names.has('') || patterns.some(pattern => pattern.test(''));
  return topic => {
    if (topic !== last) {
      last = topic;
      answer = names.has(topic) || patterns.some(pattern => pattern.test(topic));
    }
    return answer;
  };
}
