/** A programme as it is written, and the server's schema of what it holds. */
import type { components } from '../../api';

type Schemas = components['schemas'];

export type Programme = Schemas['Programme'];
export type Scheduled = Schemas['Scheduled'];

/** What a table has no place for. */
export const FACTS = ['name', 'id', 'starts_at', 'venue', 'hosts'] as const;
export type Fact = (typeof FACTS)[number];
/** As typed; `starts_at` is RFC 3339, or empty. */
export type Facts = Readonly<Record<Fact, string>>;

export const NO_FACTS: Facts = { name: '', id: '', starts_at: '', venue: '', hosts: '' };

export type Format = 'json' | 'csv';

export interface Manuscript {
  readonly text: string;
  readonly facts: Facts;
}

/** An object opens with a brace; everything else is taken for a table. */
export function formatOf(text: string): Format {
  return /^\uFEFF?\s*[{[]/.test(text) ? 'json' : 'csv';
}
