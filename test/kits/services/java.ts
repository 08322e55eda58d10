/** What the Java services log, and where. */
import { writeFileSync } from 'node:fs';
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
