/** A key that nobody else makes: also where a browser makes no UUIDs, as without TLS. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-');
}
