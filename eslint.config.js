// Lint rules: the recommended sets of ESLint and typescript-eslint with type information, and what this project adds.

import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import groupwise from './scripts/lint-rules.js';

export default tseslint.config(
  // AssemblyScript is not TypeScript: its types, decorators and `usize` arithmetic would be errors.
  {
    ignores: [
      'build/',
      'dist/',
      '**/generated/',
      '**/node_modules/',
      '**/.venv/',
      'assembly/',
      'training/',
      'examples/react-native/',
    ],
  },
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { groupwise },
    rules: {
      'groupwise/header': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      'prefer-template': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Ops are objects of functions, and these are passed around. None uses `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['site/**/*.ts'],
    languageOptions: { parserOptions: { project: './site/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['src/**', 'test/support/**', 'scripts/**', 'site/scripts/**', 'site/src/**'],
    rules: { 'groupwise/documented': 'error', 'max-lines': ['error', { max: 300, skipBlankLines: true }] },
  },
);
