// Replaces the vectors of a WebAssembly module by scalars: a module for engines without SIMD that computes the same bits.
// It takes modules from `wasm-opt --flatten --ssa-nomerge`, where operands are variables or constants, and functions
// that use few forms of vectors: words, pairs of doubles, and some instructions for bytes.

import { BYTES, CLAMP, loadedBytes, movesWords } from './bytes.js';
import { kindsOf } from './kinds.js';
import { chooseBits, KINDS, RULES, TRUNCATE, truncate } from './rules.js';
import { i32, parse, partsOf, print } from './text.js';

/** Bytes of a 32-bit lane. */
const WORD = 4;

/** The scalar that holds a lane of a variable. */
const partOf = (name, lane) => `${name}.${lane}`;

/** The global that holds a lane of the vector that a function returned last. */
const resultOf = (kind, lane) => partOf(`$result.${KINDS[kind].type}`, lane);

const lanesOf = (kind) => Array.from({ length: KINDS[kind].lanes }, (_, lane) => lane);

/** A lane of `(v128.const i32x4 ...)`. */
const constantLane = ([, shape, ...words], kind, lane) => {
  if (shape !== 'i32x4') throw new Error(`a constant of shape ${shape}`);
  const bits = new Uint32Array(words.map(Number));
  if (kind === 'int') return i32(bits[lane]);
  const value = new (kind === 'float' ? Float32Array : Float64Array)(bits.buffer)[lane];
  if (Number.isNaN(value)) return converted(i32(bits[lane]), 'int', kind);
  return [`${KINDS[kind].type}.const`, Object.is(value, -0) ? '-0' : String(value).replace('Infinity', 'inf')];
};

/** A lane as another kind, with the same bits. */
const converted = (lane, from, to) => {
  if (from === to) return lane;
  if (from === 'int' && to === 'float') return ['f32.reinterpret_i32', lane];
  if (from === 'float' && to === 'int') return ['i32.reinterpret_f32', lane];
  throw new Error(`${print(lane)} is ${from}, used as ${to}`);
};

/** Splits the operands of an instruction that reads or writes memory. */
const accessOf = (operands) => ({
  offset: Number(operands.find((word) => /^offset=/.test(word))?.slice(7) ?? 0),
  rest: operands.filter((word) => !/^(offset|align)=/.test(word)),
});

/** Lowers one function. */
class Lowering {
  #parts;
  #functions;
  #kindOf;
  #temporaries = new Set();

  constructor(func, functions, kindOf) {
    this.#parts = partsOf(func);
    this.#functions = functions;
    this.#kindOf = kindOf;
  }

  get function() {
    const { name, params, locals, result, body } = this.#parts;
    const isVector = result === 'v128';
    const last = isVector && body.at(-1)[0] === 'local.get' ? ['return', body.pop()] : undefined;
    const lowered = [...body, ...(last ? [last] : [])].flatMap((item) => this.#lower(item));
    return [
      ...['func', name, ...params.flatMap((param) => this.#declare(param))],
      ...(result && !isVector ? [['result', result]] : []),
      ...locals.flatMap((local) => this.#declare(local)),
      ...[...this.#temporaries].map((temporary) => ['local', temporary, temporary.match(/[if]\d+/)[0]]),
      ...lowered,
    ];
  }

  #declare({ word, name, type }) {
    if (type !== 'v128') return [[word, name, type]];
    const kind = this.#kind(name);
    return lanesOf(kind).map((lane) => [word, partOf(name, lane), KINDS[kind].type]);
  }

  #kind(local) {
    return this.#kindOf(this.#parts.name, local);
  }

  /** A lane of an operand, as a kind. */
  #lane(operand, lane, kind) {
    if (kind === 'scalar') return operand;
    if (operand[0] === 'v128.const') return constantLane(operand, kind, lane);
    return converted(['local.get', partOf(operand[1], lane)], this.#kind(operand[1]), kind);
  }

  /** The instructions in place of one. */
  #lower(item) {
    if (!Array.isArray(item)) return [item];
    const [op, ...operands] = item;
    if (op === 'local.set') return this.#lowerSet(...operands);
    if (op === 'call') return [this.#call(operands)];
    if (op === 'drop') return this.#lowerDrop(item);
    if (op === 'return' && this.#parts.result === 'v128') return this.#lowerReturn(operands[0]);
    if (op === 'v128.store' || op === 'v128.store32_lane') return this.#lowerStore(op, accessOf(operands));
    if (op === 'f32x4.extract_lane') return [this.#lane(operands[1], operands[0], 'float')];
    if (op === 'i32x4.extract_lane') return [this.#lane(operands[1], operands[0], 'int')];
    if (op === 'i32.trunc_sat_f32_s') return [truncate(['f64.promote_f32', ...this.#lower(operands[0])])];
    if (op === 'i32.trunc_sat_f64_s') return [truncate(...this.#lower(operands[0]))];
    if (/^(v128|[if]\d+x\d+)\.|trunc_sat/.test(op)) throw new Error(`no rule for ${op}`);
    return [item.flatMap((part) => this.#lower(part))];
  }

  #lowerSet(local, value) {
    if (!this.#parts.vectors.has(local)) return [['local.set', local, ...this.#lower(value)]];
    const kind = this.#kind(local);
    if (value[0] === 'call') {
      const own = lanesOf(kind).map((lane) => ['local.set', partOf(local, lane), ['global.get', resultOf(kind, lane)]]);
      return [this.#call(value.slice(1)), ...own];
    }
    // lanes may be read after the first is written
    const values = lanesOf(kind).map((lane) => this.#valueOf(value, lane, kind));
    const temporaries = lanesOf(kind).map((lane) => partOf(`$lane.${KINDS[kind].type}`, lane));
    temporaries.forEach((name) => this.#temporaries.add(name));
    return [
      ...values.map((lane, i) => ['local.set', temporaries[i], lane]),
      ...values.map((_, i) => ['local.set', partOf(local, i), ['local.get', temporaries[i]]]),
    ];
  }

  /** A lane of what an instruction computes. */
  #valueOf([op, ...operands], lane, kind) {
    const ofOperand = (operand, as = kind) => this.#lane(operand, lane, as);
    if (op === 'local.get' || op === 'v128.const') return ofOperand([op, ...operands]);
    if (op.startsWith('v128.load')) return this.#loaded(op, accessOf(operands), lane, kind);
    if (op === 'select') return ['select', ofOperand(operands[0]), ofOperand(operands[1]), operands[2]];
    if (op === 'v128.bitselect') {
      return converted(chooseBits(...operands.map((operand) => ofOperand(operand, 'int'))), 'int', kind);
    }
    if (op === 'i8x16.shuffle' && movesWords(operands.slice(0, 16))) return this.#shuffled(operands, lane, kind);
    if (BYTES[op]) {
      const wordOf = (index, word) => this.#lane(operands[index], word, 'int');
      return converted(BYTES[op](operands, lane, wordOf), 'int', kind);
    }
    const { operands: kinds, result, lane: compute, zeroed } = RULES[op];
    if (zeroed && lane >= KINDS[kinds[0]].lanes) return converted(zeroed, result, kind);
    return converted(compute(...operands.map((operand, i) => ofOperand(operand, kinds[i]))), result, kind);
  }

  #loaded(op, { offset, rest }, lane, kind) {
    const { type, lanes } = KINDS[kind];
    const load = (bytes, address) => [`${type}.load`, `offset=${offset + bytes}`, address];
    if (op === 'v128.load') return load((lane * 4 * WORD) / lanes, rest[0]);
    if (op === 'v128.load32_splat') return load(0, rest[0]);
    if (op === 'v128.load32_zero') return lane ? [`${type}.const`, '0'] : load(0, rest[0]);
    if (op === 'v128.load64_zero')
      return lane < lanes / 2 ? load((lane * 4 * WORD) / lanes, rest[0]) : [`${type}.const`, '0'];
    if (op === 'v128.load8x8_u') return converted(loadedBytes(offset, rest[0], lane), 'int', kind);
    const [index, address, vector] = rest; // v128.load32_lane
    return lane === Number(index) ? load(0, address) : this.#lane(vector, lane, kind);
  }

  #shuffled(operands, lane, kind) {
    const word = Number(operands[lane * WORD]) / WORD;
    return this.#lane(operands[16 + (word >> 2)], word & 3, kind);
  }

  #lowerStore(op, { offset, rest }) {
    const vector = rest.at(-1);
    const kind = vector[0] === 'local.get' ? this.#kind(vector[1]) : 'int';
    const { type, lanes } = KINDS[kind];
    const store = (bytes, address, lane) => [
      ...[`${type}.store`, `offset=${offset + bytes}`],
      ...[address, this.#lane(vector, lane, kind)],
    ];
    if (op === 'v128.store32_lane') return [store(0, rest[1], Number(rest[0]))];
    return lanesOf(kind).map((lane) => store((lane * 4 * WORD) / lanes, rest[0], lane));
  }

  #call([callee, ...operands]) {
    const { params } = partsOf(this.#functions.get(callee));
    const lowered = params.flatMap(({ name, type }, i) => {
      if (type !== 'v128') return [operands[i]];
      const kind = this.#kindOf(callee, name);
      return lanesOf(kind).map((lane) => this.#lane(operands[i], lane, kind));
    });
    return ['call', callee, ...lowered];
  }

  #lowerDrop([, value]) {
    const isVector = value[0] === 'local.get' && this.#parts.vectors.has(value[1]);
    if (isVector) return [];
    const returnsVector = value[0] === 'call' && partsOf(this.#functions.get(value[1])).result === 'v128';
    return returnsVector ? this.#lower(value) : [['drop', ...this.#lower(value)]];
  }

  #lowerReturn(operand) {
    const kind = this.#kindOf(this.#parts.name);
    const globals = lanesOf(kind).map((lane) => ['global.set', resultOf(kind, lane), this.#lane(operand, lane, kind)]);
    return [...globals, ['return']];
  }
}

const globals = (kind) =>
  lanesOf(kind).map((lane) => {
    const { type } = KINDS[kind];
    return ['global', resultOf(kind, lane), ['mut', type], [`${type}.const`, '0']];
  });

/** The text of a module without vectors, for the text of one with them. */
export const lowerSimd = (text) => {
  const module = parse(text);
  const functions = new Map(module.filter(([word]) => word === 'func').map((func) => [func[1], func]));
  const kindOf = kindsOf(functions);
  const others = module.filter(([word]) => word !== 'func' && word !== 'type');
  const lowered = [...functions.values()].map((func) => new Lowering(func, functions, kindOf).function);
  return print([...others, ...['int', 'float', 'double'].flatMap(globals), ...lowered, parse(TRUNCATE), parse(CLAMP)]);
};
