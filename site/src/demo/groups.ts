// The picture of a layer's groups: which outputs read which inputs, with channels as stored or sorted by group.

import { loadModel, type LayerDescription } from 'groupwise';
import { groupOrder, memoryOrder } from '../../../src/report/channel-order.js';
import { groupsPicture } from '../../../src/report/matrix.js';
import { byId, element } from '../element.js';
import { PAIR } from './networks.js';

const place = byId('matrix', HTMLElement);
const about = byId('matrix-about', HTMLElement);
const sort = byId('sort', HTMLButtonElement);
const choice = byId('layer', HTMLSelectElement);

/** Layers are offered from this many channels on both sides, where groups are wide enough to be seen. */
const MIN_CHANNELS = 24;

type GroupLayer = LayerDescription & Required<Pick<LayerDescription, 'groups'>>;

const channelsIn = ({ inputs, output, groups }: GroupLayer) => ({
  inputs: inputs[0]!.at(-1)!,
  outputs: output.at(-1)!,
  groups,
});

const draw = (layer: GroupLayer, isSorted: boolean): void => {
  const channels = channelsIn(layer);
  const places = isSorted ? groupOrder(channels) : memoryOrder(channels);
  const title = `Weights of a layer with ${channels.groups.length} groups, channels ${isSorted ? 'sorted by group' : 'as stored'}`;
  place.innerHTML = groupsPicture(channels, places, 'layer', title).markup;
  const kept = channels.groups.reduce((sum, group) => sum + group.inputs.length * group.outputs.length, 0);
  about.textContent = `${channels.inputs} inputs across, ${channels.outputs} outputs down. A coloured cell says that this output reads this input: ${kept.toLocaleString('en')} of ${(channels.inputs * channels.outputs).toLocaleString('en')} pairs are left.`;
};

/** Shows the groups of the bundled network with learned groups. */
export const showGroups = async (): Promise<void> => {
  const model = await loadModel(new URL(PAIR.groups.url, location.href));
  const layers = model.describe().layers.filter((layer): layer is GroupLayer => {
    if (!layer.groups || layer.kind === 'depthwise' || layer.groups.length < 2) return false;
    return Math.min(layer.inputs[0]!.at(-1)!, layer.output.at(-1)!) >= MIN_CHANNELS;
  });
  model.dispose();
  choice.replaceChildren(
    ...layers.map((layer) => {
      const { inputs, outputs } = channelsIn(layer);
      return element('option', {}, `${inputs} to ${outputs} channels`);
    }),
  );
  const show = (): void => draw(layers[choice.selectedIndex]!, sort.getAttribute('aria-pressed') === 'true');
  sort.addEventListener('click', () => {
    sort.setAttribute('aria-pressed', String(sort.getAttribute('aria-pressed') !== 'true'));
    show();
  });
  choice.addEventListener('change', show);
  choice.selectedIndex = layers.length - 3;
  show();
};
