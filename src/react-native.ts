/**
 * Classifies photos in React Native, whose engine has no WebAssembly: a hidden web view runs the models.
 *
 * @example
 * // once, at the root of the app
 * <GroupwiseView />
 * // in a component
 * const { classifier } = useClassifier(require('./flowers.gw'));
 * await classifier?.classify(photo.uri);   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

export * from './react-native/public.js';
