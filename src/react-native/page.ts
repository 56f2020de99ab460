// The script of the page in the web view: it runs the models of the app, one for each channel. The file for script tags is
// in the page already.

import { serve, type Library } from '../worker/serve.js';
import type { Request } from '../worker/port.js';
import { decode, encode, FAILED, partJoiner, READY, RECEIVE, sendParts, type ToApp, type ToPage } from './messages.js';

declare const groupwise: Library;
declare const ReactNativeWebView: { postMessage(text: string): void };

type Disposable = { dispose(): void };
type Channel = { receive(request: Request): void; close(): void };

const postText = (text: string): void => ReactNativeWebView.postMessage(text);
const post = (message: ToApp): void => sendParts(encode(message), postText);

const channels = new Map<number, Channel>();

const open = (id: number): Channel => {
  let receive: Channel['receive'];
  let loaded: Disposable | undefined;
  let isClosed = false;
  const keep = async <Model extends Disposable>(loading: Promise<Model>): Promise<Model> => {
    const model = await loading;
    loaded = model;
    if (isClosed) model.dispose();
    return model;
  };
  serve(
    {
      send: (reply) => post([id, reply]),
      listen: (onMessage) => (receive = onMessage),
      close: () => {},
    },
    {
      loadModel: (source, options) => keep(groupwise.loadModel(source, options)),
      loadClassifier: (source, options) => keep(groupwise.loadClassifier(source, options)),
    },
  );
  const channel = {
    receive: receive!,
    close: () => {
      isClosed = true;
      loaded?.dispose();
      channels.delete(id);
    },
  };
  channels.set(id, channel);
  return channel;
};

const onMessage = ([id, request]: ToPage): void => {
  if (id === 0) {
    for (const channel of channels.values()) channel.close();
    postText(READY);
  } else if (!request) channels.get(id)?.close();
  else if ('method' in request) (channels.get(id) ?? open(id)).receive(request);
  else channels.get(id)?.receive(request);
};

/** A message that cannot be read has no answer: the app has to know, since a call would wait for it. */
const onText = (text: string): void => {
  try {
    onMessage(decode(text) as ToPage);
  } catch (error) {
    postText(FAILED + String(error));
  }
};

(globalThis as unknown as Record<string, unknown>)[RECEIVE] = partJoiner(onText);
postText(READY);
