/** One question to the server and its answer; what an answer that is no success means. */

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of a `body`; its type is among the `headers`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  /** Undefined where there is none, or none that can be read. */
  readonly body: unknown;
  /** In ms. */
  readonly retryAfter?: number;
  /** The version that the server names, where it names one. */
  readonly etag?: string;
}

/** Rejects where there is no answer: whether the question arrived is then not known. */
export type Ask = (question: Question) => Promise<Answer>;

/** A problem document, as far as the desk reads it. */
export interface Problem {
  readonly detail: string;
  readonly rule?: string;
  readonly head?: number;
  readonly epoch?: string;
  readonly frames?: readonly { readonly version: number; readonly event: never }[];
}

export function problemOf({ body, status }: Answer): Problem {
  if (typeof body !== 'object' || body === null) return { detail: `HTTP ${status}` };
  const problem = body as Problem;
  return typeof problem.detail === 'string' ? problem : { ...problem, detail: `HTTP ${status}` };
}

/** Good, or not at the moment: the same question may be asked again, after a while. */
export function isPassing({ status }: Answer): boolean {
  return status === 429 || status >= 500;
}
