/** Options of the `webhook` exporter. */
import { type Static, Type } from 'typebox';
import type { ConfigProblem } from '../../contract/component.ts';
import { clientTlsOptions, readClientTls } from '../../lib/client-tls.ts';
import { optionGroup } from '../../lib/options.ts';
import { deliveryOptions } from '../delivery/options.ts';

export const webhookConfig = optionGroup({
  url: Type.String({ minLength: 1, description: 'Where changes are posted to: http:// or https://.' }),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String({ writeOnly: true }), { description: 'Sent along, such as a token.' }),
  ),
  secret: Type.Optional(
    Type.String({
      minLength: 1,
      writeOnly: true,
      description:
        'With it, requests are signed as Standard Webhooks has it; `whsec_` and base64, or any text, which is taken as it is.',
    }),
  ),
  tls: clientTlsOptions,
  ...deliveryOptions,
});

export type WebhookConfig = Static<typeof webhookConfig>;

const OWN_HEADERS: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]);
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function checkWebhook({ url, headers = {}, secret, tls }: WebhookConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    problems.push({ path: ['url'], message: 'is no URL to post to; write https://host/path, or http://' });
  }
  for (const name of Object.keys(headers)) {
    const own = OWN_HEADERS.has(name.toLowerCase());
    if (own) problems.push({ path: ['headers', name], message: `'${name}' is set by the exporter; take it out` });
    else if (!HEADER_NAME.test(name))
      problems.push({ path: ['headers', name], message: `'${name}' is no header name` });
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(headers[name]!)) {
      problems.push({ path: ['headers', name], message: 'holds a character that no header can hold' });
    }
  }
  if (secret?.startsWith('whsec_') && !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) {
    problems.push({ path: ['secret'], message: 'begins with whsec_, and what follows is not base64' });
  }
  if (tls !== undefined) {
    if (protocol === 'http:') {
      problems.push({ path: ['tls'], message: 'the url is posted to without TLS; write https://, or leave tls out' });
    }
    for (const { key, message } of readClientTls(tls).problems) problems.push({ path: ['tls', key], message });
  }
  return problems;
}
