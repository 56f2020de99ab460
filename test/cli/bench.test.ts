// `groupwise bench`.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { VERSION, type Description } from '../../src/node.js';
import type { Cost, NetworkProfile } from '../../src/report/profile.js';
import { at, model } from '../support/command-model.js';
import { groupwise } from '../support/command.js';

const test = suite('groupwise bench');

type Result = Record<'coldStart' | 'firstRun' | 'median' | 'p95' | 'min' | 'runs' | 'macs' | 'threads', number> &
  Record<'kernels' | 'groupwise' | 'engine' | 'machine' | 'date' | 'command', string> & {
    memory: { linear: number };
    profile: NetworkProfile;
  };

const bench = (path: string, ...words: string[]): Result => {
  const { code, out, err } = groupwise(['bench', path, '--runs', '3', '--warmup', '1', '--json', ...words]);
  assert.is(code, 0, err);
  return JSON.parse(out) as Result;
};

const inspected = (path: string): Description => JSON.parse(groupwise(['inspect', path, '--json']).out) as Description;

const total = (costs: readonly Cost[], key: 'macs' | 'bytes' | 'milliseconds' | 'share'): number =>
  costs.reduce((sum, cost) => sum + cost[key], 0);

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

test('bench measures cold start, first run, median, p95 and memory, and says where', () => {
  const result = bench(model, '--deterministic', '--profile');
  for (const key of ['coldStart', 'firstRun', 'median', 'p95', 'min'] as const) assert.type(result[key], 'number');
  assert.ok(result.min <= result.median && result.median <= result.p95);
  assert.equal([result.runs, result.kernels, result.groupwise], [3, 'simd', VERSION]);
  assert.ok(result.memory.linear > 0 && result.profile.layers.length > 0);
  assert.match(result.engine, process.versions.v8);
  assert.match(result.machine, `${process.platform} ${process.arch}`);
  assert.ok(Math.abs(Date.parse(result.date) - Date.now()) < 3_600_000);
  assert.match(result.command, /^groupwise bench \S+\.gw --runs 3 --warmup 1 --json --deterministic --profile$/);
  assert.is(bench(model).profile, undefined);
});

test('a profile has the layers of inspect with their multiply-accumulates, and its times add up', () => {
  const { profile, macs } = bench(model, '--profile');
  const described = inspected(model);
  const keysOf = (layers: readonly { name: string; op: string; macs: number; output: readonly number[] }[]) =>
    layers.map(({ name, op, macs, output }) => ({ name, op, macs, output }));
  assert.equal(keysOf(profile.layers), keysOf(described.layers));
  assert.equal([profile.total.macs, macs], [described.macs, described.macs]);
  for (const parts of [profile.layers, profile.kinds]) {
    for (const key of ['macs', 'bytes', 'milliseconds', 'share'] as const)
      assert.ok(isClose(total(parts, key), profile.total[key]), key);
  }
  assert.ok(isClose(profile.total.share, 1));
  assert.ok(profile.total.milliseconds <= profile.milliseconds * (1 + 1e-9), 'shortest times are shorter than a run');
  for (const { kind, layers } of profile.kinds)
    assert.is(layers, profile.layers.filter((layer) => layer.kind === kind).length);
});

test('rates follow from work and time, and are compared with the peak of kernels and threads', () => {
  for (const threads of [1, 2]) {
    const { profile, ...result } = bench(model, '--profile', '--threads', String(threads));
    const { peak, peakOfCore } = profile;
    const core = result.kernels === 'relaxed' ? peakOfCore.relaxed! : peakOfCore.simd;
    assert.ok(isClose(peak, core * result.threads));
    for (const { macs, milliseconds, macsPerSecond, shareOfPeak } of [...profile.layers, profile.total]) {
      if (!macs || !milliseconds) assert.equal([macsPerSecond, shareOfPeak], [undefined, undefined]);
      else
        assert.ok(
          isClose(macsPerSecond!, (macs / milliseconds) * 1000) && isClose(shareOfPeak! * peak, macsPerSecond!),
        );
    }
  }
});

test('layers say what they read and write, and how convolutions are computed', () => {
  const { profile } = bench(model, '--profile');
  const described = inspected(model);
  const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  profile.layers.forEach(({ inputs, output, op, algorithm, kind, bytes }, i) => {
    const read = inputs.reduce((sum, shape) => sum + elements(shape), described.layers[i]!.weights);
    assert.is(bytes, op === 'reshape' ? 0 : 4 * (read + elements(output)));
    assert.is(algorithm !== undefined, op === 'conv');
    assert.is(kind, algorithm ? `${op}, ${algorithm}` : op);
  });
  assert.ok(profile.layers.some(({ kind }) => kind === 'conv, depthwise 3x3'));
});

test('gated layers count what heads keep, and layers in groups are a kind of their own', async () => {
  const network = readFileSync('test/fixtures/groups/msgc-mobilenet-dynamo.onnx');
  writeFileSync(at('gated.gw'), await convertOnnx(network));
  const most = inspected(at('gated.gw')).layers;
  bench(at('gated.gw'), '--profile').profile.layers.forEach(({ op, macs }, i) => {
    if (op !== 'gatedConv') assert.ok(macs <= most[i]!.macs);
    else assert.ok(macs > 0 && macs < most[i]!.macs);
  });
  const grouped = readFileSync('test/fixtures/groups/condense-few-converted-dynamo.onnx');
  writeFileSync(at('grouped.gw'), await convertOnnx(grouped));
  const described = inspected(at('grouped.gw')).layers;
  const { profile } = bench(at('grouped.gw'), '--profile');
  assert.ok(described.some(({ groups }) => groups));
  profile.layers.forEach(({ kind }, i) => assert.is(kind.endsWith(', in groups'), described[i]!.groups !== undefined));
});

test('the tables have a row for each layer and each kind, and name the peak', () => {
  const { out } = groupwise(['bench', model, '--runs', '3', '--profile']);
  assert.match(out, /median[^]*\nlayer +op +output +work +time +share +rate +of peak\n/);
  const tables = out.split('\n\n').slice(1);
  const { layers, kinds } = bench(model, '--profile').profile;
  assert.equal(
    tables.map((text) => text.trim().split('\n').length),
    [layers.length + 1, kinds.length + 1, 2],
  );
  assert.match(
    tables[2]!,
    /\npeak +[\d.]+ GMAC\/s if all multiply and add at once; on a core [\d.]+ GMAC\/s with plain SIMD/,
  );
});

test.run();
