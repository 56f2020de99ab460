// Classifies a picture in Deno, which may read these two files and nothing else:
// deno run --allow-read=model.gw,photo.jpg classify.js model.gw photo.jpg

/* global Deno */

import { loadClassifier } from 'npm:groupwise@0.1.0/node';

const [model, photo] = Deno.args;
if (!model || !photo) throw new Error('usage: classify.js MODEL PHOTO');
const classifier = await loadClassifier(model);
for (const { label, score } of await classifier.classify(photo)) console.log(`${(score * 100).toFixed(1)} %  ${label}`);
classifier.dispose();
