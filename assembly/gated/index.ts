// The kernels of gated networks: a module of their own, loaded with the models that need it. None fuses multiply and add, so that
// one module serves all builds; builds without SIMD have these kernels inside.

export { gateBelow, gateKept, gateUnion } from './channels';
export { gatherFilters } from './filters';
export { gatePanels } from './pack';
export { padChosen, padImage } from './pad';
export { gateReads, scaleOffsets } from './reads';
export { gateRecord } from './record';
export { gateTiles } from './tiles';
