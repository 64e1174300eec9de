/** RFC 7396 JSON merge patch that shares what it does not change. */

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The target with the patch applied; neither argument is changed. Branches the patch leaves alone
 * are the target's own objects, and an empty patch gives the target itself back.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : (Object.create(null) as Fields);
  let result = base;
  // Assigning "__proto__" would set the prototype: define every key as plain data instead.
  const own = (): Fields => {
    if (result === base) result = Object.assign(Object.create(null), base) as Fields;
    return result;
  };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      if (Object.hasOwn(base, key)) delete own()[key];
    } else {
      const before = Object.hasOwn(base, key) ? base[key] : undefined;
      const after = mergePatch(before, value);
      if (after !== before) own()[key] = after;
    }
  }
  return result;
}

export function applyPatch<T>(target: T, patch: object): T {
  return mergePatch(target, patch) as T;
}
