// Which sizes pictures may have, for networks that leave them open.

import type { Graph } from '../ir/graph.js';

/** The open sizes of a network in words. */
export const showOpenSizes = ({ multiple }: NonNullable<Graph['openSizes']>): string =>
  multiple > 1 ? `sizes that are multiples of ${multiple}` : 'any size';
