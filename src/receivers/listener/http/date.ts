/** The time as HTTP writes it, made once a second. */
let second = -1;
let text = '';

export function currentDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
