// What Jest does without configuration: `require`, in a sandbox with its own classes.
/* global test, expect */

const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const groupwise = require('groupwise');

const folder = dirname(require.resolve('groupwise/package.json'));
const bytes = new Uint8Array(readFileSync(join(folder, 'models/cifar10-fast-flgc4/model.gw')));
const input = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i));

module.exports = () => {
  test('a model runs', async () => {
    const model = await groupwise.loadModel(bytes, { deterministic: true });
    const { scores } = model.run(input);
    model.dispose();
    expect(scores.shape).toEqual([1, 10]);
    expect([...scores.data]).toEqual(JSON.parse(process.env.EXPECTED_SCORES));
  });

  test('a photo is classified from its pixels', async () => {
    const classifier = await groupwise.loadClassifier(bytes);
    const data = new Uint8Array(3 * 40 * 40).fill(128);
    const classes = await classifier.classify({ data, width: 40, height: 40, channels: 3 }, { topK: 2 });
    expect(classes.map(({ score }) => typeof score)).toEqual(['number', 'number']);
  });

  test('errors are instances of the exported classes', async () => {
    await expect(groupwise.loadModel(new Uint8Array(100))).rejects.toThrow(groupwise.FormatError);
    await expect(groupwise.loadModel(bytes, { deterministc: true })).rejects.toThrow(/did you mean "deterministic"/);
  });
};
