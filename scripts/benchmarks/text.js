// How figures and tables of measurements are written.

import { engineOf } from '../../bench/compare/report/results.js';

/** Rows of Markdown. @param {string[]} titles @param {(string | number)[][]} rows */
export const table = (titles, rows) =>
  [titles, titles.map(() => '---'), ...rows]
    .map((cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|\n`)
    .join('');

/** A time. @param {number} time */
export const milliseconds = (time) => time.toFixed(time < 100 ? 2 : 1);

/** @param {number} a @param {number} b */
export const ratio = (a, b) => (a / b).toFixed(2);

/**
 * Processor, engine and date, as the results name them.
 * @param {{ date: string, machine: Record<string, string | number | null> }} results
 */
export const describeMachine = (results) => `${results.date}, ${results.machine.processor}, ${engineOf(results)}`;
