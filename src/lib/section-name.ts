/** Names of the numbered sections of a family: in order of their numbers. */
export function sectionName(family: string, number: number): string {
  return `${family}/${String(number).padStart(6, '0')}`;
}
