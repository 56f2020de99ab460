// The networks of the demo, and the pictures that each of them knows.

import denseUrl from '../../../models/cifar10-fast-dense/model.gw?url';
import groupsUrl from '../../../models/cifar10-fast-flgc4/model.gw?url';
import photosUrl from '../../../models/imagenet-efficientnet-lite0/model.gw?maps';
import denseFacts from '../../../models/cifar10-fast-dense/facts.json';
import groupsFacts from '../../../models/cifar10-fast-flgc4/facts.json';
import airplane from '../../../examples/pictures/airplane.jpg?url';
import bird from '../../../examples/pictures/bird.jpg?url';
import drawnCat from '../../../examples/pictures/cat.jpg?url';
import dog from '../../../examples/pictures/dog.jpg?url';
import horse from '../../../examples/pictures/horse.jpg?url';
import ship from '../../../examples/pictures/ship.jpg?url';
import cat from '../../pictures/cat.jpg?url';
import coffee from '../../pictures/coffee.jpg?url';
import rocket from '../../pictures/rocket.jpg?url';

/** A picture to try. */
export type Sample = { name: string; url: string };

/** A network that visitors can choose. */
export type Network = {
  title: string;
  about: string;
  /** The address of the model, or its file. */
  source: string | Blob;
  samples: readonly Sample[];
};

/** Photos of everyday things. */
export const PHOTOS: readonly Sample[] = [
  { name: 'Cat', url: cat },
  { name: 'Coffee', url: coffee },
  { name: 'Rocket', url: rocket },
  { name: 'Airplane', url: airplane },
  { name: 'Horse', url: horse },
  { name: 'Ship', url: ship },
];

const DRAWINGS: readonly Sample[] = [
  { name: 'Cat', url: drawnCat },
  { name: 'Dog', url: dog },
  { name: 'Bird', url: bird },
  { name: 'Horse', url: horse },
  { name: 'Ship', url: ship },
  { name: 'Airplane', url: airplane },
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Two networks of the same shape: every output reads every input, and four learned groups in every 3x3 convolution. */
export const PAIR = {
  dense: { name: 'Dense', url: denseUrl, accuracy: percent(denseFacts.accuracy.f16) },
  groups: { name: 'Four learned groups', url: groupsUrl, accuracy: percent(groupsFacts.accuracy.f16) },
} as const;

/** The networks; the demo begins with the first. */
export const NETWORKS: readonly Network[] = [
  {
    title: 'Photos, 1,000 classes',
    about: 'EfficientNet-Lite0, trained on ImageNet. 4.9 MB.',
    source: photosUrl,
    samples: PHOTOS,
  },
  {
    title: 'Ten classes, dense',
    about: `Six 3x3 convolutions for pictures of 32 x 32 pixels, trained on CIFAR-10. 1.4 MB, ${PAIR.dense.accuracy} right.`,
    source: denseUrl,
    samples: DRAWINGS,
  },
  {
    title: 'Ten classes, learned groups',
    about: `The same network with four learned groups in a layer. 0.4 MB, ${PAIR.groups.accuracy} right.`,
    source: groupsUrl,
    samples: DRAWINGS,
  },
];
