// The runtimes that take part. Each is a module with the same exports, and runs in Node and in pages: it imports nothing of
// Node but where it needs it.

/**
 * @typedef {object} Runtime
 * @property {string} title as tables name it
 * @property {string | null} packageName on npm; null for this repository
 * @property {(network: import('../networks/network.js').Network) => 'first' | 'last'} channels where the picture has its
 *   channels
 * @property {boolean} relaxed whether it is faster where an engine has relaxed SIMD
 * @property {string[]} forms of networks that it can run, besides the dense one
 * @property {string[] | null} download what a page loads, as published: files of node_modules, or of the repository;
 *   null if native
 * @property {(network: import('../networks/network.js').Network) => unknown} prepare
 *   writes the network in the runtime's format, in Node; done before deployment, so not timed. The bytes of a file are the
 *   result or its property `bytes`
 * @property {{ node: (threads: number) => Promise<any>, page?: () => Promise<any> }} importIn
 *   imports the runtime, in Node and in a page; native ones have no `page`
 * @property {Record<string, string | null>} [importMap] files of node_modules that names of modules stand for in a page;
 *   null is an empty module
 * @property {(imported: any, prepared: any, threads: number) => Promise<any>} load
 *   compiles the imported runtime and loads the network; only groupwise is asked for more than one thread
 * @property {(session: any, picture: Float32Array) => Promise<Float32Array> | Float32Array} run
 *   runs a picture; copies of input and output are part of it
 */

/** Module of each runtime by the name that the command line has for it; the first is what others are compared with. */
const MODULES = {
  groupwise: './groupwise.js',
  litert: './litert.js',
  tfjs: './tfjs.js',
  'ort-web': './ort-web.js',
  'ort-node': './ort-node.js',
};

/** What ratios refer to. */
export const OURS = 'groupwise';

/** Native, not WebAssembly: computes the outputs that all others are compared with. */
export const REFERENCE = 'ort-node';

export const RUNTIMES = Object.keys(MODULES);

/** @param {string} name @returns {Promise<Runtime>} */
export const importRuntime = (name) => import(MODULES[name]);
