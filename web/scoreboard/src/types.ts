/** The server's schemas under the names the page uses for them. */
import type { components } from './api';

type Schemas = components['schemas'];

export type Board = Schemas['Board'];
export type Category = Schemas['CategoryLine'];
export type Nominee = Schemas['NomineeLine'];
export type CeremonyEvent = Schemas['Event'];
export type Frame = Schemas['Frame'];
export type FramePage = Schemas['FramePage'];
export type Head = Schemas['Head'];
export type Chapter = Schemas['Chapter'];
export type Ceremonies = Schemas['Ceremonies'];
export type CeremonySummary = Schemas['CeremonySummary'];
export type Phase = CeremonySummary['phase'];

export type LiveMessage =
  | Schemas['Hello']
  | Schemas['Keyframe']
  | Schemas['FrameMessage']
  | Schemas['CaughtUp']
  | Schemas['Heartbeat']
  | Schemas['Resync'];

/** The three things that are tallied and ranked. */
export type Subject = keyof Board['ranking'];
