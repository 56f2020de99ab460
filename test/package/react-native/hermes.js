// Runs in Hermes: loads a classifier and classifies a photo through a web view whose page is imitated, and prints what happens.

import { plain } from './plain';
import { readState } from 'react';
import { EngineError, FormatError, GroupwiseView, html, loadClassifier } from 'groupwise/react-native';

const pages = [];
const view = GroupwiseView({}).children[0];

/** What the page replies to a method. */
const REPLIES = {
  loadClassifier: {
    inputs: [],
    outputs: [],
    metadata: { labels: ['cat', 'dog'] },
    kernels: 'simd',
    summary: '',
    classes: ['cat', 'dog'],
  },
  scores: { $packed: 'Float32Array', text: 'AAAAPwAAgD4=' },
  classify: [{ label: 'cat', index: 0, score: 0.8787022829055786 }],
};
const post = (message) => view.props.onMessage({ nativeEvent: { data: `.${JSON.stringify(message)}` } });

view.props.ref.current = {
  injectJavaScript: (script) => {
    const [, part] = /^groupwiseReceive\((".*")\);true;$/.exec(script);
    const [channel, request] = JSON.parse(JSON.parse(part).slice(1));
    if (!request) return pages.push('closed');
    const { id, method, args } = request;
    pages.push(`${method} ${JSON.stringify(args[0]).slice(0, 60)}`);
    const failed = args[1]?.deterministic;
    const failure = { name: 'FormatError', message: 'no model', fields: { code: 'GW_FORMAT' } };
    Promise.resolve().then(() => post([channel, failed ? { id, failure } : { id, value: REPLIES[method] }]));
  },
};
readState.effects.forEach((effect) => effect());
view.props.onMessage({ nativeEvent: { data: '*' } });

const main = async () => {
  const lines = [`html ${html.length > 100000 && html.startsWith('<!doctype html>')}`];
  const classifier = await loadClassifier('https://example.com/model.gw');
  const photo = { data: Uint8Array.from([1, 2, 3]), width: 1, height: 1, channels: 3 };
  lines.push(JSON.stringify(await classifier.classify(photo)));
  lines.push([...(await classifier.scores(photo))].join());
  for await (const { results } of classifier.classifyEach([photo])) lines.push(results[0].label);
  const error = await loadClassifier('https://example.com/model.gw', { deterministic: true }).catch((why) => why);
  lines.push(`${error instanceof FormatError} ${error.code} ${error.message}`);
  classifier.dispose();
  const late = await classifier.classify(photo).catch((why) => why);
  lines.push(String(late instanceof EngineError));
  const refusal = await plain.loadClassifier('model.gw').catch((why) => why);
  lines.push(`${refusal.name} ${refusal.message}`);
  return [...lines, ...pages];
};
main().then(
  (lines) => print(lines.join('\n')),
  (error) => print(`FAILED ${error} ${error.stack}`),
);
