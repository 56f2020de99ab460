// The file for script tags and `require`. As the script of a worker it serves the page that started it.

import { loadClassifier, loadModel } from './index.js';
import { serve } from './worker/serve.js';
import { portToPage } from './worker/web-worker.js';

const port = portToPage();
if (port) serve(port, { loadModel, loadClassifier });

export * from './index.js';
