/** Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, time and body. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export function createSigner(secret: string): (id: string, timestamp: string, body: Uint8Array) => string {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
  return (id, timestamp, body) => {
    const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  };
}
