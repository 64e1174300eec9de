import { describe, expect, it } from 'vitest';
import { Chime } from '../src/core/chime';

/** An audio context of which is kept what it was asked to play, and when in seconds. */
class FakeContext {
  state: AudioContextState = 'suspended';
  currentTime = 5;
  destination = {};
  readonly played: [pitch: number, start: number, end: number][] = [];

  resume(): Promise<void> {
    this.state = 'running';
    return Promise.resolve();
  }

  createGain(): object {
    const nothing = (): void => undefined;
    return {
      gain: {
        setValueAtTime: nothing,
        linearRampToValueAtTime: nothing,
        exponentialRampToValueAtTime: nothing,
      },
      connect: () => this.destination,
    };
  }

  createOscillator(): object {
    const tone = { value: 0, start: 0 };
    return {
      frequency: {
        set value(pitch: number) {
          tone.value = pitch;
        },
      },
      connect: (level: { connect: () => object }) => level,
      start: (at: number) => (tone.start = at),
      stop: (at: number) => this.played.push([tone.value, tone.start, at]),
    };
  }
}

describe('the chime', () => {
  const chimeOver = (context: FakeContext): Chime =>
    new Chime(() => context as unknown as AudioContext);

  it('is silent before the viewer has done anything', () => {
    const context = new FakeContext();
    expect(chimeOver(context).ring()).toBe(false);
    expect(context.played).toEqual([]);
  });

  it('plays two rising notes, all in less than half a second', () => {
    const context = new FakeContext();
    const chime = chimeOver(context);
    chime.arm();
    expect(chime.ring()).toBe(true);
    const [[low, first], [high, , end]] = context.played as [
      [number, number, number],
      [number, number, number],
    ];
    expect(context.played).toHaveLength(2);
    expect(first).toBe(5);
    expect(high).toBeGreaterThan(low);
    expect(end).toBeLessThan(5.5);
  });

  it('does without sound where there is none', () => {
    const chime = new Chime(() => {
      throw new Error('no sound here');
    });
    chime.arm();
    expect(chime.ring()).toBe(false);
  });
});
