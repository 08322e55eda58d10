/** Addresses of an endpoint in bytes → as its JSON has them; empty for other lengths. */

export function ipv4Text(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : '';
}

/** RFC 5952: no leading zeros, the first of the longest runs of zero groups as `::`. */
export function ipv6Text(bytes: Uint8Array): string {
  if (bytes.length !== 16) return '';
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2]! << 8) | bytes[i * 2 + 1]!).toString(16));
  const runs = groups.map((_, i) => {
    const length = groups.slice(i).findIndex(group => group !== '0');
    return length < 0 ? 8 - i : length;
  });
  const longest = Math.max(...runs);
  if (longest < 2) return groups.join(':');
  const at = runs.indexOf(longest);
  return `${groups.slice(0, at).join(':')}::${groups.slice(at + longest).join(':')}`;
}
