/** The Collector's `tls` keys for a client (configtls.ClientConfig) → what node:https takes. Messages show no key. */
import { createSecureContext } from 'node:tls';
import { type Static, Type } from 'typebox';
import { readNamedFile } from './listen/read-file.ts';

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const clientTlsOptions = Type.Optional(
  Type.Object(
    {
      ca_file: file(
        'PEM file with the authorities that the other side’s certificate may come from; left out: those Node knows.',
      ),
      cert_file: file('PEM file with a certificate of our own, where the other side asks for one.'),
      key_file: file('PEM file with its private key, without a passphrase.'),
      insecure_skip_verify: Type.Boolean({
        default: false,
        description: 'Takes any certificate: anybody could be at the other end.',
      }),
    },
    {
      additionalProperties: false,
      description: 'TLS towards an endpoint that begins with https://, with the keys of the Collector.',
    },
  ),
);

export type ClientTlsConfig = NonNullable<Static<typeof clientTlsOptions>>;
type Key = keyof ClientTlsConfig;

/** To be spread into the options of a request. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

export interface ClientTlsReading {
  readonly tls: ClientTls;
  readonly problems: readonly { readonly key: Key; readonly message: string }[];
}

/** Reads the files now. */
export function readClientTls(config: ClientTlsConfig): ClientTlsReading {
  const problems: { key: Key; message: string }[] = [];
  const read = (key: 'ca_file' | 'cert_file' | 'key_file'): string | undefined => {
    const path = config[key];
    if (path === undefined) return undefined;
    const found = readNamedFile(path);
    if ('text' in found) return found.text;
    problems.push({ key, message: found.problem });
    return undefined;
  };
  const [ca, cert, key] = [read('ca_file'), read('cert_file'), read('key_file')];
  const [there, missing] = config.key_file === undefined ? ['cert_file', 'key_file'] : ['key_file', 'cert_file'];
  if ((config.cert_file === undefined) !== (config.key_file === undefined)) {
    problems.push({ key: there as Key, message: `stands without ${missing}; give both or none` });
  }
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: !config.insecure_skip_verify,
  };
  if (problems.length === 0) problems.push(...misfits(tls));
  return { tls, problems };
}

/** The last word is OpenSSL's. */
function misfits({ ca, cert, key }: ClientTls): { key: Key; message: string }[] {
  const parts: [Key, object][] = [
    ['ca_file', { ca }],
    ['cert_file', { cert, key }],
  ];
  return parts.flatMap(([part, options]) => {
    try {
      createSecureContext(options);
      return [];
    } catch (error) {
      return [{ key: part, message: `cannot be used for TLS: ${(error as Error).message}` }];
    }
  });
}
