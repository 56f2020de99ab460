// The bytes of a scan: entropy-coded data between markers, with stuffed zeros removed.

import { ImageError } from '../../errors.js';

const RESTART = 0xd0;

/** Zeros read after the end of data before a file is given up. Arithmetic coders leave out zeros, but few. */
const MAX_PADDING = 2 ** 20;

/** The error of a file that ends too early. */
export const cutOff = (): ImageError => new ImageError('the JPEG file is cut off');

/** Reads entropy-coded bytes until a marker, and restart markers between them (ITU T.81, B.1.1.5 and F.2.2.5). */
export class Segment {
  /** The marker that ended the data, not yet handled; 0 while there is more data. */
  marker = 0;
  /** Number of the restart marker that is due. */
  restarts = 0;
  private padding = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** Where the next byte is. */
    public at: number,
  ) {}

  /** The next byte of data; 0 after its end. */
  next(): number {
    if (this.marker) {
      if (++this.padding > MAX_PADDING) throw cutOff();
      return 0;
    }
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw cutOff();
    if (byte !== 0xff) return byte;
    let code: number | undefined;
    do code = this.bytes[this.at++];
    while (code === 0xff);
    if (code === undefined) throw cutOff();
    if (code === 0) return 0xff;
    this.marker = code;
    return 0;
  }

  /** Skips data up to the next marker. */
  private skip(): void {
    this.marker = 0;
    while (!this.marker) this.next();
  }

  /** Passes the restart marker that is due; where another is found, chooses what to skip as libjpeg does. */
  restart(): void {
    if (!this.marker) this.skip();
    const due = this.restarts;
    this.restarts = (due + 1) & 7;
    for (;;) {
      const ahead = (this.marker - RESTART - due) & 7;
      const isRestart = this.marker >= RESTART && this.marker < RESTART + 8;
      if (!isRestart && this.marker >= 0xc0) return;
      if (isRestart && (ahead === 1 || ahead === 2)) return;
      if (isRestart && ahead < 6) {
        this.marker = 0;
        return;
      }
      this.skip();
    }
  }
}
