// Zeros added around an image become pads of the convolution that reads it, which keeps no padded copy.
//
//   x -> pad -> conv [pads 0] -> y        x -> conv [pads 1] -> y

import { asOp } from '../../ir/graph.js';
import { conv } from '../../ops/conv/conv.js';
import { pad } from '../../ops/pad.js';
import type { GraphEditor } from './editor.js';

/** Folds pads into every convolution that reads them. A pad that something else reads stays. */
export const foldPads = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    const padding = asOp(node, pad);
    const added = padding && spatialZeros(padding.attrs);
    if (!padding || !added || node.derived) continue;
    for (const reader of editor.readers(node.output)) {
      const layer = asOp(reader, conv);
      if (layer?.x !== node.output || reader.inputs.filter((input) => input === node.output).length > 1) continue;
      const pads = layer.attrs.pads.map((own, i) => own + added[i]!);
      editor.change(reader, { attrs: { ...layer.attrs, pads }, inputs: [padding.x, ...reader.inputs.slice(1)] });
    }
  }
};

/** The zeros added to the axes between samples and channels: all begins, then all ends; undefined if there is anything else. */
const spatialZeros = ({
  mode,
  value,
  pads,
}: {
  mode: string;
  value: number;
  pads: readonly number[];
}): number[] | undefined => {
  const axes = pads.length / 2;
  const isSpatial = (i: number) => i % axes > 0 && i % axes < axes - 1;
  if (mode !== 'constant' || value !== 0 || pads.some((count, i) => count < 0 || (count > 0 && !isSpatial(i))))
    return undefined;
  return pads.filter((_, i) => isSpatial(i));
};
