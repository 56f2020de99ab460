// The script of the page in the web view: it runs the models of the app, one for each channel. The file for script tags is
// in the page already.

import { serve, type Library } from '../worker/serve.js';
import type { Request } from '../worker/port.js';
import { decode, encode, partJoiner, RECEIVE, sendParts, type ToApp, type ToPage } from './messages.js';

declare const groupwise: Library;
declare const ReactNativeWebView: { postMessage(text: string): void };

type Disposable = { dispose(): void };
type Channel = { receive(request: Request): void; close(): void };

const post = (message: ToApp): void => sendParts(encode(message), (part) => ReactNativeWebView.postMessage(part));

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

const onText = (text: string): void => {
  const [id, request] = decode(text) as ToPage;
  if (id === 0) {
    for (const channel of channels.values()) channel.close();
    post([]);
  } else if (request) (channels.get(id) ?? open(id)).receive(request);
  else channels.get(id)?.close();
};

(globalThis as unknown as Record<string, unknown>)[RECEIVE] = partJoiner(onText);
post([]);
