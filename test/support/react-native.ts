// The entry for React Native with fakes of what an app has: web views, assets and a screen.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext, type Context } from 'node:vm';

type Library = typeof import('../../src/react-native.js');

/** What runs the page of a web view. */
export type PageHost = {
  /** Shows a page; `post` is what its `ReactNativeWebView.postMessage` does. */
  open(html: string, post: (text: string) => void): void;
  inject(script: string): void;
  close(): void;
};

/** What a test reaches of a web view that is on the screen. */
export type FakeView = {
  props: {
    source: { html: string; baseUrl: string };
    onMessage(event: { nativeEvent: { data: string } }): void;
    onRenderProcessGone(): void;
    onContentProcessDidTerminate(): void;
  };
  host: PageHost;
};

/** What the fakes share with the test. */
type Fakes = {
  newHost: () => PageHost;
  views: Set<FakeView>;
  assets: Record<number, { uri: string }>;
  /** Whether pages run on while React hides their component, as those of real web views. */
  keepsPages: boolean;
};

declare global {
  /** What the fake packages read. */
  var reactNativeFakes: Fakes;
}

const WEB_VIEW = `
import { useEffect, useImperativeHandle, useState } from 'react';
export const WebView = ({ ref, ...props }) => {
  const [view] = useState({ props, host: reactNativeFakes.newHost() });
  view.props = props;
  useImperativeHandle(ref, () => ({ injectJavaScript: (script) => view.host.inject(script) }));
  useEffect(() => {
    reactNativeFakes.views.add(view);
    if (!view.isOpen) view.host.open(props.source.html, (data) => view.isOpen && view.props.onMessage({ nativeEvent: { data } }));
    view.isOpen = true;
    return () => {
      if (reactNativeFakes.keepsPages) return;
      view.isOpen = false;
      view.host.close();
      reactNativeFakes.views.delete(view);
    };
  }, [props.source]);
  return null;
};`;

const REACT_NATIVE = `
export const View = 'View';
export const Image = { resolveAssetSource: (asset) => reactNativeFakes.assets[asset] ?? null };`;

const element = (name: string) => `node_modules/${name}`;

/** An installed package with fakes beside it, in a folder that `remove` removes. */
export const installWithFakes = async (
  newHost: () => PageHost,
): Promise<{ library: Library; fakes: Fakes; remove: () => void }> => {
  Object.assign(globalThis, { XMLHttpRequest: FakeRequest, FileReader: FakeReader });
  globalThis.reactNativeFakes = { newHost, views: new Set(), assets: {}, keepsPages: false };
  const folder = mkdtempSync(join(tmpdir(), 'groupwise-native-'));
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, element(name)), { recursive: true });
    writeFileSync(join(folder, element(name), 'package.json'), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(join(folder, element(name), 'index.js'), text);
  };
  write('react-native', REACT_NATIVE);
  write('react-native-webview', WEB_VIEW);
  symlinkSync(resolve('node_modules/react'), join(folder, element('react')));
  const target = join(folder, element('groupwise'));
  cpSync('dist', join(target, 'dist'), { recursive: true });
  cpSync('package.json', join(target, 'package.json'));
  const library = (await import(pathToFileURL(join(target, 'dist/react-native.js')).href)) as Library;
  return { library, fakes: globalThis.reactNativeFakes, remove: () => rmSync(folder, { recursive: true }) };
};

/** A request of React Native: files and http: URLs as a Blob, and no CORS. */
class FakeRequest {
  static readonly asked: string[] = [];
  responseType = '';
  status = 0;
  response: Blob | undefined;
  onload = () => {};
  onerror = () => {};
  #url = '';

  open(_: 'GET', url: string): void {
    this.#url = url;
    FakeRequest.asked.push(url);
  }

  send(): void {
    void this.#read().then(this.onload, this.onerror);
  }

  async #read(): Promise<void> {
    if (this.#url.startsWith('file:')) {
      this.response = new Blob([readFileSync(new URL(this.#url))]);
      return;
    }
    const answer = await fetch(this.#url);
    this.status = answer.status;
    this.response = await answer.blob();
  }
}

/** A reader of React Native, as far as it is used. */
class FakeReader {
  result = '';
  onload = () => {};
  onerror = () => {};

  readAsDataURL(blob: Blob): void {
    void blob.arrayBuffer().then((bytes) => {
      this.result = `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
      this.onload();
    }, this.onerror);
  }
}

/** What the app has read by itself. */
export const readByApp = FakeRequest.asked;

/** Globals of Node that the page uses, besides those of the language. */
const GLOBALS = ['AbortController', 'AbortSignal', 'Blob', 'DecompressionStream', 'DOMException', 'MessageChannel']
  .concat([
    'ReadableStream',
    'Response',
    'TextDecoder',
    'TextEncoder',
    'URL',
    'atob',
    'btoa',
    'clearTimeout',
    'console',
  ])
  .concat(['crypto', 'fetch', 'performance', 'queueMicrotask', 'setTimeout', 'WebAssembly']);

const scriptsOf = (html: string): string[] => [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, code]) => code!);

/** Runs pages in Node, in a context of their own: everything works there except decoding pictures. */
export const nodeHost = (): PageHost => {
  let context: Context | undefined;
  return {
    open: (html, post) => {
      const globals = Object.fromEntries(GLOBALS.map((name) => [name, globalThis[name as keyof typeof globalThis]]));
      const postMessage = (text: string) => void setTimeout(() => post(text));
      const own = createContext({ ...globals, ReactNativeWebView: { postMessage }, location: { href: 'about:blank' } });
      context = own;
      setTimeout(() => scriptsOf(html).forEach((code) => void runInContext(code, own)));
    },
    inject: (script) => void setTimeout(() => void (context && runInContext(script, context))),
    close: () => (context = undefined),
  };
};

/** Milliseconds between looks at what a page has posted. */
const POLL = 5;

/**
 * Runs pages in a browser, without an origin: what it posts is fetched, as drivers of browsers have no callbacks.
 *
 * @param evaluate runs a script in an empty page, and returns the value of its last expression
 */
export const browserHost = (evaluate: (script: string) => Promise<unknown>): PageHost => {
  let isOpen = false;
  let last: Promise<unknown> = Promise.resolve();
  // browsers may end before the answer
  const orEnded = (error: unknown): unknown[] => {
    if (isOpen) throw error;
    return [];
  };
  const run = (script: string): Promise<unknown> => (last = last.then(() => evaluate(script)).catch(orEnded));
  return {
    open: (html, post) => {
      isOpen = true;
      const bridge =
        'globalThis.outbox = []; globalThis.ReactNativeWebView = { postMessage: (text) => outbox.push(text) };';
      const write = `document.open(); document.write(${JSON.stringify(html).replaceAll('</', '<\\/')}); document.close(); null`;
      const poll = async (): Promise<void> => {
        if (!isOpen) return;
        for (const text of (await run('outbox.splice(0)')) as string[]) post(text);
        setTimeout(() => void poll(), POLL);
      };
      void run(bridge + write).then(poll);
    },
    inject: (script) => void run(script),
    close: () => {
      isOpen = false;
    },
  };
};

/** The bundled model. */
export const MODEL = readFileSync('models/cifar10-fast-flgc4/model.gw');
