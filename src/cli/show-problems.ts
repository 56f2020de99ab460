// Shows the problems of an ONNX network; many of them are grouped.

import { UnsupportedError, escaped } from '../errors.js';
import { plural, shorten } from '../report/text.js';
import { withFlags } from './command-words.js';

/** Maximum number of problems listed individually; more are grouped. */
const MAX_LISTED = 12;

/** Maximum length of a name in a problem, in characters. */
const MAX_NAME = 150;

const PROBLEM = /^(\S+) '([^']*)' (.*)$/s;

const join = (count: number, lines: readonly string[]): string =>
  `${count} problems:\n${lines.map((line) => `- ${line}`).join('\n')}`;

/** The problems, one per line; many are grouped by operator and reason, followed by the names of all nodes. */
export const showProblems = (found: readonly string[]): string => {
  const problems = found.map((problem) =>
    escaped(problem).replace(/'([^']*)'/g, (_, name: string) => `'${shorten(name, MAX_NAME)}'`),
  );
  if (problems.length === 1) return problems[0]!;
  if (problems.length <= MAX_LISTED) return join(problems.length, problems);
  const groups = new Map<string, string[]>();
  for (const problem of problems) {
    const [, operator, name, reason] = PROBLEM.exec(problem) ?? [];
    const key = operator === undefined ? problem : `${operator} ${reason!.replace(/'[^']*'/g, "'...'")}`;
    const group = groups.get(key) ?? groups.set(key, []).get(key)!;
    if (name !== undefined) group.push(`'${name}'`);
  }
  const lines = [...groups].map(([key, names]) =>
    names.length ? `${key}; ${plural(names.length, 'node')}: ${names.join(', ')}` : key,
  );
  return join(problems.length, lines);
};

/** Runs a conversion of a command. @throws {UnsupportedError} as `convert` does, with the flags that help */
export const explainProblems = async <T>(command: string, convert: () => Promise<T>): Promise<T> => {
  try {
    return await convert();
  } catch (error) {
    if (error instanceof UnsupportedError) error.message = withFlags(showProblems(error.problems), command);
    throw error;
  }
};
