// Copies the compiled project to build/fuzz/instrumented, with counters in its source: the copy is what the fuzzer runs.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Where the instrumented copy is. */
export const INSTRUMENTED = 'build/instrumented';

const { factory } = ts;

/** Names in instrumented modules; they are globals that `coverage.ts` defines. */
const COUNTERS = '$counters';

/** Literals of a module that its parser compares bytes with: the fuzzer inserts them into files. */
type Literals = { texts: Set<string>; numbers: Set<number> };

/** The statement or expression `$counters[id]++`. */
const count = (id: number): ts.Expression =>
  factory.createPostfixIncrement(factory.createElementAccessExpression(factory.createIdentifier(COUNTERS), id));

const isTypedArray = (name: string): boolean => /^(Big)?(Ui|I)nt\d+(Clamped)?Array$|^Float\d+Array$/.test(name);

const isLogical = (kind: ts.SyntaxKind): boolean =>
  [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(
    kind,
  );

class Instrumenter {
  /** Number of counters so far. */
  edges = 0;
  readonly literals: Literals = { texts: new Set(), numbers: new Set() };

  constructor(private readonly context: ts.TransformationContext) {}

  /** Adds counters to a node and everything in it. */
  readonly visit = (node: ts.Node): ts.Node => {
    this.collect(node);
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node;
    return this.counted(ts.visitEachChild(node, this.visit, this.context));
  };

  private collect(node: ts.Node): void {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) this.literals.texts.add(node.text);
    if (ts.isNumericLiteral(node)) this.literals.numbers.add(Number(node.text));
  }

  private counted(node: ts.Node): ts.Node {
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement ? this.block(node.elseStatement) : this.block(factory.createBlock([]));
      return factory.updateIfStatement(node, node.expression, this.block(node.thenStatement), otherwise);
    }
    if (ts.isForStatement(node))
      return factory.updateForStatement(
        node,
        node.initializer,
        node.condition,
        node.incrementor,
        this.block(node.statement),
      );
    if (ts.isForOfStatement(node))
      return factory.updateForOfStatement(
        node,
        node.awaitModifier,
        node.initializer,
        node.expression,
        this.block(node.statement),
      );
    if (ts.isWhileStatement(node))
      return factory.updateWhileStatement(node, node.expression, this.block(node.statement));
    if (ts.isCaseClause(node)) return factory.updateCaseClause(node, node.expression, this.counting(node.statements));
    if (ts.isDefaultClause(node)) return factory.updateDefaultClause(node, this.counting(node.statements));
    if (ts.isCatchClause(node))
      return factory.updateCatchClause(node, node.variableDeclaration, this.block(node.block) as ts.Block);
    if (ts.isConditionalExpression(node)) return this.conditional(node);
    if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind))
      return factory.updateBinaryExpression(node, node.left, node.operatorToken, this.expression(node.right));
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return this.arrow(node);
    if (ts.isFunctionLike(node) && 'body' in node && node.body && ts.isBlock(node.body)) return this.functionBody(node);
    if (ts.isNewExpression(node)) return this.allocation(node);
    return node;
  }

  private counting(statements: readonly ts.Statement[]): ts.Statement[] {
    return [factory.createExpressionStatement(count(this.edges++)), ...statements];
  }

  private block(statement: ts.Statement): ts.Statement {
    return factory.createBlock(this.counting(ts.isBlock(statement) ? statement.statements : [statement]), true);
  }

  private expression(node: ts.Expression): ts.Expression {
    return factory.createParenthesizedExpression(factory.createComma(count(this.edges++), node));
  }

  private conditional(node: ts.ConditionalExpression): ts.Expression {
    const [yes, no] = [this.expression(node.whenTrue), this.expression(node.whenFalse)];
    return factory.updateConditionalExpression(node, node.condition, node.questionToken, yes, node.colonToken, no);
  }

  private arrow(node: ts.ArrowFunction): ts.ArrowFunction {
    const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken } = node;
    const body = this.expression(node.body as ts.Expression);
    return factory.updateArrowFunction(node, modifiers, typeParameters, parameters, type, equalsGreaterThanToken, body);
  }

  private functionBody(node: ts.Node): ts.Node {
    const id = this.edges++;
    const replace = (child: ts.Node): ts.Node =>
      ts.isBlock(child)
        ? factory.updateBlock(child, [factory.createExpressionStatement(count(id)), ...child.statements])
        : child;
    // A base class's constructor must be called before the counter can be anywhere but first; counters do not use `this`.
    return ts.visitEachChild(node, replace, this.context);
  }

  /** `new Uint8Array(n)` becomes `$allocate(Uint8Array, n)`, which adds up the bytes. */
  private allocation(node: ts.NewExpression): ts.Expression {
    const [length, ...more] = node.arguments ?? [];
    if (!ts.isIdentifier(node.expression) || !isTypedArray(node.expression.text) || !length || more.length) return node;
    return factory.createCallExpression(factory.createIdentifier('$allocate'), undefined, [node.expression, length]);
  }
}

/** A module with counters: it asks `coverage.ts` for an array of them when it is loaded. */
export const instrument = (code: string, name: string): string => {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  let instrumenter: Instrumenter | undefined;
  const transformed = ts.transform(source, [
    (context) => {
      instrumenter = new Instrumenter(context);
      return (file) => ts.visitEachChild(file, instrumenter!.visit, context);
    },
  ]);
  const printed = ts.createPrinter().printFile(transformed.transformed[0]!);
  const { edges, literals } = instrumenter!;
  const known = JSON.stringify([[...literals.texts], [...literals.numbers]]);
  return `const ${COUNTERS} = $countersOf(${JSON.stringify(name)}, ${edges}, ${known});\n${printed}`;
};

/** Folders of build/ in the copy; `src` is instrumented except what is generated. */
const COPIED = ['src', 'fuzz', 'test/support', 'bench', 'scripts'];

/** Writes the instrumented copy of build/. */
export const instrumentBuild = (): void => {
  rmSync(INSTRUMENTED, { recursive: true, force: true });
  for (const folder of COPIED) {
    for (const path of readdirSync(join('build', folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.js')) continue;
      const [from, to] = [join('build', folder, path), join(INSTRUMENTED, folder, path)];
      mkdirSync(dirname(to), { recursive: true });
      if (folder !== 'src' || /generated/.test(path)) cpSync(from, to);
      else writeFileSync(to, instrument(readFileSync(from, 'utf8'), path));
    }
  }
};
