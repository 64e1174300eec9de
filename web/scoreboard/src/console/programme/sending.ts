/** A programme on its way to the server: tried, or scheduled. */
import type { Question } from '../core/ask';
import { FACTS, formatOf, type Manuscript } from './types';

const PATH = '/api/ceremonies';

/** @param key where it is to be scheduled; without one it is only tried. */
export function questionOf({ text, facts }: Manuscript, key?: string): Question {
  const isTable = formatOf(text) === 'csv';
  const query = new URLSearchParams(key === undefined ? { dry_run: 'true' } : {});
  if (isTable) {
    for (const fact of FACTS) if (facts[fact].trim()) query.set(fact, facts[fact].trim());
  }
  const asked = query.toString();
  return {
    method: 'POST',
    path: asked ? `${PATH}?${asked}` : PATH,
    text: text.replace(/^\uFEFF/, ''),
    headers: {
      'Content-Type': isTable ? 'text/csv; charset=utf-8' : 'application/json',
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
  };
}
