// An engine that compiles no WebAssembly, such as that of Cloudflare Workers.

/** Runs `work` while the engine refuses to compile, for the reason in `message`. */
export const withoutCompiler = async (message: string, work: () => Promise<void>): Promise<void> => {
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct: () => {
      throw new WebAssembly.CompileError(message);
    },
  });
  try {
    await work();
  } finally {
    WebAssembly.Module = Module;
  }
};
