// The tables that can be measured, and the candidates of each.

import { DENSE } from './networks/build.js';
import { GROUP_FORMS, INT8, PANEL_FORMS, SPARSE_GROUP_FORMS } from './networks/forms.js';
import { OURS } from './runtimes/index.js';

/**
 * @typedef {import('./networks/build.js').NetworkChoice} NetworkChoice
 *
 * @typedef {object} Table
 * @property {string} title
 * @property {'dense' | 'forms' | 'int8' | 'networks' | 'threads'} kind `dense` has one network, and a column for each figure;
 *   `forms` compares a dense network with the forms of a sparse one, `int8` one in floats with integers; `networks` has columns for several dense networks;
 *   `threads` compares groupwise with itself
 * @property {(NetworkChoice & { label?: string })[]} networks labels name them in tables of several
 *
 * @typedef {{ runtime: string, simd: 'plain' | 'relaxed', threads: number, network: NetworkChoice }} Candidate  one process,
 *   whose engine has this SIMD
 */

/** Threads that the table of threads compares. */
export const THREADS = [1, 2];

const dense = (architecture, label) => ({ architecture, groups: 1, form: DENSE, ...(label && { label }) });

const ofOne = (title, architecture) => ({ title, kind: 'dense', networks: [dense(architecture)] });

const ofForms = (title, baseline, forms, sparse) => ({
  title,
  kind: 'forms',
  networks: [dense(baseline), ...forms.map((form) => ({ groups: 1, ...sparse, form }))],
});

const ofGroups = (groups) =>
  ofForms(`MobileNetV2 with ${groups} learned groups`, 'mobilenetv2', SPARSE_GROUP_FORMS, {
    architecture: 'mobilenetv2',
    groups,
  });

const ofPanels = (percent) =>
  ofForms(`MobileNetV2 with ${percent} % of its panels of weights zero`, 'mobilenetv2', PANEL_FORMS, {
    architecture: 'mobilenetv2',
    zeros: percent / 100,
  });

const ofInt8 = (title, architecture) => ({
  title: `${title} in int8`,
  kind: 'int8',
  networks: [dense(architecture), { ...dense(architecture), form: INT8 }],
});

const ofHeadline = (groups) =>
  ofForms(
    `ResNet-50 with depthwise-separable 3x3 convolutions and ${groups} learned groups, against dense ResNet-50`,
    'resnet50',
    GROUP_FORMS,
    { architecture: 'resnet50-separable', groups },
  );

const ofDepthwise = (kernel) => ({
  title: `Chains of 16 depthwise ${kernel} convolutions`,
  kind: 'networks',
  networks: [
    dense(`depthwise-${kernel}-144`, '144 channels, 56 x 56'),
    dense(`depthwise-${kernel}-576`, '576 channels, 14 x 14'),
    dense(`depthwise-${kernel}-960`, '960 channels, 7 x 7'),
  ],
});

/** @type {Record<string, Table>} */
export const TABLES = {
  mobilenetv2: ofOne('MobileNetV2', 'mobilenetv2'),
  mobilenetv3: ofOne('MobileNetV3-Large', 'mobilenetv3'),
  'efficientnet-lite0': ofOne('EfficientNet-Lite0', 'efficientnet-lite0'),
  resnet18: ofOne('ResNet-18', 'resnet18'),
  resnet50: ofOne('ResNet-50', 'resnet50'),
  'yolox-nano': ofOne('YOLOX-nano', 'yolox-nano'),
  'depthwise-3x3': ofDepthwise('3x3'),
  'depthwise-5x5': ofDepthwise('5x5'),
  'learned-groups-2': ofGroups(2),
  'learned-groups-4': ofGroups(4),
  'learned-groups': ofGroups(8),
  'learned-groups-resnet50': ofForms('ResNet-50 with 8 learned groups', 'resnet50', GROUP_FORMS, {
    architecture: 'resnet50',
    groups: 8,
  }),
  'panels-50': ofPanels(50),
  'panels-75': ofPanels(75),
  'panels-85': ofPanels(85),
  'headline-4': ofHeadline(4),
  'headline-8': ofHeadline(8),
  'int8-mobilenetv2': ofInt8('MobileNetV2', 'mobilenetv2'),
  'int8-efficientnet-lite0': ofInt8('EfficientNet-Lite0', 'efficientnet-lite0'),
  'int8-resnet50': ofInt8('ResNet-50', 'resnet50'),
  threads: {
    title: 'groupwise with one thread and with two',
    kind: 'threads',
    networks: [dense('mobilenetv2', 'MobileNetV2'), dense('resnet50', 'ResNet-50')],
  },
};

/**
 * The runtimes that take part in a table. @param {Table} table @param {string[]} peers the other runtimes that may
 * @returns {string[]}
 */
export const runtimesOf = ({ kind }, peers) => (kind === 'threads' ? [OURS] : [OURS, ...peers]);

/**
 * Whether a runtime runs more of a table than the network that its forms are compared with. @param {Table} table @param {import('./runtimes/index.js').Runtime} runtime
 */
export const takesPart = ({ networks }, { forms }) => {
  const others = networks.filter(({ form }) => form !== DENSE);
  return !others.length || others.some(({ form }) => forms.includes(form));
};

/**
 * @param {Table} table
 * @param {Record<string, import('./runtimes/index.js').Runtime>} runtimes those that take part
 * @param {('plain' | 'relaxed')[]} simds what engines have in turn; a runtime without a build for relaxed SIMD runs in the
 *   first alone
 * @returns {Candidate[]}
 */
export const candidatesOf = ({ kind, networks }, runtimes, simds) =>
  simds.flatMap((simd, i) =>
    Object.entries(runtimes)
      .filter(([, runtime]) => i === 0 || runtime.relaxed)
      .flatMap(([runtime, { forms }]) =>
        networks
          .filter(({ form }) => form === DENSE || forms.includes(form))
          .flatMap((network) =>
            (kind === 'threads' ? THREADS : [1]).map((threads) => ({ runtime, simd, threads, network })),
          ),
      ),
  );
