/**
 * Maps whose keys come from a programme. A work or a category may be called "constructor": on a
 * plain object, a key that is not there would then find what JavaScript itself keeps under it.
 */

/**
 * Takes the prototype from every object of a JSON value that was just parsed: a key that the value
 * does not have is then undefined, whatever its name. Changes the value itself and returns it.
 */
export function bare<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
  for (const each of Object.values(value)) bare(each);
  return value;
}

/** The JSON text as bare objects; throws as JSON.parse does. */
export function parseBare<T>(text: string): T {
  return bare(JSON.parse(text) as T);
}

/** The entry of a map of the page's own; undefined for every key that was not written into it. */
export function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
