// Dense against learned groups, measured on the visitor's device: both networks run in turns, and the medians are compared.

import { loadModel, type Model } from 'groupwise';
import { byId, element, showTime } from '../element.js';
import { PAIR } from './networks.js';

const SECONDS = 3;

/** The page stays responsive: it measures for this many milliseconds at a time. */
const SLICE = 12;

/** Runs in a measurement, enough for clocks that count in whole milliseconds. */
const RUNS = 8;

const place = byId('race', HTMLElement);
const state = byId('race-state', HTMLElement);
const button = byId('measure', HTMLButtonElement);

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** An input of numbers between -1 and 1; always the same. */
const inputOf = ({ inputs }: Pick<Model, 'inputs'>): Float32Array => {
  const size = inputs[0]!.shape.slice(1).reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898));
};

const timeOf = (model: Model, input: Float32Array): number => {
  const start = performance.now();
  for (let run = 0; run < RUNS; run++) model.run(input);
  return (performance.now() - start) / RUNS;
};

/** Shows the times as bars, which are empty before the first measurement. */
const showBars = (times: readonly number[]): void => {
  const max = Math.max(...times, Number.MIN_VALUE);
  const names = [PAIR.dense.name, PAIR.groups.name];
  place.replaceChildren(
    ...times.map((milliseconds, i) => {
      const bar = element('i', { className: i ? 'f-groups' : 'f-dense' });
      bar.style.width = `${(milliseconds / max) * 100}%`;
      return element(
        'p',
        {},
        element('span', {}, names[i]!),
        element('strong', {}, milliseconds ? showTime(milliseconds) : ''),
        element('span', { className: 'track' }, bar),
      );
    }),
  );
};

const cell = (text: string): HTMLTableCellElement => element('td', {}, text);

const showFigures = (models: readonly Model[], sizes: readonly number[]): void => {
  const described = models.map((model) => model.describe());
  const rows: [string, (index: number) => string][] = [
    ['Multiply-accumulates', (i) => `${(described[i]!.macs / 1e6).toFixed(1)} M`],
    ['Weights', (i) => `${Math.round(described[i]!.weights / 1e3)} k`],
    ['File', (i) => `${Math.round(sizes[i]! / 1e3)} kB`],
    ['Right on CIFAR-10', (i) => [PAIR.dense, PAIR.groups][i]!.accuracy],
  ];
  const head = (text: string, scope: 'col' | 'row') => element('th', { scope }, text);
  byId('figures', HTMLTableElement).replaceChildren(
    element('thead', {}, element('tr', {}, element('td'), head('Dense', 'col'), head('Groups', 'col'))),
    element(
      'tbody',
      {},
      ...rows.map(([name, show]) => element('tr', {}, head(name, 'row'), cell(show(0)), cell(show(1)))),
    ),
  );
};

/** Runs both networks in turns, and shows the medians as they settle. */
const race = async (): Promise<void> => {
  state.textContent = 'Loading both networks';
  const files = await Promise.all(
    [PAIR.dense, PAIR.groups].map(async ({ url }) => new Uint8Array(await (await fetch(url)).arrayBuffer())),
  );
  const sizes = files.map(({ length }) => length);
  const models = await Promise.all(files.map((bytes) => loadModel(bytes)));
  try {
    showFigures(models, sizes);
    const inputs = models.map(inputOf);
    models.forEach((model, i) => timeOf(model, inputs[i]!)); // engines compile the kernels again after the first runs
    const times: number[][] = [[], []];
    state.textContent = 'Measuring';
    for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
      for (const slice = performance.now() + SLICE; performance.now() < slice;)
        models.forEach((model, i) => times[i]!.push(timeOf(model, inputs[i]!)));
      showBars(times.map(median));
      await pause();
    }
    const [dense, groups] = times.map(median) as [number, number];
    state.textContent = `Learned groups are ${(dense / groups).toFixed(1)} times as fast here, in ${times[0]!.length * RUNS} runs of each network.`;
  } finally {
    for (const model of models) model.dispose();
  }
};

/** Measures when the visitor asks for it. */
export const listenForRace = (): void => {
  showBars([0, 0]);
  button.addEventListener('click', () => {
    button.disabled = true;
    race()
      .catch((error: Error) => (state.textContent = error.message))
      .finally(() => (button.disabled = false));
  });
};
