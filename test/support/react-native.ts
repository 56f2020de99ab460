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
      setTimeout(() => scriptsOf(html).forEach((code) => runInContext(code, own)));
    },
    inject: (script) => void setTimeout(() => context && runInContext(script, context)),
    close: () => (context = undefined),
  };
};

/** The bundled model. */
export const MODEL = readFileSync('models/cifar10-mobilenetv2-flgc8/model.gw');
