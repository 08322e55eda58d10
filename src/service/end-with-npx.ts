/**
 * `npx tacit serve` is npm → a shell → this process, and the shell passes no signal on: a supervisor that ends npx
 * would leave the service behind, with its ports. So it ends, in order, when the shell that npx started it from does.
 */
const CHECK_MS = 500;

export function endWithNpx(): void {
  if (process.env.npm_lifecycle_event !== 'npx') return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS).unref();
}
