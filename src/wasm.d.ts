// Imports of .wasm files, which edge runtimes and their bundlers turn into compiled modules.

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
