// WebKitGTK, for the tests that run in the engine of iOS: MiniBrowser on a screen of its own, driven by WebDriver.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { request, type RequestOptions } from 'node:http';
import { freePort } from './free-port.js';

const DRIVER = '/usr/bin/WebKitWebDriver';

/** The browser, in a folder that is named after the processor. */
export const miniBrowser =
  process.env.WEBKIT_MINIBROWSER ??
  (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
    .map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`)
    .find((path) => existsSync(path));

/** Whether the machine has what is needed. */
export const hasWebKit = miniBrowser !== undefined && [DRIVER, '/usr/bin/xvfb-run'].every((path) => existsSync(path));

/** A page in WebKit. */
export type WebKitPage = {
  /** Opens an address, and does not wait until it is loaded. */
  open(address: string): Promise<void>;
  /** Runs a script, and returns the value of its last expression. */
  evaluate(script: string): Promise<unknown>;
  close(): Promise<void>;
};

/** Each request has a connection of its own: the driver closes those that it could use again. */
const ask = (options: RequestOptions, body = ''): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body) };
    const asked = request({ host: '127.0.0.1', agent: false, headers, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
    });
    asked.on('error', reject);
    asked.end(body);
  });

/** Starts the browser with an empty page. */
export const launchWebKit = async (): Promise<WebKitPage> => {
  const port = await freePort();
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
  const child = spawn('xvfb-run', ['-a', 'dbus-run-session', '--', DRIVER, '-p', String(port)], {
    env,
    detached: true,
    stdio: 'ignore',
  });
  const end = (): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!);
  };
  process.once('exit', end);

  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const { status, text } = await ask({ port, method, path }, body && JSON.stringify(body));
    const { value } = JSON.parse(text) as { value: unknown };
    if (status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(value).slice(0, 300)}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    try {
      await send('GET', '/status');
      break;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  const browserOptions = { binary: miniBrowser, args: ['--automation'] };
  const alwaysMatch = { 'webkitgtk:browserOptions': browserOptions, pageLoadStrategy: 'none' };
  const { sessionId } = (await send('POST', '/session', { capabilities: { alwaysMatch } })) as { sessionId: string };
  const session = `/session/${sessionId}`;
  const open = async (url: string): Promise<void> => void (await send('POST', `${session}/url`, { url }));
  await open('about:blank');
  return {
    open,
    evaluate: (script) =>
      send('POST', `${session}/execute/sync`, { script: 'return (0, eval)(arguments[0])', args: [script] }),
    close: async () => {
      // the driver may hang up before it answers that the session is over
      await send('DELETE', session).catch(() => {});
      process.removeListener('exit', end);
      end();
    },
  };
};
