// The tables of `groupwise bench --profile`.

import { showShape } from '../ir/tensor.js';
import { macRate, peakText, rateText, shareText, timeText, workText } from '../report/cost-text.js';
import type { Cost, NetworkProfile } from '../report/profile.js';
import { inMilliseconds } from '../report/units.js';
import { shortenName, table } from './output.js';

const HEADINGS = ['work\t', 'time\t', 'share\t', 'rate\t', 'of peak\t'];

const cellsOf = (cost: Cost): string[] => [workText, timeText, shareText, rateText, peakText].map((show) => show(cost));

const showPeak = ({ simd, relaxed }: NetworkProfile['peakOfCore']): string =>
  `${macRate(simd)} with plain SIMD${relaxed ? `, ${macRate(relaxed)} with relaxed SIMD` : ''}`;

/** The layers, the kinds of layers, and the peak that their rates are compared with. */
export const showProfile = ({ layers, kinds, total, runs, peak, peakOfCore }: NetworkProfile): string =>
  [
    table(
      ['layer', 'op', 'output', ...HEADINGS],
      layers.map((layer) => [shortenName(layer.name), layer.kind, showShape(layer.output), ...cellsOf(layer)]),
    ),
    table(
      ['op', 'layers\t', ...HEADINGS],
      [...kinds.map((kind) => [kind.kind, String(kind.layers), ...cellsOf(kind)])],
    ),
    [
      `layers      ${inMilliseconds(total.milliseconds)}, each at its fastest in ${runs} profiled runs; ${rateText(total)}, ${peakText(total)} of peak`,
      `peak        ${macRate(peak)} if all multiply and add at once; on a core ${showPeak(peakOfCore)}`,
    ].join('\n'),
  ].join('\n\n');
