// Decides how the lanes of each vector variable are held. JavaScript does not preserve the bits of a NaN in a float, so
// floats hold only what float instructions compute or take; copies of memory, masks and integers are held as integers.

import { BYTES, movesWords } from './bytes.js';
import { RULES } from './rules.js';
import { partsOf, print } from './text.js';

// loads and constants fit every kind
const OPEN = /^v128\.(load|load32_splat|load32_zero|load64_zero|const)$/;

/** Sets of variables that are copied to each other, so that they have the same kind, with what is known of each set. */
class Groups {
  #parents = new Map();
  #facts = new Map();

  #rootOf(variable) {
    const parent = this.#parents.get(variable);
    return parent === undefined ? variable : this.#rootOf(parent);
  }

  note(variable, fact) {
    if (variable === undefined) return;
    const root = this.#rootOf(variable);
    this.#facts.set(root, (this.#facts.get(root) ?? new Set()).add(fact));
  }

  join(one, other) {
    if (one === undefined || other === undefined) return;
    const [root, joined] = [this.#rootOf(one), this.#rootOf(other)];
    if (root === joined) return;
    this.#parents.set(joined, root);
    for (const fact of this.#facts.get(joined) ?? []) this.note(root, fact);
  }

  kindOf(variable) {
    const facts = this.#facts.get(this.#rootOf(variable)) ?? new Set(['int']);
    if (facts.has('double') && facts.size > 1) throw new Error(`${variable} is ${[...facts].join(' and ')}`);
    return ['double', 'int', 'float'].find((kind) => facts.has(kind));
  }
}

/** The variable of a function's result, or of its local or parameter. */
const variableOf = (functionName, local = 'result') => `${functionName} ${local}`;

/** Notes what one function does with its vectors. */
const noteFunction = (func, functions, groups) => {
  const { name, vectors, result, body } = partsOf(func);
  const operand = ([op, local]) => (op === 'local.get' && vectors.has(local) ? variableOf(name, local) : undefined);

  const noteSet = (target, [op, ...operands]) => {
    const joined = (list) => list.forEach((item) => groups.join(target, operand(item)));
    if (op === 'local.get') joined([[op, ...operands]]);
    else if (op === 'call') groups.join(target, variableOf(operands[0]));
    else if (op === 'select' || op === 'v128.bitselect') joined(operands.slice(0, 2));
    else if (op === 'i8x16.shuffle' && movesWords(operands.slice(0, 16))) joined(operands.slice(-2));
    else if (BYTES[op] || op === 'v128.load8x8_u') groups.note(target, 'int');
    else if (op === 'v128.load32_lane') joined(operands.slice(-1));
    else if (RULES[op]) groups.note(target, RULES[op].result);
    else if (!OPEN.test(op)) throw new Error(`no rule for ${op}`);
  };

  const visit = (item) => {
    if (!Array.isArray(item)) return;
    const [op, ...operands] = item;
    if (op === 'local.set' && vectors.has(operands[0])) noteSet(variableOf(name, operands[0]), operands[1]);
    if (op === 'call' && functions.has(operands[0])) {
      partsOf(functions.get(operands[0])).params.forEach((param, i) =>
        groups.join(operand(operands[i + 1]), variableOf(operands[0], param.name)),
      );
    }
    if (op === 'f32x4.extract_lane') groups.note(operand(operands[1]), 'float');
    if (op === 'return' && result === 'v128') groups.join(variableOf(name), operand(operands[0]));
    RULES[op]?.operands.forEach((kind, i) => {
      if (kind === 'float' || kind === 'double') groups.note(operand(operands[i]), kind);
    });
    item.forEach(visit);
  };

  visit(body);
  if (result === 'v128') {
    const last = body.at(-1);
    if (!/^(local\.get|return|unreachable)$/.test(last[0])) throw new Error(`${name} ends in ${print(last)}`);
    groups.join(variableOf(name), operand(last));
  }
};

/** A function that returns the kind of a function's vector: a local, a parameter, or its result if none is named. */
export const kindsOf = (functions) => {
  const groups = new Groups();
  for (const func of functions.values()) noteFunction(func, functions, groups);
  return (functionName, local) => groups.kindOf(variableOf(functionName, local));
};
