// Access to the memory of the model that was loaded last, which is private to the model.

const { Memory } = WebAssembly;
let last: WeakRef<WebAssembly.Memory> | undefined;

WebAssembly.Memory = class extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    last = new WeakRef(this);
  }
};

/** The memory that was created last, held weakly. */
export const lastMemory = (): WeakRef<WebAssembly.Memory> => last!;
