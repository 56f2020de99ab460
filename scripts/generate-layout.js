// Writes assembly/generated/layout.ts: src/kernels/layout.ts in AssemblyScript. Run before `asc`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const source = readFileSync(new URL('../src/kernels/layout.ts', import.meta.url), 'utf8');
// `tsc` has not run yet and needs what is built after this: take the types out of this one file
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
});
const layout = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

/** An enumeration with the given numbers. */
const enumeration = (comment, name, members) =>
  `/** ${comment} */\nexport const enum ${name} {\n${members.map(([member, number]) => `  ${member} = ${number},\n`).join('')}}\n`;

const places = (names, unit = 1) => names.map((name, place) => [name, place * unit]);

mkdirSync(new URL('../assembly/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../assembly/generated/layout.ts', import.meta.url),
  [
    '// The declarations of src/kernels/layout.ts, written by scripts/generate-layout.js.\n',
    enumeration('Kinds of `unary` and `unaryInt`.', 'UnaryKind', places(layout.UNARY_KINDS)),
    enumeration('Kinds of `binary` and `binaryInt`.', 'BinaryKind', places(layout.BINARY_KINDS)),
    ...Object.entries(layout.RECORDS).map(([name, { fields, bytes }]) =>
      enumeration('Byte offsets of the fields of a record, and its size.', name, [
        ...places(fields, 4),
        ['BYTES', bytes],
      ]),
    ),
  ].join('\n'),
);
