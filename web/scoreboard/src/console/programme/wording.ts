/** What is found of a programme, in a line. */
import { words } from '../words';
import type { Verdict } from './checking';

/** @param there it is scheduled already. */
export function found(verdict: Verdict, there: boolean): string {
  const w = words.editor;
  switch (verdict.is) {
    case 'empty':
      return w.empty;
    case 'checking':
      return w.checking;
    case 'waiting':
      return w.waiting[verdict.why];
    case 'wrong':
      return w.wrong(verdict.mistakes.length);
    case 'denied':
      return w.denied;
    case 'good':
      return there ? w.there(verdict.programme.ceremony.name) : w.good;
  }
}
