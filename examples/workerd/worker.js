// A Cloudflare Worker that classifies the picture (JPEG, PNG or WebP) that is posted to it.

import { ImageError, loadClassifier, provideDecoders } from 'groupwise/edge';
import webp from '@jsquash/webp/codec/dec/webp_dec.wasm';
import model from 'groupwise/models/cifar10-fast-flgc4/model.gw';

provideDecoders({ webp });

let loading;
const load = () =>
  (loading ??= loadClassifier(model).catch((error) => {
    loading = undefined; // the next request tries again
    throw error;
  }));

export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response('POST a picture', { status: 405 });
    try {
      const classifier = await load();
      return Response.json(await classifier.classify(await request.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      return Response.json({ code: error.code, message: error.message }, { status: 400 });
    }
  },
};
