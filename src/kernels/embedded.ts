// Kernels embedded in the JavaScript: no file to find or fetch.

import { compile } from './compile.js';
import { buildBytes, packed } from './generated/builds.js';
import { unpack } from './unpack.js';
import { wasmHost, type Build, type CompileKernels } from './wasm.js';

type Builds = Partial<Record<Build, ArrayBuffer>>;

const compiled = new Map<Build, Promise<WebAssembly.Module>>();
let unpacked: Promise<Builds> | undefined;

/** Unpacks and compiles the embedded kernels, once per build. @throws {EngineError} if the page forbids WebAssembly */
export const embeddedKernels: CompileKernels = (build) => {
  let module = compiled.get(build);
  if (!module) {
    compiled.set(build, (module = (unpacked ??= embeddedBuilds()).then((builds) => compile(builds[build]!))));
    module.catch(() => {
      compiled.delete(build); // another load may try again
      unpacked = undefined;
    });
  }
  return module;
};

/** The embedded kernels. */
export const embeddedHost = wasmHost(
  embeddedKernels,
  undefined,
  async (build) => (await (unpacked ??= embeddedBuilds()))[build]!,
);

/** @internal The bytes of the builds. */
export const embeddedBuilds = async (): Promise<Builds> => separate(await unpack(packed));

const [PREFIX, MULTIPLY, NOP] = [0xfd, 0xe6, 0x01];
const RELAXED_MADD = [PREFIX, 0x85, 0x02];

/** Both builds: in `relaxed`, a fused opcode takes the place of each addition that scripts/split-kernels.js has noted. */
const separate = (unpacked: Uint8Array): Builds => {
  const simd = new Uint8Array(unpacked.subarray(0, buildBytes)); // Buffer.slice would not copy
  const relaxed = simd.slice();
  let place = 0;
  for (let i = buildBytes; i < unpacked.length; i += 2) {
    place += unpacked[i]! | (unpacked[i + 1]! << 8);
    if (simd[place + 1] === MULTIPLY) relaxed.fill(NOP, place, place + 3);
    else relaxed.set(RELAXED_MADD, place);
  }
  return { simd: simd.buffer, relaxed: relaxed.buffer };
};
