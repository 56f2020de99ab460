// The demo: a picture or the camera in, labels out.

import '../styles/site.js';
import './demo.css';
import type { Classification, Progress } from 'groupwise';
import { byId, element, showTime } from '../element.js';
import { keepOffline } from '../offline.js';
import { isCameraOn, runCamera, stopCamera } from './camera.js';
import { Engine, open, type Choice, type Classifier } from './engine.js';
import { showGroups } from './groups.js';
import { timeLayers } from './layers.js';
import { NETWORKS, PHOTOS, type Network } from './networks.js';
import { readNetwork } from './own-network.js';
import { listenForRace } from './race.js';
import { inWords, showResults, SHOWN } from './results.js';
import { fetchSample, listenForFiles, markSample, showSamples, type TakeNetwork, type TakePicture } from './sources.js';
import { canShow, showMaps, showPicture } from './stage.js';

const state = byId('state', HTMLElement);
const time = byId('time', HTMLElement);
const spoken = byId('spoken', HTMLElement);
const progress = byId('progress', HTMLProgressElement);
const results = byId('results', HTMLOListElement);
const camera = byId('camera', HTMLButtonElement);
const settings = byId('settings', HTMLFormElement);
const model = byId('model', HTMLSelectElement);
const worker = byId('worker', HTMLInputElement);
const deterministic = byId('deterministic', HTMLInputElement);

const engine = new Engine();
const networks: Network[] = [...NETWORKS];
let shown: { photo: Blob; name: string } | undefined;
/** The picture that the visitor chose last, which may still be decoded. */
let taken: Blob | undefined;
/** Ends the opening of a file when the visitor chooses another network. */
let opening = new AbortController();

const say = (text: string, isError = false): void => {
  state.textContent = text;
  state.classList.toggle('wrong', isError);
  if (isError) {
    progress.hidden = true;
    spoken.textContent = text;
  }
};

const clearResults = (): void => {
  time.textContent = '';
  results.replaceChildren();
};

/** Says what failed, and why. */
const sayError =
  (what: string) =>
  (error: unknown): void => {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    say(`${what}: ${error instanceof Error ? error.message : String(error)}`, true);
  };

const sayCameraError = (error: unknown): void =>
  error instanceof DOMException && error.name === 'NotAllowedError'
    ? say('The browser does not let this page use the camera. Allow it in the settings of the page.', true)
    : sayError('The camera cannot be used')(error);

const sayNetworkError = sayError('The network cannot be loaded');

const showClasses = (classes: readonly Classification[], milliseconds: number): void => {
  showResults(results, classes);
  time.textContent = showTime(milliseconds);
};

const showProgress = ({ phase, loaded, total }: Progress): void => {
  if (phase === 'download') {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    say(
      total
        ? `Loading the network: ${megabytes(loaded)} of ${megabytes(total)} MB`
        : `Loading the network: ${megabytes(loaded)} MB`,
    );
  } else say('Preparing the layers');
  if (total) progress.value = loaded / total;
};

/** Classifies the picture on the stage with the classifier in use, if both are still the newest then. */
const classifyShown = async (classifier: Classifier): Promise<void> => {
  if (!shown) return;
  const { photo, name } = shown;
  const start = performance.now();
  const { classes, outputs } = await classifier.run(photo, { topK: SHOWN });
  const milliseconds = performance.now() - start;
  if (shown?.photo !== photo || (await engine.classifier) !== classifier) return;
  say(name);
  showClasses(classes, milliseconds);
  showMaps(outputs['maps'], classes[0]!.index, classifier.model.metadata.preprocess);
  spoken.textContent = `${name}: ${inWords(classes)}`;
};

/** Shows a picture and its labels. What is no picture changes nothing. */
const take: TakePicture = (photo, name) => {
  stopCamera();
  showCameraState();
  taken = photo;
  const show = async (): Promise<void> => {
    const isPicture = await canShow(photo);
    if (taken !== photo) return;
    if (!isPicture) return say(`The browser cannot show ${name} as a picture. Choose a JPEG, PNG or WebP file.`, true);
    shown = { photo, name };
    markSample(networks.some(({ samples }) => samples.some((sample) => sample.name === name)) ? name : undefined);
    const [classifier] = await Promise.all([engine.classifier, showPicture(photo, name)]);
    await classifyShown(classifier);
  };
  show().catch((error) => {
    clearResults();
    sayError(`${name} cannot be classified`)(error);
  });
};

const showCameraState = (): void => camera.setAttribute('aria-pressed', String(isCameraOn()));

const chosenNetwork = (): Network => networks[model.selectedIndex]!;

const startProgress = (): void => {
  progress.hidden = false;
  progress.value = 0;
};

const choiceOf = (network: Network): Choice => ({
  network,
  worker: worker.checked,
  deterministic: deterministic.checked,
});

const load = async (): Promise<void> => {
  const network = chosenNetwork();
  byId('about', HTMLElement).textContent = network.about;
  startProgress();
  try {
    const classifier = await engine.load(choiceOf(network), showProgress);
    progress.hidden = true;
    say(isCameraOn() ? 'Camera' : 'Ready');
    if (!isCameraOn()) await classifyShown(classifier);
  } catch (error) {
    clearResults();
    sayNetworkError(error);
  }
};

/** Shows the samples of the chosen network, and its first one instead of a sample that it does not know. */
const showSamplesOfNetwork = async (): Promise<void> => {
  const { samples } = chosenNetwork();
  showSamples(samples, take);
  const isSample = !shown || networks.some((network) => network.samples.some(({ name }) => name === shown?.name));
  if (!isSample || isCameraOn()) return;
  const sample = samples.find(({ name }) => name === shown?.name) ?? samples[0]!;
  shown = { photo: await fetchSample(sample), name: sample.name };
  markSample(sample.name);
  await showPicture(shown.photo, sample.name);
};

/** Offers networks in the list. */
const offer = (added: readonly Network[]): void =>
  model.append(...added.map(({ title }) => element('option', {}, title)));

/** Adds the network of a file to the list, and chooses it, if it can be loaded and no other is chosen meanwhile. */
const takeNetwork: TakeNetwork = (file) => {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  const add = async (): Promise<void> => {
    say(`Reading ${file.name}`);
    const network = await readNetwork(file, PHOTOS);
    signal.throwIfAborted();
    startProgress();
    // the classifier in use is freed only when the file has proved to be a network
    (await open(choiceOf(network), showProgress, signal)).dispose();
    signal.throwIfAborted();
    networks.push(network);
    offer([network]);
    model.selectedIndex = networks.length - 1;
    await showSamplesOfNetwork();
    await load();
  };
  add().catch((error) => signal.aborted || sayError(`${file.name} cannot be opened`)(error));
};

let announced = '';
let announcedAt = 0;
/** Tells screen readers what the camera sees when that changes, at most every two seconds. */
const announceFrame = (classes: readonly Classification[]): void => {
  const label = classes[0]?.label ?? '';
  if (label === announced || performance.now() - announcedAt < 2000) return;
  [announced, announcedAt] = [label, performance.now()];
  spoken.textContent = label;
};

camera.addEventListener('click', () => {
  if (isCameraOn()) stopCamera();
  else {
    taken = shown = undefined;
    markSample(undefined);
    runCamera(engine, (classes, milliseconds) => {
      say('Camera');
      showClasses(classes, milliseconds);
      announceFrame(classes);
    })
      .catch(sayCameraError)
      .finally(showCameraState);
  }
  showCameraState();
});
model.addEventListener('change', () => {
  opening.abort();
  showSamplesOfNetwork().then(load).catch(sayNetworkError);
});
for (const option of [worker, deterministic]) option.addEventListener('change', () => void load());
settings.addEventListener('submit', (event) => event.preventDefault());

offer(NETWORKS);
listenForFiles(take, takeNetwork);
listenForRace();
timeLayers(engine);
showSamplesOfNetwork()
  .then(load)
  .then(() => showGroups())
  .catch(sayNetworkError)
  .finally(keepOffline);
