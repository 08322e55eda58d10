/**
 * From here on SIGHUP does not end the process. To be called as early as can be: who reloads a service does not know
 * whether it has just been started, and the configuration is read only afterwards.
 */
const ignore = () => {};

/** May be called more than once. */
export function surviveHangup(): void {
  if (!process.listeners('SIGHUP').includes(ignore)) process.on('SIGHUP', ignore);
}
