// Runs the commands of bundlers.

import { execFile, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { Server } from './page.js';

const MAX_SECONDS = 480;
const START_MILLISECONDS = 60_000;
const OUTPUT_CHARACTERS = 1500;

const execute = promisify(execFile);

/** Bundlers ask for no updates, send nothing, and print no colours. */
const ENVIRONMENT = {
  ...process.env,
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  CI: '1',
  NODE_OPTIONS: '',
  NODE_ENV: undefined,
  NEXT_TELEMETRY_DISABLED: '1',
};

type Failure = Error & { killed?: boolean; stdout?: string; stderr?: string };

const cut = (text: string): string => text.trim().slice(0, OUTPUT_CHARACTERS);

/** Runs a command to its end and returns what it prints. @throws with its output if it fails */
export const runCommand = async (
  folder: string,
  [command, ...words]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> => {
  try {
    const options = { cwd: folder, env: { ...ENVIRONMENT, ...env }, timeout: MAX_SECONDS * 1000, maxBuffer: 2 ** 26 };
    const { stdout, stderr } = await execute(command!, words, options);
    return stdout + stderr;
  } catch (error) {
    const { message, killed, stdout, stderr } = error as Failure;
    const late = killed ? `no end after ${MAX_SECONDS} s\n` : '';
    throw new Error(late + cut(stderr || stdout || message), { cause: error });
  }
};

/** A port that nothing uses at the moment. */
const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

/** Starts a command that serves a port until it is disposed of. @throws with its output if it does not */
export const startServer = async (folder: string, commandFor: (port: string) => readonly string[]): Promise<Server> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const [command, ...words] = commandFor(String(port));
  // a group of its own, so that the processes which it starts end with it
  const child = spawn(command!, words, { cwd: folder, env: ENVIRONMENT, detached: true });
  let output = '';
  child.once('error', ({ message }) => (output += message));
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (output += data));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!hasEnded()) process.kill(-child.pid!, 'SIGKILL');
    await ended;
  };
  const limit = performance.now() + START_MILLISECONDS;
  for (;;) {
    const answers = await fetch(origin, { method: 'HEAD' }).then(
      () => true,
      () => false,
    );
    if (answers) return { origin, [Symbol.asyncDispose]: stop };
    if (hasEnded() || performance.now() > limit) {
      await stop();
      throw new Error(`the server does not start: ${cut(output)}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
};
