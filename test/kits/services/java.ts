/** What the Java services log, and where; which Java there is. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOGGING = `appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1}: %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
`;

/** The path of a log4j2 configuration in the folder: everything on the console. */
export function writeLogging(folder: string): string {
  const path = join(folder, 'log4j2.properties');
  writeFileSync(path, LOGGING);
  return path;
}

const JVMS = '/usr/lib/jvm';

/** The home of a Java at least so new; undefined: there is none here. */
export function findJava(oldest: number): string | undefined {
  const homes = [process.env.JAVA_HOME, ...listJvms()].filter(home => home !== undefined);
  return homes.find(home => versionOf(home) >= oldest);
}

function listJvms(): readonly string[] {
  try {
    return readdirSync(JVMS).map(name => join(JVMS, name));
  } catch {
    return [];
  }
}

/** 0: none. */
function versionOf(home: string): number {
  try {
    return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
