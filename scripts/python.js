// Runs Python in training/ with the given arguments: `node scripts/python.js -m pytest`.
//
// The first of $PYTHON, python3 and training/.venv that has the packages of `training[dev]` runs them. If none has,
// training/.venv is created, with access to the packages of python3. Exit code 3: the packages cannot be installed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TRAINING = fileURLToPath(new URL('../training/', import.meta.url));
const VENV = join(TRAINING, '.venv');
const VENV_PYTHON = join(VENV, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const INSTALL_MINUTES = 8;
const CANNOT_INSTALL = 3;

/** Packages of `training[test]` and `training[lint]`. */
const TEST_MODULES = 'matplotlib numpy onnx onnxruntime onnxscript PIL pytest rich timm torch torchvision'.split(' ');
const LINT_MODULES = ['ruff'];

/** Whether `python` can import all modules, without loading them. */
const hasModules = (python, modules) => {
  const code = 'import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))';
  return spawnSync(python, ['-c', code, ...modules]).status === 0;
};

const install = () => {
  console.error(`python: installing training[dev] in ${VENV}`);
  const python = process.env.PYTHON ?? 'python3';
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '.[dev]'];
  const options = { cwd: TRAINING, stdio: 'inherit', timeout: INSTALL_MINUTES * 60_000 };
  const made =
    existsSync(VENV_PYTHON) || spawnSync(python, ['-m', 'venv', '--system-site-packages', VENV]).status === 0;
  return made && spawnSync(VENV_PYTHON, pip, options).status === 0;
};

const words = process.argv.slice(2);
const modules = words.includes('ruff') ? LINT_MODULES : TEST_MODULES;
const find = () =>
  [process.env.PYTHON, 'python3', VENV_PYTHON].find((python) => python && hasModules(python, modules)) ??
  (install() && hasModules(VENV_PYTHON, modules) ? VENV_PYTHON : undefined);

const python = find();
if (python) {
  process.exitCode = spawnSync(python, words, { cwd: TRAINING, stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`python: ${modules.join(', ')} cannot be installed; see training/README.md, or set PYTHON`);
  process.exitCode = CANNOT_INSTALL;
}
