// node examples/node-classify.mjs model.gw photo.jpg

import { loadClassifier } from 'groupwise/node';

const [model, ...photos] = process.argv.slice(2);
if (!photos.length) {
  console.error('usage: node examples/node-classify.mjs model.gw photo...');
  process.exit(2);
}
const classifier = await loadClassifier(model);
for (const photo of photos) console.log(photo, await classifier.classify(photo));
classifier.dispose();
