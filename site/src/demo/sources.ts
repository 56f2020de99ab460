// Where pictures come from: files, the clipboard, drops and samples.

import { byId, element } from '../element.js';
import type { Sample } from './networks.js';
import { NETWORK_FILE } from './own-network.js';

/** Takes a picture and its name. */
export type TakePicture = (photo: Blob, name: string) => void;

/** Takes a file with a network. */
export type TakeNetwork = (file: File) => void;

/** Fetches a sample. */
export const fetchSample = async ({ url }: Sample): Promise<Blob> => (await fetch(url)).blob();

/** Shows the samples as buttons. */
export const showSamples = (samples: readonly Sample[], take: TakePicture): void => {
  const place = byId('samples', HTMLElement);
  place.replaceChildren(
    ...samples.map((sample) => {
      const picture = element('img', { src: sample.url, alt: sample.name, width: 56, height: 56, decoding: 'async' });
      const button = element('button', { type: 'button', className: 'tile' }, picture);
      button.addEventListener('click', () => void fetchSample(sample).then((photo) => take(photo, sample.name)));
      return button;
    }),
  );
};

/** Marks the sample that is shown; none for other pictures. */
export const markSample = (name: string | undefined): void => {
  for (const button of byId('samples', HTMLElement).children)
    button.setAttribute('aria-pressed', String(button.querySelector('img')?.alt === name));
};

/** Listens for pictures and networks that are chosen, dropped anywhere or pasted. */
export const listenForFiles = (takePicture: TakePicture, takeNetwork: TakeNetwork): void => {
  const takeFirst = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (!file) return;
    if (NETWORK_FILE.test(file.name)) takeNetwork(file);
    else takePicture(file, file.name);
  };
  for (const id of ['file', 'network-file']) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener('change', () => {
      takeFirst(input.files);
      input.value = ''; // so that the same file can be chosen again
    });
  }
  document.addEventListener('paste', ({ clipboardData }) => takeFirst(clipboardData?.files));
  const { classList } = document.documentElement;
  for (const type of ['dragover', 'dragleave', 'drop'] as const) {
    document.addEventListener(type, (event) => {
      event.preventDefault();
      classList.toggle('dropping', type === 'dragover');
      if (type === 'drop') takeFirst(event.dataTransfer?.files);
    });
  }
};
