// Frames of a camera or video. Each is taken when it is asked for: frames in between are skipped, never queued.

import { refuse, tagOf } from '../arguments.js';
import { checkPlayable } from '../image/source.js';
import type { Platform } from '../platform.js';
import { itemsOf } from './items-of.js';

/**
 * Where frames come from: a video element, a track of a camera (where the engine has `MediaStreamTrackProcessor`, also in
 * workers), a stream of frames, or an async iterable of photos. Frames of a track or stream are closed after their use.
 */
export type FrameSource<Frame> =
  AsyncIterable<Frame> | Platform<'HTMLVideoElement' | 'MediaStreamTrack' | 'ReadableStream'>;

declare const MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack; maxBufferSize: number }) => {
  readable: ReadableStream<VideoFrame>;
};

/**
 * The frames of a source, until it ends.
 *
 * @throws {ArgumentError} if it is no source of frames, {ImageError} if a video cannot be played; the reason of the signal
 */
export const framesOf = <Frame>(source: FrameSource<Frame>, signal?: AbortSignal): AsyncIterable<Frame> => {
  switch (tagOf(source)) {
    case 'HTMLVideoElement':
      return framesOfVideo(source as HTMLVideoElement, signal) as AsyncIterable<Frame>;
    case 'MediaStreamTrack':
    case 'CanvasCaptureMediaStreamTrack':
      if (typeof MediaStreamTrackProcessor === 'function') {
        const track = source as MediaStreamTrack;
        return framesOfStream(new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable, signal);
      }
      return refuse(
        'the source of frames',
        source,
        'a video element that plays the track: this engine reads no tracks',
      );
    case 'ReadableStream':
      return framesOfStream(source as ReadableStream<Frame>, signal);
    default:
      if (source && typeof source === 'object' && Symbol.asyncIterator in source) return itemsOf(source, signal);
      return refuse('the source of frames', source, 'a video element, a track, a stream or an async iterable');
  }
};

async function* framesOfStream<Frame>(stream: ReadableStream, signal?: AbortSignal): AsyncGenerator<Frame> {
  signal?.throwIfAborted();
  const reader = stream.getReader();
  const abort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      const { done, value } = (await reader.read()) as ReadableStreamReadResult<Frame>;
      signal?.throwIfAborted();
      if (done) return;
      try {
        yield value;
      } finally {
        (value as Partial<VideoFrame>).close?.();
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    reader.cancel().catch(() => {});
  }
}

/** Yields the element whenever it shows another frame, the page is visible, and so is the element if it has a place. */
async function* framesOfVideo(video: HTMLVideoElement, signal?: AbortSignal): AsyncGenerator<HTMLVideoElement> {
  let isIntersecting = true;
  const observer =
    typeof IntersectionObserver === 'function' &&
    new IntersectionObserver((entries) => {
      isIntersecting = entries.at(-1)!.isIntersecting;
    });
  if (observer) observer.observe(video);
  try {
    // a video file may end while a frame is classified
    while (!isOver(video)) {
      await nextFrame(video, signal);
      // one that only feeds a canvas is not displayed, and so never in sight
      const isInSight = isIntersecting || !video.getClientRects().length;
      if (!isOver(video) && isInSight && video.readyState >= 2 && document.visibilityState !== 'hidden') yield video;
    }
  } finally {
    if (observer) observer.disconnect();
  }
}

/** Whether a video file has ended; a camera that went away may come back. */
const isOver = ({ ended, srcObject }: HTMLVideoElement): boolean => ended && !srcObject;

/** Waits until a video shows another frame or ends. @throws {ImageError} if it cannot be played; the reason of the signal */
const nextFrame = async (video: HTMLVideoElement, signal: AbortSignal | undefined): Promise<void> => {
  const check = (): void => {
    signal?.throwIfAborted();
    checkPlayable(video);
  };
  check();
  await new Promise<void>((resolve) => {
    const hasCallback = 'requestVideoFrameCallback' in video;
    const shown = video.currentTime;
    const look = () => (video.currentTime === shown ? (request = requestAnimationFrame(look)) : settle());
    let request = hasCallback ? video.requestVideoFrameCallback(() => settle()) : requestAnimationFrame(look);
    const settle = (): void => {
      if (hasCallback) video.cancelVideoFrameCallback(request);
      else cancelAnimationFrame(request);
      for (const type of ENDS) video.removeEventListener(type, settle);
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    for (const type of ENDS) video.addEventListener(type, settle);
    signal?.addEventListener('abort', settle);
  });
  check();
};

/** The events of a video after which no frame may come. */
const ENDS = ['ended', 'error'];
