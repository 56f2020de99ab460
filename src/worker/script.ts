// The script of workers: in modules the text of the file for script tags, loaded when the first worker starts. In that
// file, the bundler puts `script.umd.ts` in place of this module.

/** How the engine reads the script. Deno has workers of modules only; sandboxed pages start no module from a blob: URL. */
export const SCRIPT_TYPE: WorkerType = 'Deno' in globalThis ? 'module' : 'classic';

/** The text of a script that serves a page. */
export const workerScript = async (): Promise<string> => (await import('./script-text.js')).text;
