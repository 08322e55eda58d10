/** `--format` of commands whose answer is no graph. */
import { UsageError } from './arguments.ts';

const ANSWER_FORMATS = ['table', 'json'] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

export const formatOption = {
  type: 'string',
  value: 'FORMAT',
  description: `One of ${ANSWER_FORMATS.join(', ')} (default table).`,
} as const;

/** Throws a `UsageError` for other words. */
export function answerFormatOf(text = 'table'): AnswerFormat {
  const known = ANSWER_FORMATS.find(format => format === text);
  if (known !== undefined) return known;
  throw new UsageError(`--format "${text}" is unknown here; one of ${ANSWER_FORMATS.join(', ')}`);
}
