// Runs a program of the matrix and waits for its output.

import { spawn } from 'node:child_process';

const DEFAULT_SECONDS = 300;

/** Output of a program. @throws with what it wrote if it fails or takes too long */
export const runProgram = (
  [command, ...args]: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
  seconds = DEFAULT_SECONDS,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(command!, args, { cwd, env, timeout: seconds * 1000, killSignal: 'SIGKILL' });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (errors += String(data)));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0 ? resolve(output) : reject(new Error(`${signal ?? `exit code ${code}`}: ${errors || output}`)),
    );
  });
