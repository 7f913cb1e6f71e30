/** One note: frequency in hertz, when it begins and how long it lasts. */
interface Note {
  readonly hertz: number;
  readonly startMs: number;
  readonly lengthMs: number;
}

/**
 * A short tune per state, told apart by direction and number rather than by pitch: up for done, down and long for refused,
 * two equal notes for "same tag again", four up and down for an allergy, one tick for "hold it here" and for "keep holding".
 */
const tunes = {
  tap: [{ hertz: 660, startMs: 0, lengthMs: 70 }],
  writing: [{ hertz: 880, startMs: 0, lengthMs: 60 }],
  done: [
    { hertz: 660, startMs: 0, lengthMs: 110 },
    { hertz: 990, startMs: 120, lengthMs: 200 },
  ],
  refused: [
    { hertz: 330, startMs: 0, lengthMs: 220 },
    { hertz: 220, startMs: 240, lengthMs: 380 },
  ],
  again: [
    { hertz: 740, startMs: 0, lengthMs: 120 },
    { hertz: 740, startMs: 200, lengthMs: 120 },
  ],
  allergy: [
    { hertz: 880, startMs: 0, lengthMs: 150 },
    { hertz: 587, startMs: 170, lengthMs: 150 },
    { hertz: 880, startMs: 340, lengthMs: 150 },
    { hertz: 587, startMs: 510, lengthMs: 260 },
  ],
  unknown: [
    { hertz: 440, startMs: 0, lengthMs: 180 },
    { hertz: 330, startMs: 200, lengthMs: 180 },
    { hertz: 440, startMs: 400, lengthMs: 260 },
  ],
} as const satisfies Readonly<Record<string, readonly Note[]>>;

export type Tune = keyof typeof tunes;

const loudness = 0.22;
const edgeSeconds = 0.012;

/** Plays tunes through one audio context, made at the first tune: before a touch or key the system may refuse it. */
export class Tones {
  private context: AudioContext | null = null;

  play(tune: Tune): void {
    this.context ??= new AudioContext();
    const { context } = this;
    void context.resume();
    for (const note of tunes[tune]) playNote(context, note);
  }
}

function playNote(context: AudioContext, note: Note): void {
  const from = context.currentTime + note.startMs / 1_000;
  const to = from + note.lengthMs / 1_000;
  const oscillator = new OscillatorNode(context, { type: 'triangle', frequency: note.hertz });
  const gain = new GainNode(context, { gain: 0 });
  // Soft edges, so that a tune does not click.
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + edgeSeconds);
  gain.gain.setValueAtTime(loudness, to - edgeSeconds);
  gain.gain.linearRampToValueAtTime(0, to);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(to);
}
