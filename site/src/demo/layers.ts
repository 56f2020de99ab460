// The time of every layer of the network in use, as a chart and a table of the slowest.

import type { LayerProfile, Profile } from 'groupwise';
import { byId, element, showTime } from '../element.js';
import type { Classifier, Engine } from './engine.js';

const SLOWEST = 5;

/** Runs whose times are averaged, after one that is not counted. */
const RUNS = 5;

const button = byId('profile', HTMLButtonElement);
const state = byId('profile-state', HTMLElement);
const bars = byId('bars', HTMLElement);

const inputFor = (classifier: Classifier): Float32Array => {
  const size = classifier.model.inputs[0]!.shape.slice(1).reduce((product, length) => product * length, 1);
  return new Float32Array(size).fill(0.5);
};

const measure = async (classifier: Classifier): Promise<LayerProfile[]> => {
  const input = inputFor(classifier);
  await classifier.model.profile(input);
  const profiles: Profile[] = [];
  for (let run = 0; run < RUNS; run++) profiles.push(await classifier.model.profile(input));
  return profiles[0]!.layers.map((layer, i) => ({
    ...layer,
    milliseconds: profiles.reduce((sum, { layers }) => sum + layers[i]!.milliseconds, 0) / RUNS,
  }));
};

/** The families of layers that reports colour. */
const FAMILIES = { dense: 'Dense', groups: 'Groups', depthwise: 'Depthwise', other: 'Other' } as const;
type Family = keyof typeof FAMILIES;

/** The family of every layer, by its name. */
const familiesOf = async ({ model }: Classifier): Promise<Map<string, Family>> => {
  const { layers } = await model.describe();
  return new Map(
    layers.map(({ name, kind, op }) => {
      if (kind === 'depthwise') return [name, 'depthwise'];
      if (kind === 'blocks' || kind === 'grouped') return [name, 'groups'];
      return [name, kind === 'dense' || op === 'matmul' ? 'dense' : 'other'];
    }),
  );
};

const show = (layers: readonly LayerProfile[], families: ReadonlyMap<string, Family>): void => {
  const max = Math.max(...layers.map(({ milliseconds }) => milliseconds), Number.MIN_VALUE);
  const familyOf = ({ name }: LayerProfile): Family => families.get(name) ?? 'other';
  bars.setAttribute('role', 'img');
  bars.setAttribute('aria-label', `Times of ${layers.length} layers; the table below lists the slowest`);
  bars.replaceChildren(
    ...layers.map((layer, i) => {
      const bar = element('i', {
        className: `f-${familyOf(layer)}`,
        title: `${i + 1}. ${layer.name}: ${showTime(layer.milliseconds)}`,
      });
      bar.style.height = `${Math.max(1, (layer.milliseconds / max) * 100)}%`;
      return bar;
    }),
  );
  const used = new Set(layers.map(familyOf));
  const legend = byId('legend', HTMLElement);
  legend.hidden = false;
  legend.replaceChildren(
    ...(Object.keys(FAMILIES) as Family[])
      .filter((family) => used.has(family))
      .map((family) => element('li', {}, element('i', { className: `swatch f-${family}` }), FAMILIES[family])),
  );
  showTable(layers);
};

const showTable = (layers: readonly LayerProfile[]): void => {
  const total = layers.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const slowest = [...layers.entries()].sort(([, a], [, b]) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  const head = ['Layer', 'Op', 'Output', 'Time', 'Share'].map((text) => element('th', { scope: 'col' }, text));
  const rows = slowest.map(([place, { op, shape, milliseconds }]) => {
    const texts = [
      op,
      shape.slice(1).join(' x '),
      showTime(milliseconds),
      `${((milliseconds / total) * 100).toFixed(0)} %`,
    ];
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, String(place + 1)),
      ...texts.map((text) => element('td', {}, text)),
    );
  });
  byId('slowest', HTMLTableElement).replaceChildren(
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  );
  state.textContent = `${showTime(total)} in ${layers.length} layers, the mean of ${RUNS} runs. The slowest:`;
};

/** Times the layers when the visitor asks for it. */
export const timeLayers = (engine: Engine): void =>
  button.addEventListener('click', () => {
    button.disabled = true;
    const run = async (): Promise<void> => {
      const classifier = await engine.classifier;
      show(await measure(classifier), await familiesOf(classifier));
    };
    run()
      .catch((error: Error) => (state.textContent = error.message))
      .finally(() => (button.disabled = false));
  });
