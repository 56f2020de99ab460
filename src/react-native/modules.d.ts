// What is used of packages that apps have: React, React Native and its web view. Users compile with the types of these.

declare module 'react' {
  /** What a component returns. */
  export type ReactElement = object;
  export const createElement: (type: unknown, props?: object, ...children: unknown[]) => ReactElement;
  export const useEffect: (effect: () => void | (() => void), dependencies: readonly unknown[]) => void;
  export const useMemo: <Value>(compute: () => Value, dependencies: readonly unknown[]) => Value;
  export const useRef: <Value>(initial: Value | null) => { current: Value | null };
  export const useState: <Value>(
    initial: Value,
  ) => [value: Value, set: (next: Value | ((value: Value) => Value)) => void];
}

declare module 'react-native' {
  export const Image: { resolveAssetSource(asset: number): { uri: string } | null };
  export const View: unknown;
}

declare module 'react-native-webview' {
  /** A web view on the screen. */
  export type WebView = { injectJavaScript(script: string): void };
  export const WebView: unknown;
}
