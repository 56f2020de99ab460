// The code blocks of a Markdown document: which of them run, and what they must print.

/** A fenced code block that runs; `line` is where it begins in the document. */
export type Example = { language: 'js' | 'sh' | 'html'; code: string; line: number };

const FENCE = /^(```+)(\w*)([^\n]*)\n([^]*?)^\1$/gm;

/** The blocks of JavaScript, shell commands and HTML, except those marked `no-run` after their language. */
export const examplesIn = (markdown: string): Example[] =>
  [...markdown.matchAll(FENCE)].flatMap(({ 2: language, 3: marks, 4: code, index }) => {
    if (!['js', 'sh', 'html'].includes(language!) || /\bno-run\b/.test(marks!)) return [];
    const line = markdown.slice(0, index).split('\n').length;
    return [{ language: language as Example['language'], code: code!, line }];
  });

/** A command of a shell block: the words after `npx groupwise`, and the file that `>` names. */
export type ShellCommand = { words: string[]; output?: string };

/** The commands of a shell block that run: lines that begin with `npx groupwise`. */
export const commandsIn = (code: string): ShellCommand[] =>
  code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('npx groupwise '))
    .map((line) => {
      const [command, output] = line.split(/\s+>\s+/) as [string, string?];
      return { words: command.split(/\s+/).slice(2), ...(output !== undefined && { output }) };
    });

/** What a block says that it prints: its comments `//=> ...`, in their order. */
export const expectedLines = (code: string): string[] => [...code.matchAll(/\/\/=> (.*)$/gm)].map(([, text]) => text!);

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

/** Whether two texts are the same, numbers with decimals up to two units of the last decimal that `expected` shows. */
export const sameText = (found: string, expected: string): boolean => {
  if (found.replace(NUMBER, '0') !== expected.replace(NUMBER, '0')) return false;
  const numbers = found.match(NUMBER) ?? [];
  return (expected.match(NUMBER) ?? []).every((text, i) => {
    const decimals = text.split('.')[1]?.length;
    if (decimals === undefined) return numbers[i] === text;
    return Math.abs(Number(numbers[i]) - Number(text)) <= 2 * 10 ** -decimals;
  });
};

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Compares what a block printed with what it says, white space aside. @throws {Error} that shows both if they differ */
export const checkOutput = ({ code }: Example, printed: string, where: string): void => {
  const expected = inOneLine(expectedLines(code).join(' '));
  const found = inOneLine(printed);
  if (expected && !sameText(found, expected)) throw new Error(`${where} prints "${found}", not "${expected}"`);
};
