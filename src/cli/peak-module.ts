// A WebAssembly module with one loop that multiplies and adds in registers, for the peak of this machine.

/** Codes of types, sections, opcodes: https://webassembly.github.io/spec/core/binary */
const I32 = 0x7f,
  F32 = 0x7d,
  V128 = 0x7b;
const LOOP = [0x03, 0x40],
  END = 0x0b,
  BRANCH_IF = 0x0d,
  GET = 0x20,
  SET = 0x21,
  TEE = 0x22,
  I32_CONST = 0x41,
  I32_SUB = 0x6b,
  F32_CONST = 0x43;

/** Unsigned LEB128. */
const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

const SPLAT = simd(0x13),
  LANE_0 = [...simd(0x1f), 0],
  ADD = simd(0xe4),
  MUL = simd(0xe6),
  RELAXED_MADD = simd(0x105);

/** Numbers per vector. */
export const LANES = 4;

const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];

const floatBytes = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);

/**
 * A module that exports `run(times: i32, factor: f32, term: f32): f32`. It repeats v = v * factor + term `times` times on
 * `chains` vectors, at most 120, of which chain i begins with i in every lane, and returns the sum of their first lanes. The
 * factor and the term are parameters because V8 loads constants anew at each use. `fused` multiplies and adds in one
 * instruction of relaxed SIMD.
 */
export const peakModule = (chains: number, fused: boolean): Uint8Array<ArrayBuffer> => {
  const [times, factor, term] = [0, 1, 2]; // parameters, then locals: vectors of the factor and the term, the chains
  const [factors, terms] = [3, 4];
  const all = Array.from({ length: chains }, (_, i) => [i, 5 + i] as const);
  const step = (own: number) => [
    ...[GET, own, GET, factors],
    ...(fused ? [GET, terms, ...RELAXED_MADD] : [...MUL, GET, terms, ...ADD]),
    ...[SET, own],
  ];
  const body = [
    ...[1, chains + 2, V128], // the locals are of one type
    ...[GET, factor, ...SPLAT, SET, factors],
    ...[GET, term, ...SPLAT, SET, terms],
    ...all.flatMap(([i, own]) => [F32_CONST, ...floatBytes(i), ...SPLAT, SET, own]),
    ...LOOP,
    ...all.flatMap(([, own]) => step(own)),
    ...[GET, times, I32_CONST, 1, I32_SUB, TEE, times, BRANCH_IF, 0, END],
    ...all.flatMap(([i, own]) => [GET, own, ...(i ? ADD : [])]),
    ...[...LANE_0, END],
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, F32, F32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...new TextEncoder().encode('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
};
