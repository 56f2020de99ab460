// Cases: everything that a classifier reads pictures from.

import type { ImageSource } from '../../src/index.js';
import { codeOf, expectEqual, type Case, type FileName, type World } from './case.js';
import { seeded, SHAPE, withClassifier } from './model.js';

const decodes = ({ decodes = true }: World): boolean => decodes;
const isPage = (): boolean => typeof document === 'object';

/** The input of the network for a picture file, which is the same where decoders return the same pixels. */
const inputOf = (world: World, file: FileName): Promise<Float32Array> =>
  withClassifier(world, async ({ model }) => (await world.library.prepare(await world.read(file), model)).data);

/** Classifies the picture of a cat that `make` returns. */
const findCat = (world: World, make: () => Promise<unknown>): Promise<void> =>
  withClassifier(world, async (classifier) => {
    const [best] = await classifier.classify((await make()) as ImageSource);
    expectEqual(best!.label, 'cat');
  });

const hasCanvas = (): boolean =>
  typeof createImageBitmap === 'function' &&
  typeof OffscreenCanvas === 'function' &&
  !!new OffscreenCanvas(1, 1).getContext('2d');

const drawn = async (world: World): Promise<HTMLCanvasElement> => {
  const image = await element(world);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d')!.drawImage(image, 0, 0);
  return canvas;
};

const element = async ({ read }: World): Promise<HTMLImageElement> => {
  const image = Object.assign(new Image(), { src: URL.createObjectURL(new Blob([await read('cat.png')])) });
  await image.decode();
  return image;
};

const bitmap = async ({ read }: World): Promise<ImageBitmap> => createImageBitmap(new Blob([await read('cat.png')]));

const file = (name: string, has: Case['has'], make: (world: World) => Promise<unknown>): Case => ({
  name,
  has: (world) => decodes(world) && (!has || has(world)),
  run: (world) => findCat(world, () => make(world)),
});

export const pictures: readonly Case[] = [
  { name: 'input for a JPEG', has: decodes, run: (world) => inputOf(world, 'cat.jpg') },
  { name: 'input for a turned JPEG', has: decodes, run: (world) => inputOf(world, 'turned.jpg') },
  { name: 'input for a PNG', has: decodes, run: (world) => inputOf(world, 'cat.png') },
  { name: 'input for a WebP', has: decodes, run: (world) => inputOf(world, 'photo.webp') },
  file('picture from bytes', undefined, ({ read }) => read('cat.jpg')),
  file(
    'picture from a Blob',
    () => typeof Blob === 'function',
    async ({ read }) => new Blob([await read('cat.jpg')]),
  ),
  file(
    'picture from a File',
    () => typeof File === 'function',
    async ({ read }) => new File([await read('cat.jpg')], 'cat.jpg'),
  ),
  file(
    'picture from a Response',
    () => typeof Response === 'function',
    async ({ read }) => new Response(await read('cat.jpg')),
  ),
  file(
    'picture from a stream',
    () => typeof Response === 'function',
    async ({ read }) => new Response(await read('cat.png')).body,
  ),
  file(
    'picture by path or URL',
    ({ locate }) => !!locate,
    ({ locate }) => Promise.resolve(locate!('cat.jpg')),
  ),
  file('picture from a data: URL', undefined, async ({ read }) => {
    const text = Array.from(await read('cat.jpg'), (byte) => String.fromCharCode(byte)).join('');
    return `data:image/jpeg;base64,${btoa(text)}`;
  }),
  { name: 'picture from an <img>', has: isPage, run: (world) => findCat(world, () => element(world)) },
  { name: 'picture from a canvas', has: isPage, run: (world) => findCat(world, () => drawn(world)) },
  {
    name: 'picture from ImageData',
    has: isPage,
    run: (world) =>
      findCat(world, async () => {
        const canvas = await drawn(world);
        return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      }),
  },
  {
    name: 'picture from an ImageBitmap',
    has: hasCanvas,
    run: (world) => findCat(world, () => bitmap(world)),
  },
  {
    name: 'picture from an OffscreenCanvas',
    has: hasCanvas,
    run: (world) =>
      findCat(world, async () => {
        const image = await bitmap(world);
        const canvas = new OffscreenCanvas(image.width, image.height);
        canvas.getContext('2d')!.drawImage(image, 0, 0);
        return canvas;
      }),
  },
  {
    name: 'picture from a <video>',
    has: () => isPage() && 'captureStream' in HTMLCanvasElement.prototype,
    run: (world) => findCat(world, () => film(world)),
  },
  {
    name: 'picture from a VideoFrame',
    has: () => typeof VideoFrame === 'function' && hasCanvas(),
    run: (world) => findCat(world, async () => new VideoFrame(await bitmap(world), { timestamp: 0 })),
  },
  {
    name: 'picture from pixels',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const data = Uint8Array.from(seeded(4, 40 * 30 * 4), (value) => (value + 2) * 64);
        const { outputs } = await classifier.run({ data, width: 40, height: 30, channels: 4 });
        return outputs.scores!.data as Float32Array;
      }),
  },
  {
    name: 'picture as a tensor',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const { outputs } = await classifier.run({ data: seeded(1), shape: SHAPE });
        return outputs.scores!.data as Float32Array;
      }),
  },
  {
    name: 'errors of pictures',
    run: (world) =>
      withClassifier(world, async (classifier) => {
        const codes = [
          await codeOf(() => classifier.classify({ data: new Float32Array(12), shape: [1, 3, 2, 2] })),
          await codeOf(async () => classifier.classify(await world.read('page.html'))),
          await codeOf(() => classifier.classify(42 as unknown as ImageSource)),
          await codeOf(() =>
            classifier.classify({ data: new Uint8Array(300), width: 10, height: 10, channels: 3 }, { maxPixels: 99 }),
          ),
        ];
        expectEqual(codes, ['GW_SHAPE', 'GW_IMAGE', 'GW_IMAGE', 'GW_IMAGE']);
      }),
  },
];

/** A video that plays what a canvas shows. */
const film = async (world: World): Promise<HTMLVideoElement> => {
  const canvas = await drawn(world);
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream();
  const drawAgain = () => void canvas.getContext('2d')!.drawImage(canvas, 0, 0);
  const timer = setInterval(drawAgain, 20); // a track has a frame when its canvas is drawn
  await video.play();
  clearInterval(timer);
  return video;
};
