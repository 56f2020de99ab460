// The page in the web view: the engine, the operators that few networks have, and the script that serves the app.

import { text as engine } from '../worker/script-text.js';
import { FAILED } from './messages.js';
import { text as script } from './page-text.js';

const tag = (code: string): string => `<script>${code.replace(/<\/(?=script)/gi, '<\\/')}</script>`;

/** Old web views cannot read the scripts after this one. */
const onError = `onerror=function(message){ReactNativeWebView.postMessage('${FAILED}'+message)}`;

/**
 * The source of the page, which loads without a network. `<GroupwiseView />` shows it in a web view; apps with another
 * kind of web view can use it too.
 */
export const html = `<!doctype html><meta charset="utf-8"><title>groupwise</title>${[onError, engine, script].map(tag).join('')}`;
