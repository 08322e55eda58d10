/** A configuration as it may be shown: with all defaults, without its secrets. */
import type { TSchema } from 'typebox';
import { stringify } from 'yaml';
import type { Config } from './load.ts';
import { type OptionSchema, schemaBranches } from './schema-words.ts';
import { SECTIONS } from './sections.ts';
import { serviceOptions } from './service-options.ts';

export const REDACTED = '[REDACTED]';

/** Names that hold a secret even where a free map has no definition to say so. */
const SECRET_NAME = /(^|[_-])(tokens?|passwords?|secrets?|api[_-]?key|authorization|credentials?|key[_-]?pem)$/i;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** YAML that validates again, but for the redacted values. */
export function showConfig(config: Config): string {
  const sections = SECTIONS.map(section => {
    const shown = [...config[section].values()].map(({ id, factory, config: options }) => {
      return [id, redact(options, factory.config)] as const;
    });
    return [section, Object.fromEntries(shown)] as const;
  });
  const filled = sections.filter(([, components]) => Object.keys(components).length > 0);
  return stringify({ ...Object.fromEntries(filled), service: redact(config.service, serviceOptions) });
}

/** The value with everything that is marked `writeOnly`, or is called like a secret, taken out. */
export function redact(value: unknown, schema: TSchema): unknown {
  return redactBy(value, schema as OptionSchema);
}

function redactBy(value: unknown, schema: OptionSchema): unknown {
  const branches = schemaBranches(schema).filter(branch => mayBe(branch, value));
  if (branches.some(branch => branch.writeOnly === true)) return REDACTED;
  if (Array.isArray(value)) {
    const items = branches.find(branch => branch.items !== undefined)?.items ?? {};
    return value.map(item => redactBy(item, items));
  }
  if (typeof value === 'string') return escapeDollars(value);
  if (typeof value !== 'object' || value === null) return value;
  const properties = Object.assign({}, ...branches.map(branch => branch.properties ?? {})) as Record<
    string,
    OptionSchema
  >;
  const free = branches.flatMap(({ patternProperties = {} }) => Object.values(patternProperties))[0];
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretName(key) && !saysWhatIsSecret(properties[key])
        ? conceal(inner)
        : redactBy(inner, properties[key] ?? free ?? {}),
    ]),
  );
}

/** A list of named tokens, say, of which the names may be shown. */
function saysWhatIsSecret(schema: OptionSchema | undefined): boolean {
  if (schema === undefined) return false;
  return schemaBranches(schema).some(branch => {
    const inner = [...Object.values(branch.properties ?? {}), ...(branch.items === undefined ? [] : [branch.items])];
    return branch.writeOnly === true || inner.some(saysWhatIsSecret);
  });
}

/** False for the members of a union that are not meant by this value. */
function mayBe(branch: OptionSchema, value: unknown): boolean {
  if (branch.type === undefined) return true;
  if (branch.type === 'object') return typeof value === 'object' && !Array.isArray(value);
  return branch.type === 'array' ? Array.isArray(value) : typeof value !== 'object' || value === null;
}

/** Shows how many there are, and nothing of them. */
function conceal(value: unknown): unknown {
  return Array.isArray(value) ? value.map(() => REDACTED) : REDACTED;
}

/** So that a text that happens to look like a reference is none when it is read again. */
function escapeDollars(text: string): string {
  return text.replace(/\$(?=[{$])/g, '$$$$');
}
