/**
 * Every option against its reload mark: a reload that changes the option alone is refused where the mark says `restart`,
 * and is applied, and can be undone, where it says `live` or `forward`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateFolder } from '../kits/certificates.ts';
import { ALL_OPTIONS, baseConfig, changedConfig } from './option-changes.ts';
import { Reloadable } from './reloadable.ts';

const files = new CertificateFolder();
files.authority('ca');
files.signed('server', 'ca');
const base = baseConfig(files);
const written = JSON.stringify(base);
let running: Reloadable;

beforeAll(async () => {
  running = await Reloadable.start(written);
});
afterAll(async () => {
  await running.service.stop();
  files.remove();
});

describe.each(ALL_OPTIONS.map(option => ({ name: option.path.join('.'), ...option })))('$name is $mark', option => {
  const change = () => running.reload(JSON.stringify(changedConfig(base, option, files)));
  const named = expect.stringMatching(new RegExp(`${option.name.replaceAll('.', '\\.')}(\\.\\w+)?: `));

  if (option.mark === 'restart') {
    it('is refused, with nothing changed', async () => {
      const listeners = running.service.listeners;
      expect(await change()).toMatchObject({ result: 'refused', problems: [named] });
      expect(running.service.listeners).toEqual(listeners);
      expect(await running.reload(written)).toEqual({ result: 'unchanged', problems: [], changed: [] });
    });
  } else {
    it('is applied, and undone', async () => {
      const report = await change();
      expect(report).toMatchObject({ result: 'applied', problems: [] });
      expect(report.changed).toContainEqual(named);
      expect(running.service.status().ready).toBe(true);
      expect(await running.reload(written)).toMatchObject({ result: 'applied', problems: [] });
    });
  }
});
