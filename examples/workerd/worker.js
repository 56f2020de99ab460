// A Cloudflare Worker that classifies the picture (JPEG, PNG or WebP) that is posted to it.

import { ImageError, loadClassifier, provideDecoders } from 'groupwise/edge';
import webp from '@jsquash/webp/codec/dec/webp_dec.wasm';
import model from 'groupwise/models/cifar10-mobilenetv2-flgc8/model.gw';

provideDecoders({ webp });
let classifier;

export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response('POST a picture', { status: 405 });
    classifier ??= loadClassifier(model);
    try {
      return Response.json(await (await classifier).classify(await request.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      return Response.json({ code: error.code, message: error.message }, { status: 400 });
    }
  },
};
