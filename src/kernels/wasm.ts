// WebAssembly: which build an engine can run, memory, and kernels. Only this file uses the loader.

import { instantiate, instantiateSync } from '@assemblyscript/loader';
import { EngineError } from '../errors.js';
import { refusedBy } from './compile.js';
import { PANEL_RECORD } from './layout.js';
import type { Kernels as Functions } from './generated/builds.js';
import type { ModuleKernels, ModuleName } from './generated/modules.js';

/** The kernels, and the memory that they work on. Those of modules are only there for models whose ops need them. */
export type Kernels = Functions & ModuleKernels & { readonly memory: WebAssembly.Memory };

/**
 * A build of the kernels: `simd` computes the same bits on every engine, `relaxed` may fuse multiply and add, `scalar`
 * computes the bits of `simd` without SIMD.
 */
export type Build = 'simd' | 'relaxed' | 'scalar';

/** Returns the compiled kernels of a build. */
export type CompileKernels = (build: Build) => Promise<WebAssembly.Module>;

/**
 * A module of kernels that few models need: its name among the .wasm files of the package, one of its kernels, which builds that
 * need no module have too, and its bytes.
 */
export type KernelModule = { name: ModuleName; kernel: keyof ModuleKernels; bytes: () => Promise<ArrayBuffer> };

/** What runs kernels: WebAssembly, or JavaScript. */
export type Host = {
  /**
   * The build to use; `fast` allows one that fuses multiply and add. @throws {EngineError} if the engine can run none
   */
  choose(fast: boolean): Promise<Build>;
  /** A memory of at least `bytes`, which can grow. @throws {EngineError} if it cannot be allocated */
  createMemory(bytes: number): WebAssembly.Memory;
  /** The kernels for a memory. */
  instantiate(build: Build, memory: WebAssembly.Memory): Promise<Kernels>;
  /** Whether all models compute the bits of deterministic ones. */
  isExact?: boolean;
  /** A module of kernels that few models need, if the caller provides it. */
  given?: (name: ModuleName) => Promise<WebAssembly.Module> | undefined;
  /** The bytes of a build, from which the kernels for several threads are made. */
  bytesOf?: (build: Build) => Promise<ArrayBuffer>;
};

/** Size of a page of WebAssembly memory, in bytes. */
export const PAGE = 65536;

/** Maximum number of pages of a model's memory: 2 GiB, so that every address is a positive 32-bit integer. */
export const MAX_PAGES = 32768;

const VOID_TO_V128 = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
// i32.const 0, i8x16.splat, i8x16.popcnt: the last SIMD opcode to be assigned
const SIMD_BODY = [65, 0, 253, 15, 253, 98];
// three splats of i32.const 1, f32x4.relaxed_madd
const RELAXED_BODY = [65, 1, 253, 17, 65, 1, 253, 17, 65, 1, 253, 17, 253, 133, 2];

const validates = (body: readonly number[]): boolean =>
  typeof WebAssembly === 'object' &&
  WebAssembly.validate(new Uint8Array([...VOID_TO_V128, 10, body.length + 4, 1, body.length + 2, 0, ...body, 11]));

/**
 * Whether the engine supports WebAssembly SIMD. Without it, models need the kernels `scalar` (option `kernels`, or
 * `groupwise/external`) or `groupwise/asmjs`, and are slower.
 */
export const hasSimd = (): boolean => validates(SIMD_BODY);

/** Whether the engine supports the multiply-add of relaxed SIMD. */
export const hasRelaxedSimd = (): boolean => validates(RELAXED_BODY);

/**
 * A memory of at least `bytes`; it grows when a larger batch is planned. @throws {EngineError} if it cannot be
 * allocated
 */
export const createMemory = (
  bytes: number,
  allocate = (initial: number) => new WebAssembly.Memory({ initial }),
): WebAssembly.Memory => {
  const pages = pagesOf(bytes);
  try {
    return allocate(pages);
  } catch {
    throw new EngineError(
      `could not allocate ${Math.ceil(bytes / 2 ** 20)} MiB for this model: dispose of models that are no longer used`,
    );
  }
};

/** Grows `memory` to at least `bytes`. @throws {EngineError} if it cannot be allocated */
export const growMemory = (memory: WebAssembly.Memory, bytes: number, cure: string): void => {
  const more = pagesOf(bytes) - memory.buffer.byteLength / PAGE;
  if (more <= 0) return;
  try {
    memory.grow(more);
  } catch {
    throw new EngineError(`could not allocate ${Math.ceil(bytes / 2 ** 20)} MiB: ${cure}`);
  }
};

/** Bytes rounded up to pages. @throws {EngineError} if that exceeds the limit */
export const pagesOf = (bytes: number): number => {
  const pages = Math.ceil(bytes / PAGE);
  if (!(pages <= MAX_PAGES)) {
    throw new EngineError(
      `the model needs ${Math.ceil(bytes / 2 ** 20)} MiB; the limit is ${(MAX_PAGES * PAGE) / 2 ** 20} MiB`,
    );
  }
  return pages;
};

/**
 * Instantiates compiled kernels with a memory. @throws {EngineError} if the page refuses it, or the module has other
 * functions
 */
export const instantiateKernels = async (module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> => {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'gemm'))
    throw new EngineError('option kernels is another WebAssembly module; expected groupwise/kernels/simd.wasm');
  return instantiateOn<Kernels>(module, memory);
};

/** The functions of a module on a memory. @throws {EngineError} if the page refuses it */
export const instantiateOn = async <Functions extends object>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Functions> => {
  // older versions of Chrome refuse to instantiate modules of more than 4 KB synchronously on the main thread of a page;
  // elsewhere the asynchronous form names `Response`, for which Node loads its `fetch`
  const start = typeof document === 'object' ? instantiate : instantiateSync;
  try {
    return (await start<Functions & Record<string, unknown>>(module, { env: { memory } })).exports;
  } catch (cause) {
    throw refusedBy(cause); // WebKit compiles what a page forbids, and refuses it here
  }
};

/** Kernels that run as WebAssembly, in the builds that `compile` knows. */
export const wasmHost = (compile: CompileKernels, builds = SIMD_BUILDS, bytesOf?: Host['bytesOf']): Host => ({
  choose: async (fast) => {
    const build = await chooseBuild(compile, fast, builds);
    await compile(build)
      .then(warmUp)
      .catch(() => {}); // while the model arrives; `instantiate` reports the failure
    return build;
  },
  createMemory: (bytes) => createMemory(bytes),
  instantiate: async (build, memory) => instantiateKernels(await compile(build), memory),
  ...(bytesOf && { bytesOf }),
});

/** The kernel `sumStripes` for bytes anywhere; undefined before `choose` of a host of WebAssembly. */
export let sumStripes: ((sums: Int32Array, bytes: Uint8Array) => void) | undefined;

/**
 * Multiplies zeros with the kernels of convolutions for a millisecond, once. V8 runs code from a fast compiler at first, and
 * optimises on another thread what has run for that long: it does so while the model is read, before its first run.
 */
const warmUp = async (module: WebAssembly.Module): Promise<void> => {
  if (sumStripes) return;
  const kernels = await instantiateKernels(module, createMemory(PAGE));
  const { buffer } = kernels.memory;
  const [record, y] = [PAGE - 128, PAGE - 64];
  const panel = { list: 0, count: 1, depth: 1000, weights: 0, outputs: -1, column: 0, width: 8 };
  new Int32Array(buffer, record).set(PANEL_RECORD.pack(panel));
  kernels.conv(y, 0, 0, 0, 0, 0, 0, record, 1, 0, 0, 64, 64, 0, 0);
  // of 8 rows, 16 columns and 32 channels
  for (let i = 0; i < 40; i++) kernels.depthwiseRows(PAGE / 2, 0, 0, 0, 8, 16, 32, 0, 8, 16, 3, 3, 1, 1, 1, 1, 0, 0);
  const [own, room] = [new Int32Array(buffer, y, 4), new Uint8Array(buffer, 0, PAGE / 2)];
  sumStripes = (sums, bytes) => {
    own.set(sums);
    for (let at = 0; at < bytes.length; at += room.length) {
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      kernels.sumStripes(y, 0, part.length);
    }
    sums.set(own);
  };
};

const SIMD_BUILDS: readonly Build[] = ['simd', 'relaxed'];

/**
 * The build to use: `relaxed` if `fast` is set and the engine supports it and computes a small product correctly;
 * otherwise `simd`, or `scalar` where the engine or `builds` lack it.
 *
 * @throws {EngineError} if the engine can run none of them
 */
export const chooseBuild = async (
  compile: CompileKernels,
  fast: boolean,
  builds: readonly Build[] = SIMD_BUILDS,
): Promise<Build> => {
  if (!hasSimd() || !builds.includes('simd')) {
    if (builds.includes('scalar') && typeof WebAssembly === 'object') return 'scalar';
    throw new EngineError(
      'this engine has no WebAssembly SIMD; use Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or later, or groupwise/asmjs',
    );
  }
  if (!fast || !builds.includes('relaxed') || !hasRelaxedSimd()) return 'simd';
  relaxedIsCorrect ??= testRelaxed(compile);
  try {
    return (await relaxedIsCorrect) ? 'relaxed' : 'simd';
  } catch {
    relaxedIsCorrect = undefined; // it could not be tested: another load may try again
    return 'simd';
  }
};

let relaxedIsCorrect: Promise<boolean> | undefined;

/**
 * Compares a product of the relaxed build with one in double precision. Relaxed SIMD is new and compiled differently
 * for every processor; if an engine accepts its instructions but computes them incorrectly, labels must not be wrong.
 * The sizes (5 rows, 9 columns, depth 37) leave a tail in each dimension.
 */
const testRelaxed = async (compile: CompileKernels): Promise<boolean> => {
  const [rows, columns, depth, panels] = [5, 9, 37, 16];
  const kernels = await instantiateKernels(await compile('relaxed'), createMemory(PAGE));
  const floats = new Float32Array(kernels.memory.buffer);
  const [x, w, bias, y] = [64, 1024, 4096, 5120]; // in floats
  const value = (seed: number) => ((seed * 7919) % 211) / 64 - 1.6;
  for (let i = 0; i < rows * depth; i++) floats[x + i] = value(i);
  for (let i = 0; i < panels * depth; i++) floats[w + i] = value(i + 17);
  kernels.gemm(y * 4, columns, x * 4, depth, w * 4, bias * 4, 0, rows, columns, depth, rows, -Infinity, Infinity);
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        sum += floats[x + m * depth + k]! * floats[w + ((n >> 3) * depth + k) * 8 + (n & 7)]!;
      }
      if (!(Math.abs(floats[y + m * columns + n]! - sum) <= 1e-4)) return false;
    }
  }
  return true;
};
