// Recognises bytes that are not a model file, for messages that say what they are and what to do.

import { MAGIC } from './layout.js';

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  bytes.length >= at + text.length && [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));

/** Signatures, each with the kind of file and what to do. */
const KINDS: readonly [(bytes: Uint8Array) => boolean, string][] = [
  [(b) => b.length === 0, 'an empty file'],
  [(b) => startsWith(b, 'version https://git-lfs'), 'a Git LFS pointer, not the file itself: run `git lfs pull`'],
  [isHtml, 'an HTML page: the URL probably leads to a page or an error instead of the file'],
  [isTflite, 'a TensorFlow Lite model: convert it with `groupwise convert`'],
  [(b) => b[0] === 0x1f && b[1] === 0x8b, 'gzip data: unpack it, or serve it with Content-Encoding: gzip'],
  [(b) => startsWith(b, 'PK\x03\x04'), 'a zip archive (perhaps a PyTorch checkpoint): export the network to ONNX'],
  [(b) => startsWith(b, 'GGUF'), 'a GGUF file'],
  [(b) => startsWith(b, '\x89PNG'), 'a PNG picture'],
  [(b) => b[0] === 0xff && b[1] === 0xd8, 'a JPEG picture'],
  [(b) => b[8] === 0x7b && b[3] === 0 && b[4] === 0, 'a safetensors file: export the network to ONNX'],
  [(b) => b[0] === 0x7b || b[0] === 0x5b, 'JSON text'],
  [isOnnx, 'an ONNX model: convert it with `groupwise convert`'],
];

/** A description of the kind of file, if it is known. */
export const kindOfBytes = (bytes: Uint8Array): string | undefined => KINDS.find(([is]) => is(bytes))?.[1];

function isHtml(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 64))
    .trimStart()
    .toLowerCase();
  return head.startsWith('<!doctype html') || head.startsWith('<html');
}

/** Whether bytes begin like a model file of groupwise. */
export const isGroupwise = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** Whether bytes begin like a TensorFlow Lite model: an offset, then its identifier. */
export function isTflite(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'TFL3', 4);
}

/** Whether a protobuf begins like ONNX's ModelProto: ir_version, then the producer, an opset or the graph. */
export function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! < 0x20 && [0x12, 0x1a, 0x22, 0x3a, 0x42].includes(bytes[2] ?? 0);
}
