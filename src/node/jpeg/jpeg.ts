// Decodes JPEG files (ITU T.81), bit for bit as libjpeg-turbo, which Pillow uses.

import { ImageError } from '../../errors.js';
import { jpegSegments } from '../../image/jpeg-segments.js';
import type { Pixels } from '../../image/pixels.js';
import { arithmeticCoder } from './arithmetic.js';
import { huffmanCoder } from './coders.js';
import { colourSpaceOf, ROW_WRITERS } from './colour.js';
import { isFrame, readFrame, type Component, type Frame } from './frame.js';
import { BitReader } from './huffman.js';
import { blocksOf, readScan, type Scan } from './scan.js';
import { cutOff, Segment } from './segment.js';
import { needsSmoothing, rowSmoother } from './smooth.js';
import { defineConditioning, defineHuffman, defineInterval, defineQuantization, newTables } from './tables.js';
import { rowReader } from './upsample.js';
import { Workspace } from './workspace.js';

/** Scans of a progressive file: libjpeg writes 10 for colour and 18 for CMYK, mozjpeg a few more. */
const MAX_SCANS = 32;

/** The scans of a file, counted without decoding them. */
const countScans = (bytes: Uint8Array): number => {
  let count = 0;
  for (const { marker } of jpegSegments(bytes)) if (marker === 0xda) count++;
  return count;
};

/** Bytes of memory for each pixel that is allowed, besides those of the result. */
const MAX_BYTES_A_PIXEL = 9;

/** Bytes that small pictures may need besides. */
const SPARE_BYTES = 2 ** 20;

const damaged = (what: string): ImageError => new ImageError(`the JPEG file is damaged: ${what}`);

const startsWith = (data: Uint8Array, text: string): boolean =>
  [...text].every((character, i) => data[i] === character.charCodeAt(0));

class JpegFile {
  private readonly tables = newTables();
  private frame: Frame | undefined;
  private jfif = false;
  private adobe: number | undefined;
  /** Bits that the scans must have at least, up to the current one. */
  private bits = 0;
  /** Whether the first scan holds all of the picture: its blocks are transformed after each row of MCUs. */
  private single = false;
  private workspace: Workspace | undefined;
  private segment: Segment;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly maxPixels: number,
  ) {
    this.segment = new Segment(bytes, 2);
  }

  decode(): Pixels {
    for (;;) {
      const marker = this.nextMarker();
      if (marker === 0xd9) return this.finish();
      const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
      if (!alone) this.read(marker, this.nextData());
    }
  }

  private nextMarker(): number {
    const { segment } = this;
    while (!segment.marker) segment.next();
    const { marker } = segment;
    segment.marker = 0;
    return marker;
  }

  /** The data after a marker, whose length is stated before it. */
  private nextData(): Uint8Array {
    const { bytes, segment } = this;
    const { at } = segment;
    const length = (bytes[at]! << 8) | bytes[at + 1]!;
    if (!(at + length <= bytes.length)) throw cutOff();
    if (length < 2) throw damaged('a segment has a wrong length');
    segment.at = at + length;
    return bytes.subarray(at + 2, at + length);
  }

  private read(marker: number, data: Uint8Array): void {
    if (isFrame(marker)) {
      if (this.frame) throw damaged('it has two frame headers');
      this.frame = readFrame(marker, data, this.maxPixels);
      const scans = countScans(this.bytes);
      if (scans > MAX_SCANS) throw new ImageError(`the JPEG file has ${scans} scans; at most ${MAX_SCANS} are decoded`);
    } else if (marker === 0xc4) defineHuffman(this.tables, data);
    else if (marker === 0xcc) defineConditioning(this.tables, data);
    else if (marker === 0xda) this.readScan(this.scanOf(data));
    else if (marker === 0xdb) defineQuantization(this.tables, data);
    else if (marker === 0xdd) defineInterval(this.tables, data);
    else if (marker === 0xe0) this.jfif ||= data.length >= 14 && startsWith(data, 'JFIF\0');
    else if (marker === 0xee) {
      if (data.length >= 12 && startsWith(data, 'Adobe')) this.adobe = data[11];
    } else if (marker !== 0xdc && marker !== 0xfe && (marker & 0xf0) !== 0xe0) {
      throw damaged(`marker ${marker.toString(16)} is unknown`);
    }
  }

  /** A scan header (ITU T.81, B.2.3). */
  private scanOf(data: Uint8Array): Scan {
    const { frame } = this;
    const count = data[0] ?? 0;
    if (!frame) throw damaged('a scan comes before the frame header');
    if (count < 1 || count > 4 || data.length !== 4 + 2 * count) throw damaged('a scan header has a wrong length');
    const parts = Array.from({ length: count }, (_, i) => {
      const [id, numbers] = [data[1 + 2 * i]!, data[2 + 2 * i]!];
      const component = frame.components.find((other) => other.id === id);
      if (!component) throw damaged(`a scan names a component ${id} that the frame header does not`);
      return { component, dcTable: numbers >> 4, acTable: numbers & 15, predictor: 0 };
    });
    const blocks = parts.reduce((sum, { component: { h, v } }) => sum + h * v, 0);
    if (count > 1 && blocks > 10) throw damaged('an MCU has more than 10 blocks');
    const [start, end, bits] = data.subarray(1 + 2 * count) as unknown as [number, number, number];
    const scan = { parts, start, end, high: bits >> 4, low: bits & 15 };
    if (frame.progressive) this.noteProgress(scan);
    return scan;
  }

  /** Checks a scan of a progressive file (ITU T.81, G.1.1.1), and notes what is known after it. */
  private noteProgress({ parts, start, end, high, low }: Scan): void {
    const band = start === 0 ? end === 0 : start <= end && end < 64 && parts.length === 1;
    if (!band || (high && low !== high - 1) || low > 13) throw damaged('a progressive scan has a wrong band');
    for (const { component } of parts) component.missing.fill(low, start, end + 1);
  }

  private readScan(scan: Scan): void {
    const frame = this.frame!;
    if (this.single) throw damaged('a second scan follows one that holds all of the picture');
    if (!frame.progressive && scan.parts.some(({ component }) => component.quant)) {
      throw damaged('two scans hold the same component');
    }
    this.checkLength(frame, scan);
    if (!this.workspace) this.allocate(frame, scan);
    for (const { component } of scan.parts) this.fixQuantization(component);
    const { segment, tables, workspace } = this;
    const coder = frame.arithmetic
      ? arithmeticCoder(segment, tables.conditioning, scan, frame.progressive)
      : huffmanCoder(new BitReader(segment), tables, scan, frame.progressive);
    segment.restarts = 0;
    readScan(frame, scan, coder, tables.interval, (row) => {
      if (this.single) for (const { component } of scan.parts) transformBand(component, row, workspace!);
    });
  }

  /**
   * Refuses a scan that is longer than the file: a block has a code for its DC coefficient and one for the others, of a bit
   * at least, or in a progressive scan a bit for the former. What ends many blocks at once, and arithmetic codes, count 0.
   */
  private checkLength(frame: Frame, scan: Scan): void {
    const bits = frame.arithmetic ? 0 : frame.progressive ? Number(scan.start === 0) : 2;
    this.bits += blocksOf(frame, scan) * bits;
    if (this.bits > this.bytes.length * 8) throw cutOff();
  }

  /** The quantization table of a component is the one that is defined when its first scan starts. */
  private fixQuantization(component: Component): void {
    if (component.quant) return;
    const table = this.tables.quant[component.quantNumber];
    if (!table) throw damaged('a quantization table is missing');
    component.quant = this.workspace!.takeShorts(64);
    component.quant.set(table);
  }

  private allocate(frame: Frame, { parts }: Scan): void {
    const { components } = frame;
    this.single = !frame.progressive && parts.length === components.length;
    for (const component of components) {
      component.band = this.single ? (parts.length === 1 ? 1 : component.v) : component.rows;
    }
    const row = rowLength(frame);
    const workspace = new Workspace(
      [
        ...components.flatMap(({ stride, rows, band }) => [
          stride * band * 128,
          this.single ? stride * rows * 64 : 0,
          ...[128, row],
        ]),
        ...[2 * row, 3 * row, 8 * row],
      ],
      this.maxPixels * MAX_BYTES_A_PIXEL + SPARE_BYTES,
    );
    for (const component of components) {
      const { stride, rows, band } = component;
      component.coefficients = workspace.takeShorts(stride * band * 64);
      component.samples = this.single
        ? workspace.take(stride * rows * 64).fill(128)
        : new Uint8Array(component.coefficients.buffer, component.coefficients.byteOffset, stride * rows * 64);
    }
    this.workspace = workspace;
  }

  private finish(): Pixels {
    const { frame, workspace } = this;
    if (!frame || !workspace) throw damaged('it has no picture');
    if (!this.single) transformAll(frame, workspace);
    return toPixels(frame, workspace, this.jfif, this.adobe);
  }
}

/** Samples of a row of whole MCUs. */
const rowLength = ({ mcusWide, h }: Frame): number => mcusWide * h * 8;

// Transforms `count` blocks that lie beside each other from `block` on to samples from `target` on.
const transform = (
  { kernels }: Workspace,
  { stride, quant }: Component,
  block: number,
  target: number,
  count: number,
): void => kernels.transformBlocks(block, quant!.byteOffset, target, stride * 8, count);

/** Transforms the blocks of a row of MCUs, and clears them for the next. */
const transformBand = (component: Component, row: number, workspace: Workspace): void => {
  const { coefficients, samples, band, stride, blocksWide } = component;
  for (let i = 0; i < band; i++) {
    const target = samples.byteOffset + (row * band + i) * stride * 64;
    transform(workspace, component, coefficients.byteOffset + i * stride * 128, target, blocksWide);
  }
  coefficients.fill(0);
};

// A row of samples takes half of the memory of its coefficients, so that it replaces only those that are transformed.
const transformAll = (frame: Frame, workspace: Workspace): void => {
  const { components, progressive } = frame;
  const smooth = progressive && needsSmoothing(components);
  const lines = workspace.take(8 * rowLength(frame));
  for (const component of components) {
    const { coefficients, samples, stride, blocksWide, blocksHigh } = component;
    if (!component.quant) {
      samples.fill(128);
      continue;
    }
    const smoothRow = smooth ? rowSmoother(component) : undefined;
    for (let y = 0; y < blocksHigh; y++) {
      smoothRow?.(y);
      transform(workspace, component, coefficients.byteOffset + y * stride * 128, lines.byteOffset, blocksWide);
      samples.set(lines.subarray(0, stride * 64), y * stride * 64);
    }
  }
};

const toPixels = (frame: Frame, workspace: Workspace, jfif: boolean, adobe: number | undefined): Pixels => {
  const { width, height, components } = frame;
  const write =
    ROW_WRITERS[
      colourSpaceOf(
        components.map(({ id }) => id),
        jfif,
        adobe,
      )
    ];
  const row = rowLength(frame);
  const sums = workspace.takeShorts(row);
  const rgb = workspace.take(3 * row).subarray(0, 3 * width);
  const readers = components.map((component) => {
    const reader = rowReader(component, frame, workspace, workspace.take(row), sums);
    if (!reader) throw new ImageError('JPEG files with fractional sampling factors, such as 3 to 2, are not decoded');
    return reader;
  });
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const rows = readers.map((reader) => reader(y));
    write(workspace, rows, width, rgb.byteOffset);
    data.set(rgb, y * width * 3);
  }
  return { data, width, height, channels: 3 };
};

/**
 * Decodes a JPEG file: baseline, extended or progressive, Huffman or arithmetic-coded, grey, colour or CMYK; RGB, not turned.
 *
 * @throws {ImageError} if it is cut off or damaged, larger than `maxPixels`, or of a kind that is not decoded
 */
export const decodeJpeg = (bytes: Uint8Array, maxPixels: number): Pixels => new JpegFile(bytes, maxPixels).decode();
