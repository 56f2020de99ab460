// The text format of WebAssembly as nested lists: `(i32.add (local.get $x) (i32.const 1))` is
// ['i32.add', ['local.get', '$x'], ['i32.const', '1']].

const TOKEN = /;;.*|[()]|"(?:[^"\\]|\\.)*"|[^\s()";]+/g;

/** Reads one list. */
export const parse = (text) => {
  const open = [[]];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '(') open.push([]);
    else if (token === ')') open.at(-2).push(open.pop());
    else if (!token.startsWith(';;')) open.at(-1).push(token);
  }
  if (open.length !== 1 || open[0].length !== 1) throw new Error('expected one list');
  return open[0][0];
};

/** Writes a list. */
export const print = (item) => (Array.isArray(item) ? `(${item.map(print).join(' ')})` : item);

/** A constant of type i32. */
export const i32 = (value) => ['i32.const', String(value | 0)];

/** The parts of a function whose parameters and locals have one declaration each. */
export const partsOf = (func) => {
  const declarations = (word) =>
    func.filter(([first]) => first === word).map(([, name, type]) => ({ word, name, type }));
  const [params, locals] = [declarations('param'), declarations('local')];
  return {
    name: func[1],
    params,
    locals,
    result: func.find(([first]) => first === 'result')?.[1],
    body: func.slice(2).filter(([first]) => !['type', 'param', 'result', 'local'].includes(first)),
    vectors: new Set([...params, ...locals].filter(({ type }) => type === 'v128').map(({ name }) => name)),
  };
};
