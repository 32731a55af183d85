// @ts-check
import { every, now } from './clock.mjs';

/**
 * @typedef {(text: string) => void} Note Says what a part is at.
 * @typedef {{ part: <T>(title: string, work: (note: Note) => Promise<T>) => Promise<T> }} Progress
 * @typedef {object} Part
 * @property {string} title
 * @property {string} note
 * @property {number} startedAt
 */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const REDRAW_MS = 125;

/**
 * Shows parts of setup that have something to do; a setup without work prints nothing.
 * On a terminal one live line for each running part, elsewhere one line when it starts and one when it ends.
 * @param {Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>} stream
 * @param {AbortSignal} signal Parts that end after it were stopped and did not fail.
 * @returns {Progress}
 */
export function createProgress(stream, signal) {
  const screen = stream.isTTY ? createLiveScreen(stream) : createPlainScreen(stream);
  return {
    async part(title, work) {
      const part = { title, note: '', startedAt: now() };
      screen.start(part);
      try {
        const result = await work((note) => {
          part.note = note;
          screen.change(part);
        });
        screen.end(part, '✔');
        return result;
      } catch (error) {
        screen.end(part, signal.aborted ? '– stopped:' : '✘');
        throw error;
      }
    },
  };
}

/** @param {Pick<NodeJS.WriteStream, 'write'>} stream */
function createPlainScreen(stream) {
  /** @type {Map<Part, string>} */
  const shown = new Map();
  return {
    /** @param {Part} part */
    start: (part) => void stream.write(`▸ ${part.title}\n`),
    /** @param {Part} part */
    change(part) {
      // Elapsed time moves by itself on a terminal; here a repeated note would only fill the log.
      if (part.note && shown.get(part) !== part.note) stream.write(`  ${part.title}: ${part.note}\n`);
      shown.set(part, part.note);
    },
    /** @param {Part} part @param {string} mark */
    end(part, mark) {
      shown.delete(part);
      stream.write(`${mark} ${part.title}  ${elapsed(part)}\n`);
    },
  };
}

/** @param {Pick<NodeJS.WriteStream, 'write' | 'columns'>} stream */
function createLiveScreen(stream) {
  /** @type {Set<Part>} */
  const running = new Set();
  let frame = 0;
  let drawn = 0;
  let stopRedraw = () => {};
  const draw = (finished = '') => {
    const lines = [...running].map((part) => formatLive(part, FRAMES[frame] ?? '', stream.columns || 80));
    const back = drawn > 0 ? `\u001B[${drawn}A\u001B[J` : '';
    stream.write(back + finished + lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  return {
    /** @param {Part} part */
    start(part) {
      if (running.size === 0) {
        stopRedraw = every(REDRAW_MS, () => {
          frame = (frame + 1) % FRAMES.length;
          draw();
        });
      }
      running.add(part);
      draw();
    },
    change: () => draw(),
    /** @param {Part} part @param {string} mark */
    end(part, mark) {
      running.delete(part);
      if (running.size === 0) stopRedraw();
      draw(`${mark} ${part.title}  ${elapsed(part)}\n`);
    },
  };
}

/**
 * One line that fits: a wrapped one would break the cursor arithmetic.
 * @param {Part} part
 * @param {string} frame
 * @param {number} columns
 */
export function formatLive(part, frame, columns) {
  const note = part.note ? ` · ${part.note}` : '';
  return `${frame} ${part.title}  ${elapsed(part)}${note}`.slice(0, columns - 1);
}

/** @param {Part} part */
function elapsed(part) {
  return `${((now() - part.startedAt) / 1000).toFixed(1)} s`;
}
