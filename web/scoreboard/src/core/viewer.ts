/** One viewer's place in a night: what they ask for, and what is shown to them. */
import type { Board, Chapter, Frame } from '../types';
import { freshOf, type Fresh } from './fresh';
import { chaptersOf } from './chapters';
import type { Cancel, Clock } from './clock';
import { isResult } from './headline';
import { isHidden } from './cover';
import * as players from './player';
import { sentenceOf } from './sentence';
import { headOf, timelineOf, type Timeline } from './timeline';
import { timeMap, type TimeMap } from './timemap';
import type { Told } from './told';
import { advance, namedUntil, settled, type Showing } from './winqueue';

/** Of a quiet stretch this many ms of the show are played, and the rest is cut. */
export const IDLE_CAP = 60_000;
/** How often the playhead moves while playing, in ms. */
const TICK = 100;
/** A cut is told for this long, in ms, and only where that is not all the time. */
const CUT_TOLD = 2500;
const CUTS_TOLD_UP_TO = 30;

/** Whether the night went on, or the viewer went elsewhere: only the former is celebrated. */
export type Move = 'flow' | 'jump';

export interface Playback {
  readonly timeline: Timeline;
  readonly map: TimeMap;
  readonly chapters: readonly Chapter[];
  /** Show time of the viewer's place, in ms. */
  readonly t: number;
  /** What was cut from the show just now, in ms of it. */
  readonly cut?: number | undefined;
  /** Where a viewer stood who went to the end of a replay, in ms of the show: the way back. */
  readonly left?: number | undefined;
}

/** What stands at the top of the page: the name of a winner comes there before all else. */
export interface Top {
  readonly version: number;
  readonly board: Board | undefined;
  readonly frames: readonly Frame[];
  /** A win of this version is played. */
  readonly playing: boolean;
}

export interface ViewerState {
  readonly player: players.Player;
  readonly speed: number;
  readonly shorten: boolean;
  /** The version the viewer stands at; what is shown may lag behind it while a win plays. */
  readonly version: number;
  /** The version that everything below the top shows: it counts a win once the name stands. */
  readonly shown: number;
  readonly board: Board | undefined;
  /** The frames up to the shown version that are here. */
  readonly frames: readonly Frame[];
  readonly top: Top;
  /** The version of the win that is playing. */
  readonly win: number | undefined;
  /** What that win touches, from when it is counted until it is over. */
  readonly fresh: Fresh | undefined;
  readonly flowing: boolean;
  /** One sentence for a screen reader about the last result; empty when there is nothing to say. */
  readonly spoken: string;
  /** Undefined until every frame is here. */
  readonly playback: Playback | undefined;
}

export class Viewer {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #told: Told | undefined;
  #timeline: Timeline | undefined;
  #map: TimeMap = timeMap([], IDLE_CAP);
  #chapters: readonly Chapter[] = [];
  #player: players.Player = players.FOLLOWING;
  /** As the viewer chose it; until then the night's length decides. */
  #chosen: number | undefined;
  #shorten = true;
  #showing: Showing = settled(0);
  #flowing = false;
  #spoken = '';
  #frames: readonly Frame[] = [];
  /** The version that is counted: behind the shown one while the name of a win stands alone. */
  #counted = 0;
  #topFrames: readonly Frame[] = [];
  #fresh: Fresh | undefined;
  #cut: { readonly ms: number; readonly at: number } | undefined;
  #left: number | undefined;
  /** What the player did when the thumb was taken; it does so again when it is let go. */
  #held: players.Player | undefined;
  #tickedAt = 0;
  #ticking: Cancel | undefined;
  #winEnd: Cancel | undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Begin with another history: whatever the viewer stood at belonged to the one before. */
  enter(told: Told): void {
    this.stop();
    this.#told = told;
    this.#timeline = undefined;
    this.#player = players.FOLLOWING;
    this.#showing = settled(0);
    this.#counted = 0;
    this.#fresh = undefined;
    this.#spoken = '';
    this.#cut = this.#left = this.#held = undefined;
  }

  stop(): void {
    this.#ticking?.();
    this.#winEnd?.();
    this.#ticking = this.#winEnd = undefined;
  }

  /** More is told than before, or something else. */
  grown(move: Move): void {
    const told = this.#told;
    if (!told) return;
    if (told.complete && told.head > 0) {
      const frames = told.frames();
      this.#timeline = timelineOf(frames);
      this.#chapters = chaptersOf(frames);
      this.#player = players.within(this.#player, this.#timeline);
      this.#draw();
    } else if (this.#timeline && headOf(this.#timeline) > told.head) {
      this.#timeline = undefined;
    }
    this.#show(move, true);
  }

  get following(): boolean {
    return this.#player.mode === 'following';
  }

  /** Say of a category what its last result is. */
  say(category: string): void {
    const told = this.#told;
    const frame = told
      ?.frames(this.#showing.version)
      .findLast(
        ({ event }) => isResult(event) && 'category' in event && event.category === category,
      );
    if (!told || !frame) return;
    this.#spoken = this.#sentence(told, frame.version - 1, frame.version);
    this.#changed();
  }

  get ready(): boolean {
    return this.#timeline !== undefined;
  }

  toggle(): void {
    if (this.#player.mode === 'playing') this.pause();
    else if (this.#player.mode === 'paused') this.play();
    else if (this.#ended()) this.replay();
    else this.pause();
  }

  play(): void {
    this.#move('flow', (player) => players.play(player, this.#speed()));
  }

  pause(): void {
    this.#move('flow', players.pause);
  }

  replay(): void {
    this.#move('jump', (_, timeline) => players.replay(timeline, this.#speed()));
  }

  /** To the head: live, or the final board. */
  follow(): void {
    const left = this.#ended() && this.#player.mode !== 'following' ? this.#player.t : undefined;
    this.#move('jump', () => players.FOLLOWING);
    this.#left = left ?? this.#left;
    this.#changed();
  }

  /** Back to where the viewer stood before going to the end, and stay there. */
  goBack(): void {
    const left = this.#left;
    if (left !== undefined) this.seekTime(left);
  }

  /** The page is not seen any more: a replay waits. */
  rest(): void {
    if (this.#player.mode === 'playing') this.pause();
  }

  /** The thumb is taken: until it is let go it moves by hand alone. */
  hold(): void {
    this.#held ??= this.#player;
  }

  release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held?.mode === 'playing' && this.#player.mode !== 'following') {
      this.#move('flow', (player) => players.play(player, held.speed));
    }
  }

  seekTime(t: number): void {
    this.#move('jump', (player, timeline) => players.seekTime(player, timeline, t));
  }

  /** To a place on the scrubber, in its own ms. */
  seekScrubber(u: number): void {
    this.seekTime(this.#map.toShow(u));
  }

  /** To so many tenths of the night, as the scrubber measures it. */
  seekTenth(tenth: number): void {
    this.seekScrubber((this.#map.length * tenth) / 10);
  }

  /** By so many ms of scrubber time. */
  nudge(ms: number): void {
    this.#move('jump', (player, timeline) => {
      const u = this.#map.toScrubber(players.positionOf(player, timeline)) + ms;
      return players.seekTime(player, timeline, this.#map.toShow(u));
    });
  }

  seekVersion(version: number): void {
    this.#move('jump', (player, timeline) => players.seekVersion(player, timeline, version));
  }

  step(by: 1 | -1): void {
    const move = by > 0 ? 'flow' : 'jump';
    this.#move(move, (player, timeline) => players.step(player, timeline, by));
  }

  skipChapter(by: 1 | -1): void {
    const starts = this.#chapters.map(({ version }) => version);
    this.#move('jump', (player, timeline) => players.skipChapter(player, timeline, starts, by));
  }

  setSpeed(speed: number): void {
    this.#chosen = speed;
    if (this.#player.mode === 'playing') this.play();
    else this.#changed();
  }

  changeSpeed(by: 1 | -1): void {
    this.setSpeed(players.nextSpeed(this.#speed(), by));
  }

  setShorten(shorten: boolean): void {
    this.#shorten = shorten;
    this.#draw();
    this.#changed();
  }

  state(): ViewerState {
    const { version, win } = this.#showing;
    const shown = this.#counted;
    const board = this.#told?.board(shown);
    const timeline = this.#timeline;
    return {
      player: this.#player,
      speed: this.#speed(),
      shorten: this.#shorten,
      version: players.versionOf(this.#player, this.#told?.head ?? 0),
      shown,
      board,
      frames: this.#frames,
      top: {
        version,
        board: version === shown ? board : this.#told?.board(version),
        frames: this.#topFrames,
        playing: win?.version === version,
      },
      win: win?.version,
      fresh: this.#fresh,
      flowing: this.#flowing,
      spoken: this.#spoken,
      playback: timeline && {
        timeline,
        map: this.#map,
        chapters: this.#chapters,
        t: players.positionOf(this.#player, timeline),
        cut: this.#cut && this.#clock.now() - this.#cut.at < CUT_TOLD ? this.#cut.ms : undefined,
        left: this.#left,
      },
    };
  }

  #speed(): number {
    if (this.#player.mode === 'playing') return this.#chosen ?? this.#player.speed;
    // Who has fallen behind a night that goes on watches on as it happens.
    return this.#chosen ?? (this.#ended() ? players.fittingSpeed(this.#map.length) : 1);
  }

  #ended(): boolean {
    return this.#told?.board(this.#told.head)?.phase === 'ended';
  }

  #draw(): void {
    if (!this.#timeline) return;
    const { times, start } = this.#timeline;
    const moments = times.slice(Math.min(start, times.length - 1));
    this.#map = timeMap(moments, this.#shorten ? IDLE_CAP : Infinity);
  }

  #move(move: Move, change: (player: players.Player, timeline: Timeline) => players.Player): void {
    if (!this.#timeline) return;
    this.#player = change(this.#player, this.#timeline);
    if (move === 'jump') this.#cut = undefined;
    if (this.#player.mode !== 'following') this.#left = undefined;
    if (this.#player.mode === 'playing' && !this.#ticking) {
      this.#tickedAt = this.#clock.now();
      this.#ticking = this.#clock.after(TICK, () => this.#tick());
    }
    this.#show(move);
  }

  #tick(): void {
    this.#ticking = undefined;
    const now = this.#clock.now();
    const elapsed = this.#held ? 0 : now - this.#tickedAt;
    this.#move('flow', (player, timeline) => {
      const after = players.tick(player, timeline, this.#map, elapsed);
      if (player.mode === 'playing' && after.mode === 'playing') {
        const cut = after.t - player.t - elapsed * player.speed;
        // Less than a second is no cut, but what the clock's steps leave.
        if (cut > 1000 && player.speed <= CUTS_TOLD_UP_TO) this.#cut = { ms: cut, at: now };
      }
      return after;
    });
  }

  #show(move: Move, grown = false): void {
    const told = this.#told;
    if (!told) return;
    const now = this.#clock.now();
    const target = players.versionOf(this.#player, told.head);
    const before = this.#showing;
    const isWin = (version: number): boolean => celebrated(told.frame(version));
    const after = move === 'jump' ? settled(target) : advance(before, target, now, isWin);
    const named = namedUntil(after);
    const alone = named !== undefined && now < named && told.board(after.version - 1) !== undefined;
    const counted = alone ? after.version - 1 : after.version;
    const [further, moreCounted] = [after.version - before.version, counted - this.#counted];
    this.#showing = after;
    this.#counted = counted;
    if (move === 'jump' || further !== 0 || moreCounted !== 0) {
      this.#flowing = move === 'flow' && further >= 0 && (further > 0 || moreCounted > 0);
    }
    if (move === 'jump' || further !== 0) {
      const sentence = this.#flowing && this.#sentence(told, before.version, after.version);
      // What has been said stays until there is something else to say: a reader may still be at it.
      if (sentence || !this.#flowing) this.#spoken = sentence || '';
    }
    if (grown || moreCounted !== 0) this.#frames = told.frames(counted);
    if (counted === after.version) this.#topFrames = this.#frames;
    else if (grown || further !== 0) this.#topFrames = told.frames(after.version);
    this.#fresh = after.win && !alone ? this.#touched(told, counted) : undefined;
    this.#winEnd?.();
    this.#winEnd =
      after.win &&
      this.#clock.after(Math.max((alone ? named : after.win.until) - now, 0), () =>
        this.#show('flow'),
      );
    this.#changed();
  }

  /** The same object for as long as the win is counted. */
  #touched(told: Told, version: number): Fresh | undefined {
    const [frame, board] = [told.frame(version), told.board(version)];
    if (!frame || !board) return undefined;
    return this.#fresh?.version === version ? this.#fresh : freshOf(frame, board);
  }

  /** About the last result in what has just come into view. */
  #sentence(told: Told, after: number, upTo: number): string {
    for (let version = upTo; version > after; version -= 1) {
      const frame = told.frame(version);
      const board = told.board(version);
      if (frame && board && isResult(frame.event)) {
        return sentenceOf(frame, board, told.board(version - 1));
      }
    }
    return '';
  }
}

function celebrated(frame: Frame | undefined): boolean {
  return frame?.event.type === 'winner-announced' && !isHidden(frame);
}
