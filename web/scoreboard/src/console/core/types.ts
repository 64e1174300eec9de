/** The server's schemas that only a desk knows, under the names it uses for them. */
import type { components } from '../../api';
import type { CeremonyEvent } from '../../types';

type Schemas = components['schemas'];

export type Grant = Schemas['Grant'];
export type Invited = Schemas['Invited'];
export type TokenMade = Schemas['TokenMade'];
export type TokenWish = Schemas['TokenWish'];
export type Role = Grant['role'];
export type You = Schemas['You'];
export type Seat = Schemas['Seat'];
export type DeskMessage =
  | Schemas['DeskHello']
  | Schemas['PostedNews']
  | Schemas['Present']
  | Schemas['Heartbeat']
  | Schemas['BegunAnew']
  | Schemas['Revoked'];

/** An event of the log, and who posted it. */
export interface Said {
  readonly version: number;
  /** Empty where the log does not say. */
  readonly actor: string;
  readonly recorded_at: string;
  readonly event: CeremonyEvent;
}
