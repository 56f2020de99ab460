// The tables that can be measured, and the candidates of each.

import { DENSE } from './networks/build.js';
import { FORMS } from './networks/forms.js';

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string} architecture
 * @property {number} groups learned groups of each convolution; 1 for a table of the dense network alone
 *
 * @typedef {import('./networks/build.js').NetworkChoice} NetworkChoice
 * @typedef {{ runtime: string, simd: 'plain' | 'relaxed', network: NetworkChoice }} Candidate  one process
 */

/** @type {Record<string, Table>} */
export const TABLES = {
  mobilenetv2: { title: 'MobileNetV2', architecture: 'mobilenetv2', groups: 1 },
  resnet18: { title: 'ResNet-18', architecture: 'resnet18', groups: 1 },
  resnet50: { title: 'ResNet-50', architecture: 'resnet50', groups: 1 },
  'learned-groups': { title: 'MobileNetV2 with 8 learned groups', architecture: 'mobilenetv2', groups: 8 },
  'learned-groups-resnet50': { title: 'ResNet-50 with 8 learned groups', architecture: 'resnet50', groups: 8 },
};

/** The dense network and, in a table of learned groups, each form of these. @param {Table} table @returns {NetworkChoice[]} */
export const networksOf = ({ architecture, groups }) => [
  { architecture, groups: 1, form: DENSE },
  ...(groups > 1 ? Object.keys(FORMS).map((form) => ({ architecture, groups, form })) : []),
];

/**
 * @param {Table} table
 * @param {Record<string, import('./runtimes/index.js').Runtime>} runtimes those that take part
 * @param {boolean} relaxed whether builds for relaxed SIMD take part too
 * @returns {Candidate[]}
 */
export const candidatesOf = (table, runtimes, relaxed) =>
  ['plain', ...(relaxed ? ['relaxed'] : [])].flatMap((simd) =>
    Object.entries(runtimes)
      .filter(([, runtime]) => simd === 'plain' || runtime.relaxed)
      .flatMap(([name, { forms }]) =>
        networksOf(table)
          .filter(({ form }) => form === DENSE || forms.includes(form))
          .map((network) => ({ runtime: name, simd, network })),
      ),
  );
