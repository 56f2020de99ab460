/** The modules of kernels that few models need: folders of `assembly`, and .wasm files of the package. */
export const MODULES = ['int8', 'gated'];
