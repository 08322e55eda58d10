/** The jars of the Java services, from Maven Central, in a cache folder: fetched once per list of artifacts. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from '../lock.ts';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/tacit-services/', import.meta.url));
const LOG4J = 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5';

/** Artifacts as `group:name:version[:type]`. */
export const KAFKA_JARS = ['org.apache.kafka:kafka_2.13:4.4.0', LOG4J];
export const CONNECT_JARS = [
  ...['connect-runtime', 'connect-json', 'connect-transforms'].map(name => `org.apache.kafka:${name}:4.3.1`),
  'io.debezium:debezium-connector-postgres:3.7.0.Final',
  LOG4J,
];

/** The folder with the artifacts and all they need. `say` gets a line for people before a download. */
export function fetchJars(artifacts: readonly string[], say: (line: string) => void): Promise<string> {
  const told = () => say(`fetching ${artifacts[0]} with Maven (about 40 MB the first time on a machine) …`);
  return fetch(artifacts, ['dependency:copy-dependencies', '-DincludeScope=runtime'], told);
}

/** The folder with what an archive (`group:name:version:type`) holds. */
export function fetchDistribution(archive: string, say: (line: string) => void): Promise<string> {
  const told = () => say(`fetching ${archive} with Maven (large, once on a machine) …`);
  return fetch([archive], ['dependency:unpack-dependencies', '-DexcludeTransitive=true'], told);
}

async function fetch(artifacts: readonly string[], goal: readonly string[], told: () => void): Promise<string> {
  const folder = join(CACHE, createHash('sha256').update(artifacts.join()).digest('hex').slice(0, 16));
  mkdirSync(CACHE, { recursive: true });
  const release = await lock(`${folder}.fetching`, folder);
  if (release === undefined) return folder;
  const work = mkdtempSync(join(CACHE, 'work-'));
  try {
    told();
    writeFileSync(join(work, 'pom.xml'), projectOf(artifacts));
    await runMaven(work, goal);
    renameSync(join(work, 'jars'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
    release();
  }
}

function projectOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map(artifact => {
    const [group, name, version, type = 'jar'] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version><type>${type}</type></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tacit</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('')}</dependencies></project>`;
}

function runMaven(folder: string, goal: readonly string[]): Promise<void> {
  const args = ['-q', '-B', '-ntp', ...goal, '-DoutputDirectory=jars'];
  const child = spawn('mvn', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`mvn ended with exit code ${code}`))));
  });
}
