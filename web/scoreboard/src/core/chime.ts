/** A short sound of two notes, for those who cannot be notified otherwise. */

/** Hz, and ms after the beginning. */
const NOTES = [
  [659.25, 0],
  [880, 140],
] as const;
const LENGTH = 320;
const LOUDNESS = 0.14;

export class Chime {
  readonly #make: () => AudioContext;
  #context: AudioContext | undefined;

  constructor(make: () => AudioContext) {
    this.#make = make;
  }

  /** Only in answer to a gesture of the viewer: no browser lets a page be heard before. */
  arm(): void {
    try {
      this.#context ??= this.#make();
      // Suspended, or on an iPhone interrupted by a call.
      if (this.#context.state !== 'running') this.#context.resume().catch(() => undefined);
    } catch {
      // Without sound there is still the note on the page.
    }
  }

  /** Whether it could be heard. */
  ring(): boolean {
    const context = this.#context;
    if (context?.state !== 'running') return false;
    for (const [pitch, after] of NOTES) {
      const start = context.currentTime + after / 1000;
      const end = start + LENGTH / 1000;
      const tone = context.createOscillator();
      const level = context.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
      level.gain.exponentialRampToValueAtTime(0.0001, end);
      tone.connect(level).connect(context.destination);
      tone.start(start);
      tone.stop(end);
    }
    return true;
  }
}
