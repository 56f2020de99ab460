// The place of the picture or the camera, with the heat map over it.

import type { Metadata, Tensor } from 'groupwise';
import { byId, element } from '../element.js';
import { cropOf, drawHeat } from './heat-map.js';

const picture = byId('picture', HTMLImageElement);
const heat = byId('heat', HTMLCanvasElement);
const heatOn = byId('heat-on', HTMLInputElement);
const heatLabel = byId('heat-label', HTMLElement);

/** The element that shows the camera. */
export const video = byId('video', HTMLVideoElement);

let hasHeat = false;
const showHeat = (): void => void (heat.hidden = !hasHeat || !heatOn.checked);
heatOn.addEventListener('change', showHeat);

/** Removes the heat map. */
export const clearHeat = (): void => {
  hasHeat = false;
  showHeat();
};

/** Whether the browser can show a file as a picture. */
export const canShow = async (file: Blob): Promise<boolean> => {
  const image = element('img', { src: URL.createObjectURL(file) });
  try {
    await image.decode();
    return true;
  } catch {
    return false;
  } finally {
    URL.revokeObjectURL(image.src);
  }
};

/** Shows a picture, and resolves when it is decoded. */
export const showPicture = async (photo: Blob, name: string): Promise<void> => {
  clearHeat();
  if (picture.src.startsWith('blob:')) URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(photo);
  picture.alt = name;
  picture.hidden = false;
  await picture.decode().catch(() => (picture.hidden = true));
  picture.parentElement!.style.setProperty('--ratio', String(picture.naturalWidth / picture.naturalHeight || 1));
};

/** Shows the camera in the picture's place. */
export const showCamera = (isOn: boolean): void => {
  clearHeat();
  video.hidden = !isOn;
  picture.parentElement!.hidden = isOn;
};

/** Shows where the network saw a class, if it has maps. */
export const showMaps = (maps: Tensor | undefined, index: number, how: Metadata['preprocess']): void => {
  const { naturalWidth: width, naturalHeight: height } = picture;
  hasHeat = maps !== undefined && width > 0;
  heatLabel.hidden = !maps;
  if (maps && width) drawHeat(heat, maps, index, cropOf(width, height, how), { width, height });
  showHeat();
};
