// Rollup plugins of this project: they remove old bundles, list the licenses of bundled packages, and add the kernels
// as files.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Removes a folder before bundles are written to it. */
export const emptyFolder = (folder) => ({
  name: 'empty-folder',
  renderStart() {
    rmSync(folder, { recursive: true, force: true });
  },
});

// Their WebAssembly is in the generated modules.
const EMBEDDED = ['assemblyscript'];

const packages = new Set(EMBEDDED.map((name) => `node_modules/${name}`));

const packageOf = (id) => /.*\/(node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id.replaceAll('\\', '/'))?.[1];

const textsOf = (folder) => {
  const names = [folder, join(folder, 'codec')].flatMap((place) =>
    existsSync(place)
      ? readdirSync(place)
          .filter((name) => /^licen[cs]e/i.test(name))
          .map((name) => join(place, name))
      : [],
  );
  return names.map((name) => readFileSync(name, 'utf8').trim());
};

const describe = (folder) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const from = typeof repository === 'object' ? repository.url : repository;
  return `${name} ${version} (${license})${from ? `, ${from}` : ''}`;
};

// Every text once, after the packages that it belongs to.
const list = (folders) => {
  const owners = new Map();
  for (const folder of folders) {
    const text = textsOf(folder).join('\n\n');
    owners.set(text, [...(owners.get(text) ?? []), describe(folder)]);
  }
  return [...owners].map(([text, names]) => [names.join('\n'), text].filter(Boolean).join('\n\n'));
};

/** Lists the packages in all bundles, with their licenses, in `dist/THIRD-PARTY-LICENSES.txt`. */
export const collectLicenses = () => ({
  name: 'collect-licenses',
  generateBundle(_, bundle) {
    for (const { modules = {} } of Object.values(bundle)) {
      for (const [id, { renderedLength }] of Object.entries(modules)) {
        const folder = renderedLength > 0 && packageOf(id);
        if (folder && existsSync(join(folder, 'package.json'))) packages.add(folder);
      }
    }
    const texts = list([...packages].sort());
    const rule = `\n\n${'-'.repeat(80)}\n\n`;
    this.emitFile({
      type: 'asset',
      fileName: 'THIRD-PARTY-LICENSES.txt',
      source: `Parts of the files beside this one come from these packages.${rule}${texts.join(rule)}\n`,
    });
  },
});

/** Emits the builds of the kernels as `kernels/<build>.wasm`. */
export const copyKernels = (builds) => ({
  name: 'copy-kernels',
  generateBundle() {
    for (const build of builds) {
      const source = readFileSync(`build/kernels/${build}.wasm`);
      this.emitFile({ type: 'asset', fileName: `kernels/${build}.wasm`, source });
    }
  },
});

/** What published packages do on import, and what replaces it: [package, text, replacement]. */
const REPLACEMENTS = [
  // jsdom has no TextDecoder
  [
    '@assemblyscript/loader',
    '= new TextDecoder("utf-16le", { fatal: true });',
    '= { decode: (bytes) => new TextDecoder("utf-16le", { fatal: true }).decode(bytes) };',
  ],
  // Bundlers refuse the assignment of import.meta.url, and look for the file. The decoder gets its module from
  // `instantiateWasm`, so that it needs no addresses and downloads nothing.
  ['@jsquash/webp', 'var _scriptDir = import.meta.url;', ''],
  ['@jsquash/webp', /const isServiceWorker=.*?{href:""}}}/s, ''],
  ['@jsquash/webp', /if\(ENVIRONMENT_IS_WEB\|\|ENVIRONMENT_IS_WORKER\){.*?}else{}/s, ''],
  ['@jsquash/webp', 'new URL("webp_dec.wasm",import.meta.url).href', '"webp_dec.wasm"'],
];

/** Lets modules of packages be imported and bundled everywhere. */
export const patchPackages = () => ({
  name: 'patch-packages',
  transform(code, id) {
    const own = REPLACEMENTS.filter(([name]) => packageOf(id)?.endsWith(`/${name}`));
    if (own.length === 0) return null;
    for (const [, text, replacement] of own) {
      const before = code;
      code = code.replace(text, replacement);
      if (code === before) this.error(`${id} has no ${text}`);
    }
    return { code, map: null };
  },
});

/** Makes Node read the .js files of a folder as CommonJS, although the package's are modules. */
export const markCommonJs = () => ({
  name: 'mark-commonjs',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
  },
});

/** Makes `new URL('../name.js', import.meta.url)` a bundle of its own, `chunks/name.js`. */
export const emitWorkers = () => ({
  name: 'emit-workers',
  async transform(code, importer) {
    const [text, path] = /new URL\('(\.\.?\/\w+\.js)', import\.meta\.url\)/.exec(code) ?? [];
    if (!text) return null;
    const { id } = await this.resolve(path, importer);
    const file = this.emitFile({ type: 'chunk', id, fileName: `chunks/${basename(path)}` });
    return { code: code.replace(text, `import.meta.ROLLUP_FILE_URL_${file}`), map: null };
  },
  // in the form that bundlers of applications recognise
  resolveFileUrl({ relativePath }) {
    const path = relativePath.startsWith('.') ? relativePath : `./${relativePath}`;
    return `new URL('${path}', import.meta.url)`;
  },
});

// Names without the usual null character, which would begin the name of the chunk with an underscore: GitHub Pages serves no
// such files.
/** Puts the text of script files in place of a module, `script-text.js` by default. */
export const embedScript = (files, module = 'script-text') => ({
  name: 'embed-script',
  resolveId: (path) => (path.endsWith(`/${module}.js`) ? module : null),
  load: (id) =>
    id === module
      ? `export const text = ${JSON.stringify(files.map((file) => readFileSync(file, 'utf8')).join('\n'))};`
      : null,
});

/** Leaves imports of .wasm files as they are, for the engine or the user's bundler. */
export const keepWasmImports = () => ({
  name: 'keep-wasm-imports',
  resolveId: (path) => (path.endsWith('.wasm') ? { id: path, external: true } : null),
});

/** Names the function that holds a UMD file, so that the file can start workers with its own text. */
export const nameFactory = () => ({
  name: 'name-factory',
  renderChunk(code) {
    const head = '(function (exports) {';
    if (!code.includes(head)) this.error('the file begins in another way');
    return { code: code.replace(head, '(function groupwiseFactory(exports) {'), map: null };
  },
});

/** Puts a module `name.umd.js` in place of `name.js`, where there is one. */
export const preferUmd = () => ({
  name: 'prefer-umd',
  async resolveId(path, importer) {
    const found = path.endsWith('.js') && importer && join(dirname(importer), path.replace(/js$/, 'umd.js'));
    return found && existsSync(found) ? found : null;
  },
});

/**
 * Takes the classes of errors from the first file for script tags, the external module `first`: an error has the same class
 * whichever file throws it. Functions of the module are copied.
 *
 * @param errors the path of the module
 */
export const shareErrors = (errors, first) => ({
  name: 'share-errors',
  async resolveId(path, importer) {
    if (!path.endsWith('/errors.js') || importer === 'shared-errors') return null;
    const { id } = await this.resolve(path, importer, { skipSelf: true });
    return id === errors ? 'shared-errors' : null;
  },
  load(id) {
    if (id !== 'shared-errors') return null;
    const code = readFileSync(errors, 'utf8');
    const named = (pattern) => [...code.matchAll(pattern)].map(([, name]) => name).join(', ');
    return `export { ${named(/^export class (\w+)/gm)} } from '${first}';
export { ${named(/^export const (\w+)/gm)} } from ${JSON.stringify(errors)};`;
  },
});

const namesOf = (list) =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/** The text of a module and of those whose exports it passes on with `export *`. */
const sourceOf = (path) => {
  const text = readFileSync(path, 'utf8');
  const [, extension] = /^[^.]*(.*)$/.exec(basename(path));
  const passed = [...text.matchAll(/^export \* from '(.*)\.js'/gm)].map(([, name]) =>
    sourceOf(join(dirname(path), name + extension)),
  );
  return [text, ...passed].join('\n');
};

/** Keeps what an entry exports as a type, classes above all, from being declared as a value. */
export const keepTypeExports = () => ({
  name: 'keep-type-exports',
  renderChunk(code, { facadeModuleId }) {
    if (!facadeModuleId) return null;
    const source = sourceOf(facadeModuleId);
    const lists = [...source.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, list]) => namesOf(list));
    const inline = [...source.matchAll(/\btype (\w+)(?=[,\s]*[^{]*\} from)/g)].map(([, name]) => name);
    const types = new Set([...lists, ...inline].map((item) => item.split(' ').at(-1)));
    const mark = (item) => (types.has(item.split(' ').at(-1)) ? `type ${item}` : item);
    return code.replace(/^export \{([^}]*)\}/gm, (_, list) => `export { ${namesOf(list).map(mark).join(', ')} }`);
  },
});

/** Renders chunks with one of two plugins: the first for those whose modules satisfy a condition. */
export const choose = (condition, yes, no) => ({
  name: 'choose',
  renderChunk(code, chunk, ...rest) {
    const { renderChunk } = condition(Object.keys(chunk.modules)) ? yes : no;
    return renderChunk.call(this, code, chunk, ...rest);
  },
});

/** The modules that `entry` imports, directly or through others, without those that it loads later. */
export const importedBy = (entry, getModuleInfo, found = new Set()) => {
  for (const id of getModuleInfo(entry).importedIds) {
    if (!found.has(id)) importedBy(id, getModuleInfo, found.add(id));
  }
  return found;
};
