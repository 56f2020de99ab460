// The live camera: frames are classified as fast as the device can, and the newest one counts.

import { showCamera, video } from './stage.js';
import type { Engine } from './engine.js';
import { SHOWN } from './results.js';
import type { Classification } from 'groupwise';

/** How much of the scores of earlier frames stays: labels of a moving camera would flicker otherwise. */
const SMOOTHING = 0.7;

/** Called with the classes of a frame and the time since the frame before. */
export type OnFrame = (classes: Classification[], milliseconds: number) => void;

let stopping: AbortController | undefined;

/** Whether the camera is on. */
export const isCameraOn = (): boolean => stopping !== undefined;

/** Switches the camera off. */
export const stopCamera = (): void => {
  stopping?.abort();
  stopping = undefined;
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  showCamera(false);
};

/** Classifies frames with a classifier until another takes its place or the camera is switched off. */
const classifyFrames = async (engine: Engine, signal: AbortSignal, onFrame: OnFrame): Promise<void> => {
  const classifier = await engine.classifier;
  const until = AbortSignal.any([signal, engine.signal]);
  let last = performance.now();
  for await (const classes of classifier.stream(video, { topK: SHOWN, smoothing: SMOOTHING, signal: until })) {
    const now = performance.now();
    onFrame(classes, now - last);
    last = now;
  }
};

/**
 * Switches the camera on and classifies its frames until it is switched off.
 *
 * @throws {DOMException} if the visitor or the device gives no camera, and the errors of `stream`
 */
export const runCamera = async (engine: Engine, onFrame: OnFrame): Promise<void> => {
  const { signal } = (stopping = new AbortController());
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    video.srcObject = stream;
    if (signal.aborted) return stopCamera();
    showCamera(true);
    await video.play();
    while (!signal.aborted) {
      try {
        await classifyFrames(engine, signal, onFrame);
      } catch (error) {
        // Another network was chosen, or the camera was switched off.
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    stopCamera();
    throw error;
  }
};
