/** Which header may do what, by which token, and how it is counted. */
import { afterAll, describe, expect, it } from 'vitest';
import type { AuthConfig, Scope } from '../../../src/lib/listen/auth-options.ts';
import { Authorizer } from '../../../src/lib/listen/authorizer.ts';
import { CertificateFolder } from '../../kits/certificates.ts';

const folder = new CertificateFolder();
afterAll(() => folder.remove());

function open(tokens: AuthConfig['tokens'], said: string[] = []): Authorizer {
  const say = (_fields: object, text: string) => void said.push(text);
  const authorizer = new Authorizer({ tokens }, { info: say, warn: say });
  authorizer.open();
  return authorizer;
}

const named = (name: string, token: string, ...scopes: Scope[]) => ({ name, token, scopes });

describe('a header', () => {
  const auth = open(['secret', 'other']);
  const status = (header: string | undefined) => auth.authorize(header, 'read')?.status ?? 'accepted';

  it.each(['Bearer secret', 'Bearer other', 'bearer secret', 'BEARER secret', 'Bearer   secret', 'Bearer secret  '])(
    '%s is taken',
    header => expect(status(header)).toBe('accepted'),
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'secret',
    'Basic secret',
    ' Bearer secret',
    'Bearer secre',
    'Bearer secrets',
    'Bearer SECRET',
    'Bearer secret other',
    'Bearer secret, Bearer other',
    'Bearer\tsecret',
    'Bearersecret',
    `Bearer ${'x'.repeat(1_000_000)}`,
    `Bearer${' '.repeat(100_000)}`,
    `Bearer secret${' '.repeat(100_000)}x`,
  ])('%.40s is not', header => expect(status(header)).toBe('unauthenticated'));

  it('says what is missing, in a challenge too', () => {
    expect(auth.authorize(undefined, 'read')).toMatchObject({ challenge: 'Bearer realm="tacit"' });
    expect(auth.authorize('Bearer no', 'read')).toMatchObject({
      message: expect.stringMatching(/^this token is not known/),
      challenge: 'Bearer realm="tacit", error="invalid_token"',
    });
  });
});

describe('scopes', () => {
  it.each<[Scope, readonly Scope[]]>([
    ['read', ['read']],
    ['ingest', ['ingest']],
    ['admin', ['read', 'ingest', 'admin']],
  ])('%s is good for %j and nothing else', (scope, good) => {
    const auth = open([named('it', 'secret', scope)]);
    for (const asked of ['read', 'ingest', 'admin'] as const) {
      const denial = auth.authorize('Bearer secret', asked);
      expect(denial?.status, asked).toBe(good.includes(asked) ? undefined : 'forbidden');
      if (denial !== undefined) {
        expect(denial.message).toContain(`the token 'it' lacks the scope ${asked}`);
        expect(denial.challenge).toContain(`error="insufficient_scope", scope="${asked}"`);
      }
    }
  });

  it('a plain text has them all', () => {
    const auth = open(['secret']);
    for (const asked of ['read', 'ingest', 'admin'] as const)
      expect(auth.authorize('Bearer secret', asked)).toBeUndefined();
  });
});

it('requests are counted by the name of the token, never by what it is', () => {
  const auth = open(['first', named('dashboard', 'second', 'read')]);
  for (const token of ['first', 'first', 'second', 'third']) auth.authorize(`Bearer ${token}`, 'read');
  auth.authorize('Bearer second', 'admin');
  auth.authorize(undefined, 'read');
  expect(auth.counts).toEqual([
    { token: 'token-1', result: 'accepted', value: 2 },
    { token: 'dashboard', result: 'accepted', value: 1 },
    { token: '', result: 'unknown', value: 1 },
    { token: 'dashboard', result: 'forbidden', value: 1 },
    { token: '', result: 'missing', value: 1 },
  ]);
});

describe('tokens in files', () => {
  const from = (file: string) => [{ name: 'collector', token_file: file, scopes: ['ingest' as const] }];
  const knows = (auth: Authorizer, token: string) => auth.authorize(`Bearer ${token}`, 'ingest') === undefined;

  it('may be several, so that one can follow the other without a gap', () => {
    const said: string[] = [];
    const file = folder.write('token', 'old\n');
    const auth = open(from(file), said);
    folder.write('token', 'old\r\n\nnew\n');
    auth.reload();
    expect([knows(auth, 'old'), knows(auth, 'new')]).toEqual([true, true]);
    folder.write('token', 'new\n');
    auth.reload();
    auth.reload();
    expect([knows(auth, 'old'), knows(auth, 'new')]).toEqual([false, true]);
    expect(said).toEqual(['changed tokens are in use', 'changed tokens are in use']);
    auth.close();
  });

  it('stay as they were while their file cannot be used, and that is said once', () => {
    const said: string[] = [];
    const auth = open(from(folder.write('token', 'kept')), said);
    folder.write('token', '\n');
    auth.reload();
    auth.reload();
    expect(knows(auth, 'kept')).toBe(true);
    expect(said).toEqual([
      expect.stringMatching(/^the tokens in use are kept: auth\.tokens\.0\.token_file: ".*" is empty/),
    ]);
    auth.close();
  });

  it.each([
    ['', /is empty; write the token into it/],
    ['good\nnot one\n', /line 2 of ".*" is no token; it must be visible ASCII without blanks/],
  ])('%j is none', (text, message) => {
    expect(() => open(from(folder.write('token', text)))).toThrow(message);
  });
});

describe('wrong options', () => {
  it.each<[string, AuthConfig['tokens'], RegExp]>([
    [
      'one token twice',
      ['same', named('b', 'same', 'read')],
      /^auth\.tokens\.1: is the same token as 'token-1'; give each its own$/,
    ],
    [
      'one name twice',
      [named('a', 'x', 'read'), named('a', 'y', 'read')],
      /^auth\.tokens\.1: the name 'a' is taken by tokens\[0\]/,
    ],
    ['the name of a plain text', ['x', named('token-1', 'y', 'read')], /^auth\.tokens\.1: the name 'token-1' is taken/],
    ['no token', [{ name: 'a', scopes: ['read'] }], /^auth\.tokens\.0: has no token; give it token or token_file$/],
    [
      'two sources',
      [{ ...named('a', 'x', 'read'), token_file: 'f' }],
      /^auth\.tokens\.0: has token and token_file; keep one$/,
    ],
    [
      'no file',
      [{ name: 'a', token_file: '/no/such', scopes: ['read'] }],
      /^auth\.tokens\.0\.token_file: cannot read "\/no\/such": there is no such file$/,
    ],
  ])('%s', (_, tokens, message) => {
    expect(() => open(tokens)).toThrow(message);
    expect(() => open(tokens)).not.toThrow(/same' and|secret/);
  });
});
