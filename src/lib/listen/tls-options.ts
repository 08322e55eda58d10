/** The Collector's `tls` keys for a server (configtls.ServerConfig), for every listener. */
import { type Static, Type } from 'typebox';
import { durationOption, LONGEST_TIMER } from '../options.ts';
import { CIPHER_SUITES } from './cipher-suites.ts';

const VERSIONS = ['1.2', '1.3'] as const;

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const tlsOptions = Type.Optional(
  Type.Object(
    {
      cert_file: file("PEM file with the server's certificate, followed by those of intermediate authorities."),
      key_file: file('PEM file with its private key, without a passphrase.'),
      cert_pem: file('The certificates themselves in place of `cert_file`.'),
      key_pem: Type.Optional(
        Type.String({ minLength: 1, writeOnly: true, description: 'The key itself in place of `key_file`.' }),
      ),
      client_ca_file: file(
        'PEM file with the authorities that clients’ certificates must come from: mutual TLS. A client without such a certificate is refused.',
      ),
      client_ca_file_reload: Type.Optional(
        Type.Boolean({ default: false, description: 'Without `reload_interval`: looks for changed files every 10 s.' }),
      ),
      reload_interval: Type.Optional(
        durationOption({
          minimum: '1s',
          maximum: LONGEST_TIMER,
          description:
            'Reads the files again this often and uses what changed for new connections; left out: only at the start.',
        }),
      ),
      min_version: Type.Optional(
        Type.Enum([...VERSIONS], { default: '1.2', description: 'Oldest version of TLS that is spoken.' }),
      ),
      max_version: Type.Optional(
        Type.Enum([...VERSIONS], { description: 'Newest version of TLS that is spoken; left out: 1.3.' }),
      ),
      cipher_suites: Type.Optional(
        Type.Array(Type.Enum([...CIPHER_SUITES], { description: 'Name as registered by IANA.' }), {
          minItems: 1,
          description:
            'Cipher suites that are spoken; left out: a safe choice. One without a suite of TLS 1.3 has all of TLS 1.3.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'TLS, with the keys of the Collector; left out, connections are not encrypted.',
    },
  ),
);

export type TlsConfig = Static<typeof tlsOptions>;
export type TlsKey = keyof TlsConfig;
