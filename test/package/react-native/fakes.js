// React, React Native and its web view, as far as one render of GroupwiseView needs them.

export const readState = { effects: [] };
export const createElement = (type, props, ...children) => ({ type, props, children });
export const useEffect = (effect) => readState.effects.push(effect);
export const useMemo = (compute) => compute();
export const useRef = (current) => ({ current });
export const useState = (value) => [value, () => {}];
export const View = 'View';
export const WebView = 'WebView';
export const Image = { resolveAssetSource: () => null };
