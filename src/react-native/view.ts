// The component that runs the page in an invisible web view.

import { createElement, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { View } from 'react-native';
import { WebView } from 'react-native-webview';
import { bridge } from './bridge.js';
import { html } from './html.js';

/** Properties of `GroupwiseView`; all optional. */
export type GroupwiseViewProps = {
  /**
   * The address that the page has; default `https://groupwise.invalid/`. With the address of the server that has your
   * models, the page may fetch them although the server allows other pages nothing.
   */
  baseUrl?: string;
};

/** Web views without a size or a window do not run. */
const HIDDEN = {
  pointerEvents: 'none',
  accessibilityElementsHidden: true,
  importantForAccessibility: 'no-hide-descendants',
  style: { position: 'absolute', width: 1, height: 1, opacity: 0 },
};

/**
 * Runs the models of the app, in a web view that nobody sees. Render one, at the root of the app, so that it stays. When the
 * system ends its page, which happens to apps in the background, the page starts again, calls that wait are repeated, and
 * models are loaded again when they are next used.
 *
 * @throws {EngineError} if there is another one
 */
export const GroupwiseView = ({ baseUrl = 'https://groupwise.invalid/' }: GroupwiseViewProps): ReactElement => {
  const [life, setLife] = useState(0);
  const view = useRef<WebView>(null);
  const source = useMemo(() => ({ html, baseUrl }), [baseUrl]);
  const wasShown = useRef(false);
  useEffect(() => {
    const detach = bridge.attach((script) => view.current?.injectJavaScript(script), wasShown.current!);
    wasShown.current = true;
    return detach;
  }, []);

  const restart = (): void => {
    bridge.restart();
    setLife((count) => count + 1); // Android's web views do not survive their page
  };
  const page = createElement(WebView, {
    key: life,
    ref: view,
    source,
    originWhitelist: ['*'],
    onMessage: ({ nativeEvent }: { nativeEvent: { data: string } }) => bridge.receive(nativeEvent.data),
    onError: ({ nativeEvent }: { nativeEvent: { description: string } }) => bridge.fail(nativeEvent.description),
    onContentProcessDidTerminate: restart,
    onRenderProcessGone: restart,
  });
  return createElement(View, HIDDEN, page);
};
