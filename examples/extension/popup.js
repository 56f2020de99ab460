// The popup of the extension: classifies a chosen picture. Scripts of extensions are files of their own folder.

/* global groupwise */

const output = document.getElementById('output');
const loading = groupwise.loadClassifier('model.gw');
loading.catch((error) => (output.textContent = error.message));

document.getElementById('file').addEventListener('change', async ({ target }) => {
  try {
    const results = await (await loading).classify(target.files[0]);
    output.textContent = results.map(({ label, score }) => `${(score * 100).toFixed(1)} %  ${label}`).join('\n');
  } catch (error) {
    output.textContent = error.message;
  }
});
