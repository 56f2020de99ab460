// Classifies photos that are chosen, dropped or pasted into the page.

import { loadClassifier } from 'groupwise';

const element = (id) => document.getElementById(id);
const [drop, file, preview, progress, status, results] = [
  'drop',
  'file',
  'preview',
  'progress',
  'status',
  'results',
].map(element);
// outside of a checkout: https://cdn.jsdelivr.net/npm/groupwise-imagenet@0.1.0/model.gw
const IMAGENET = '../../models/imagenet-efficientnet-lite0/model.gw';
const model = new URLSearchParams(location.search).get('model') ?? IMAGENET;

const say = (text, wrong = false) => {
  status.textContent = text;
  status.classList.toggle('wrong', wrong);
};

const showLoading = ({ phase, loaded, total }) => {
  if (phase !== 'download') return;
  progress.hidden = false;
  progress.max = total || 1;
  if (total) progress.value = loaded;
  say(`Loading the model: ${(loaded / 2 ** 20).toFixed(1)} MB`);
};

const loading = loadClassifier(new URL(model, location.href), { onProgress: showLoading });
loading
  .then(
    () => say('The model is ready.'),
    (error) => say(error.message, true),
  )
  .finally(() => (progress.hidden = true));

const part = (className, ...children) => {
  const node = document.createElement(className === 'percent' || className === 'label' ? 'span' : 'div');
  node.className = className;
  node.append(...children);
  return node;
};

const row = ({ label, score }) => {
  const filled = part('filled');
  filled.style.width = `${score * 100}%`;
  const item = document.createElement('li');
  item.append(
    part('name', part('label', label), part('percent', `${(score * 100).toFixed(1)} %`)),
    part('bar', filled),
  );
  item.dataset.score = score;
  return item;
};

let latest;
const classify = async (photo) => {
  latest = photo;
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(photo);
  preview.hidden = false;
  results.replaceChildren();
  try {
    const classifier = await loading;
    const start = performance.now();
    const ranked = await classifier.classify(photo);
    if (photo !== latest) return;
    say(`${photo.name}: ${(performance.now() - start).toFixed(0)} ms`);
    results.replaceChildren(...ranked.map(row));
  } catch (error) {
    if (photo !== latest) return;
    preview.hidden = true;
    say(error.message, true);
  }
};

const take = ([photo] = []) => photo && classify(photo);
file.addEventListener('change', () => take(file.files));
document.addEventListener('paste', ({ clipboardData }) => take(clipboardData.files));
for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragover');
    if (type === 'drop') take(event.dataTransfer.files);
  });
}
