// Problems of a network, short enough to read.

/** More problems than these are grouped. */
const MANY = 12;

const PROBLEM = /^(\S+) '([^']*)' (.*)$/s;

const join = (count: number, lines: readonly string[]): string =>
  `${count} problems:\n${lines.map((line) => `- ${line}`).join('\n')}`;

/** The problems line by line; many of them grouped by operator and reason, with the names of all nodes behind. */
export const showProblems = (problems: readonly string[]): string => {
  if (problems.length === 1) return problems[0]!;
  if (problems.length <= MANY) return join(problems.length, problems);
  const groups = new Map<string, string[]>();
  for (const problem of problems) {
    const [, operator, name, reason] = PROBLEM.exec(problem) ?? [];
    const key = operator === undefined ? problem : `${operator} ${reason!.replace(/'[^']*'/g, "'...'")}`;
    const group = groups.get(key) ?? groups.set(key, []).get(key)!;
    if (name !== undefined) group.push(`'${name}'`);
  }
  const lines = [...groups].map(([key, names]) =>
    names.length ? `${key}; ${names.length} nodes: ${names.join(', ')}` : key,
  );
  return join(problems.length, lines);
};
