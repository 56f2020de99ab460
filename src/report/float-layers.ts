// The layers of an int8 network that compute in float, by the reason.

import { plural } from './text.js';

/** Layers in float for one reason. */
export type FloatLayers = { reason: string; names: string[] };

/** The layers in float by reason. */
export const floatLayers = (layers: readonly { name: string; floatReason?: string }[]): FloatLayers[] => {
  const groups = new Map<string, string[]>();
  for (const { name, floatReason } of layers)
    if (floatReason !== undefined) groups.set(floatReason, [...(groups.get(floatReason) ?? []), name]);
  return [...groups].map(([reason, names]) => ({ reason, names }));
};

/** A reason with the number of layers that it holds for. */
export const showFloatLayers = ({ reason, names }: FloatLayers): string =>
  `${plural(names.length, 'layer')}: ${reason}`;
