// The memory of one JPEG file that is decoded, shared with the kernels of `assembly/jpeg`.

import { ImageError } from '../../errors.js';
import { decoderModule } from '../decoders.js';
import { jpeg } from '../generated/jpeg.js';

/** The kernels; addresses in bytes. */
type Kernels = {
  transformBlocks(blocks: number, quant: number, samples: number, stride: number, count: number): void;
  loadRow(samples: number, sums: number, width: number): void;
  joinRows(near: number, far: number, sums: number, width: number): void;
  widenRow(sums: number, row: number, width: number, shift: number, left: number, right: number): void;
  writeYcc(luma: number, blue: number, red: number, rgb: number, width: number): void;
};

// Below are the variables of the kernels.
const START = 4096;
const PAGE = 65536;

/** Bytes before and after each piece of memory, which the kernels may touch. */
const MARGIN = 64;

/** Memory that is handed out in pieces, and the kernels that work on it. */
export class Workspace {
  readonly kernels: Kernels;
  /** All of the memory, by address. */
  readonly bytes: Uint8Array;
  private used = START;

  /**
   * @param lengths bytes of the pieces that will be taken
   * @param limit bytes that they may have together
   * @throws {ImageError} if they have more, or there is not so much memory
   */
  constructor(lengths: readonly number[], limit: number) {
    const total = lengths.reduce((sum, length) => sum + length + 2 * MARGIN, START);
    const needed = `the JPEG file needs ${Math.ceil(total / 1e6)} MB of memory to be decoded`;
    if (total > limit) throw new ImageError(`${needed}, more than ${Math.floor(limit / 1e6)} MB (option maxPixels)`);
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: Math.ceil(total / PAGE) });
    } catch (error) {
      throw new ImageError(needed, { cause: error });
    }
    const module = decoderModule('jpeg', jpeg);
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** The next piece, zeros. */
  take(length: number): Uint8Array {
    const at = this.used + MARGIN;
    this.used = at + Math.ceil(length / 16) * 16;
    return new Uint8Array(this.bytes.buffer, at, length);
  }

  /** The next piece, zeros of 16 bits. */
  takeShorts(count: number): Int16Array {
    const { buffer, byteOffset } = this.take(count * 2);
    return new Int16Array(buffer, byteOffset, count);
  }
}
