// ESLint rules of this project: files open with a comment, and exported types and functions have one.

const CODE = /\.(ts|js|mjs)$/;

/** A file begins with a comment that says what it is; a `#!` line may come first. */
const header = {
  create: ({ sourceCode, filename, report }) => ({
    Program(node) {
      const comments = sourceCode.getAllComments().filter(({ type }) => type !== 'Shebang');
      const lines = sourceCode.lines[0]?.startsWith('#!') ? 2 : 1;
      if (!CODE.test(filename) || comments[0]?.loc.start.line <= lines) return;
      report({ node, loc: { line: 1, column: 0 }, message: 'Begin the file with a sentence that says what it is.' });
    },
  }),
};

const isFunction = (node) => node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';

/** What a declaration declares, if it is a type, class or function. */
const documentedName = (declaration) => {
  if (!declaration) return undefined;
  if (declaration.type !== 'VariableDeclaration') return declaration.id?.name;
  const found = declaration.declarations.find(({ init }) => isFunction(init));
  return found?.id.name;
};

/** Exported types, classes and functions have a doc comment. */
const documented = {
  create: ({ sourceCode, report }) => ({
    ExportNamedDeclaration(node) {
      const name = documentedName(node.declaration);
      const comments = sourceCode.getCommentsBefore(node);
      const isDocumented = comments.some(({ type, value }) => type === 'Block' && value.startsWith('*'));
      if (name && !isDocumented) report({ node, message: `Say what ${name} is in a doc comment.` });
    },
  }),
};

export default { rules: { header, documented } };
