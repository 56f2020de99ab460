// Kernels that the caller provides, where an engine compiles no bytes, or a bundler does not find the files.

import { OBJECT, tagOf, toBytes, type Kind } from '../arguments.js';
import { EngineError } from '../errors.js';
import type { Platform, WasmModule } from '../platform.js';
import { compile } from './compile.js';
import { fetchKernels } from './fetched.js';
import type { ModuleName } from './generated/modules.js';
import { wasmHost, type Build, type Host } from './wasm.js';

/** Kernels: a compiled module, the bytes of a .wasm file, or its URL. */
export type KernelSource = WasmModule | ArrayBuffer | ArrayBufferView | string | Platform<'URL'> | Promise<WasmModule>;

/**
 * `groupwise/kernels/simd.wasm`, and also `relaxed.wasm` for engines that fuse multiply and add, `scalar.wasm` for engines
 * without SIMD, `int8.wasm` for models with int8 layers, `gated.wasm` for models with gated layers.
 */
export type KernelsOption = KernelSource | KernelBuilds;

/** Kernels by build. */
export type KernelBuilds = { [Name in Build | 'int8' | 'gated']?: KernelSource };

const isBuilds = (option: KernelsOption): option is KernelBuilds =>
  tagOf(option) === 'Object' && ('simd' in (option as object) || 'scalar' in (option as object));

const isSource = (value: unknown): boolean =>
  typeof value === 'string' || ['WebAssembly.Module', 'URL', 'Promise'].includes(tagOf(value)) || !!toBytes(value);

/** The kind of `KernelsOption`. */
export const KERNELS: Kind = {
  expected: 'a WebAssembly.Module, bytes or a URL, or { simd, relaxed, scalar, int8, gated } with these',
  fits: (value) =>
    isSource(value) ||
    (OBJECT.fits(value) && isBuilds(value as KernelsOption) && Object.values(value as object).every(isSource)),
};

/** Reads a file by its name; undefined for a URL that is fetched. */
type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

/**
 * Kernels that the caller provides.
 *
 * @param readFile reads what a string names, unless it is fetched
 * @throws {LoadError} if they are something else
 */
export const givenKernels = (option: KernelsOption, readFile?: ReadFile): Host => {
  const builds = isBuilds(option) ? option : { simd: option };
  const compiled = new Map<Build, Promise<WebAssembly.Module>>();
  const compile = (build: Build) => {
    if (!compiled.has(build)) compiled.set(build, moduleOf(builds[build]!, readFile));
    return compiled.get(build)!;
  };
  const given = (name: ModuleName) => (builds[name] ? moduleOf(builds[name], readFile) : undefined);
  return { ...wasmHost(compile, Object.keys(builds) as Build[]), given };
};

const moduleOf = async (given: KernelSource, readFile?: ReadFile): Promise<WebAssembly.Module> => {
  const source = await given;
  const isName = typeof source === 'string' || tagOf(source) === 'URL';
  const bytes = (isName ? await readFile?.((source as URL).toString()) : toBytes(source))?.slice();
  if (bytes && bytes[1] !== 0x61)
    throw new EngineError('option kernels is not WebAssembly; expected groupwise/kernels/simd.wasm');
  if (bytes) return compile(bytes.buffer);
  if (isName) return fetchKernels(source as string | URL);
  return source;
};

/** The option in a form that a message carries to a worker. */
export const portableKernels = async (
  option: KernelsOption,
  locate: (url: string) => string,
): Promise<KernelsOption> => {
  const portable = async (given: KernelSource): Promise<KernelSource> => {
    const source = await given;
    return typeof source === 'string' || tagOf(source) === 'URL' ? locate((source as URL).toString()) : source;
  };
  if (!isBuilds(option)) return portable(option);
  const builds = Object.entries(option).map(async ([name, source]) => [name, await portable(source)] as const);
  return Object.fromEntries(await Promise.all(builds));
};
