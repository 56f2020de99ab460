// The share of photos that keep their best class, estimated from how far ahead that class is and how much scores change.
//
// Counting the photos whose best class changed is off by half a point in 300 photos, because few of them change. How far the best
// class is ahead of the second and how much that differs between two networks is known of every photo.

import { LEAST } from './scores.js';

/** How far the logarithm of the best score is ahead of the second before, and the same two classes after. */
type Lead = { before: number; after: number };

/** The share of the photos with the smallest leads, on which changes of leads are measured: certain photos change more. */
const UNCERTAIN = 0.5;

/** An estimate, and its standard error. */
export type Estimate = { share: number; error: number };

/**
 * The expected share of photos of this kind whose best class stays, if leads change at random as much as on these. The share
 * is NaN if a score is, or if photos have only one.
 */
export const expectedAgreement = (before: readonly Float32Array[], after: readonly Float32Array[]): Estimate => {
  const leads = before.map((scores, photo) => leadOf(scores, after[photo]!)).sort((a, b) => a.before - b.before);
  const uncertain = leads.slice(0, Math.ceil(leads.length * UNCERTAIN));
  const squares = uncertain.reduce((sum, lead) => sum + (lead.after - lead.before) ** 2, 0);
  const deviation = Math.sqrt(squares / uncertain.length);
  if (deviation === 0) return { share: 1, error: 0 };
  const chances = leads.map((lead) => normal(lead.before / deviation));
  const share = chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
  const variance = chances.reduce((sum, chance) => sum + (chance - share) ** 2, 0) / chances.length;
  return { share, error: Math.sqrt(variance / chances.length) };
};

const leadOf = (before: Float32Array, after: Float32Array): Lead => {
  let [best, second] = [0, -1];
  for (let i = 1; i < before.length; i++) {
    if (before[i]! > before[best]!) [best, second] = [i, best];
    else if (second < 0 || before[i]! > before[second]!) second = i;
  }
  const lead = (scores: Float32Array) => logarithm(scores[best]!) - logarithm(scores[second]!);
  return { before: lead(before), after: lead(after) };
};

const logarithm = (score: number): number => Math.log(Math.max(score, LEAST));

/** The probability that a normally distributed number is below `x`, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
const normal = (x: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x < 0 ? tail : 1 - tail;
};
