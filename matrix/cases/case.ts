// What a case is: a check written once, which runs in every engine. Cases use nothing that an engine may lack.

import type * as groupwise from '../../src/index.js';
import type { Outcome } from '../field.js';

export type Library = typeof groupwise;
export type Classifier = Awaited<ReturnType<Library['loadClassifier']>>;

/** Names of the files that `prepareFiles` writes. */
export type FileName =
  | 'model.gw'
  | 'int8.gw'
  | 'rare.gw'
  | 'network.onnx'
  | 'cat.jpg'
  | 'cat.png'
  | 'turned.jpg'
  | 'photo.webp'
  | 'page.html';

/** The place where cases run: the library there, and what leads to the files. */
export type World = {
  library: Library;
  /** The bytes of a file. */
  read(file: FileName): Promise<Uint8Array<ArrayBuffer>>;
  /** The path or URL of a file for the loaders, where they can read or fetch it. */
  locate?: (file: string) => string;
  /** `groupwise/convert`, where it can be imported. */
  convert?: () => Promise<typeof import('../../src/convert.js')>;
  /** The address of `simd.wasm`, where it can be fetched, or its module. */
  kernels?: string | WebAssembly.Module;
  /** What `model.kernels` is with `deterministic: true`; default 'simd'. */
  exactKernels?: 'simd' | 'scalar';
  /** What a case may take in this place; default 30. Infinity where timers do not wait. */
  seconds?: number;
  /** Whether the place may compile WebAssembly; default true. Where it may not, the only case is its error. */
  compiles?: boolean;
  /** Whether the entry decodes picture files in this place; default true. */
  decodes?: boolean;
  /** Whether the entry runs models in workers in this place; default: if there is a class `Worker`. */
  workers?: boolean;
  /** Options for every load in this place. */
  options?: { kernels?: groupwise.KernelsOption; worker?: false; workerUrl?: string; limits?: groupwise.Limits };
  /** Cases that cannot run in this place, with the reason. */
  skipped?: Readonly<Record<string, string>>;
};

/** A check; what it returns must have the same bits in every engine. */
export type Case = {
  name: string;
  /** Whether the engine has what the case needs; false skips it. */
  has?: (world: World) => boolean;
  run(world: World): Promise<ArrayLike<number> | void>;
};

const DEFAULT_SECONDS = 30;

/** Why a case is skipped where its subject does not exist. */
export const NO_SUCH_THING = 'there is no such thing here';

/** @throws if `work` takes too long */
const inTime = async <Result>(work: Promise<Result>, seconds = DEFAULT_SECONDS): Promise<Result> => {
  if (seconds === Infinity) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const hex = (value: ArrayLike<number> & ArrayBufferView): string =>
  Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** Whether the engine has signals; Hermes alone has none. */
export const hasSignals = (): boolean => typeof AbortSignal === 'function';

/** Runs cases one after the other. */
export const runCases = async (cases: readonly Case[], world: World): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const { name, has, run } of cases) {
    const reason = world.skipped?.[name] ?? (has && !has(world) ? NO_SUCH_THING : undefined);
    if (reason !== undefined) {
      outcomes.push({ name, outcome: 'skipped', reason });
      continue;
    }
    try {
      const value = await inTime(run(world), world.seconds);
      outcomes.push({
        name,
        outcome: 'passed',
        ...(value && { value: hex(value as ArrayLike<number> & ArrayBufferView) }),
      });
    } catch (error) {
      const { name: kind, message, stack = '' } = Object(error) as Error;
      const head = `${kind}: ${message}`;
      outcomes.push({ name, outcome: 'failed', reason: stack.startsWith(head) ? stack : `${head}\n${stack}` });
    }
  }
  return outcomes;
};

/** @throws if two values differ as JSON */
export const expectEqual = (found: unknown, expected: unknown): void => {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`found ${one}, expected ${other}`);
};

/** The code of the error that `work` rejects with. @throws if it does not reject */
export const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    const { code, name } = error as { code?: string; name: string };
    return typeof code === 'string' ? code : name;
  }
  throw new Error('no error');
};
