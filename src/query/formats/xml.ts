/** Text within XML 1.0: attributes and content. */
import { printable } from './labels.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Not characters of XML, even escaped: FFFE and FFFF. Control characters and lone surrogates are replaced before. */
const NO_CHARACTER = /[\ufffe\uffff]/g;

/** Text to show. */
export function xmlText(text: string): string {
  return printable(text)
    .replace(NO_CHARACTER, '\ufffd')
    .replace(/[&<>"']/g, mark => ENTITIES[mark]!);
}

/** An id: what cannot stand in XML is percent-encoded, as ids encode other characters, so that no two become one. */
export function xmlId(id: string): string {
  const encoded = id.toWellFormed().replace(/[\p{Cc}\ufffe\uffff]/gu, mark => encodeURIComponent(mark));
  return encoded.replace(/[&<>"']/g, mark => ENTITIES[mark]!);
}
