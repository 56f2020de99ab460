// Writes ONNX files message by message, also those that no exporter would write.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes fields. */
export type Write = (writer: BinaryWriter) => void;

/** A field that is a message. */
export const message = (writer: BinaryWriter, field: number, write: Write): void => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};

/** A field that is a text. */
export const text = (writer: BinaryWriter, field: number, value: string): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).string(value);

/** A field that is an integer. */
export const int = (writer: BinaryWriter, field: number, value: number): BinaryWriter =>
  writer.tag(field, WireType.Varint).int64(value);

/** A node of a graph. */
export const node = (writer: BinaryWriter, op: string, from: string[], to: string[], more?: Write): void =>
  message(writer, 1, (w) => {
    for (const name of from) text(w, 1, name);
    for (const name of to) text(w, 2, name);
    text(w, 4, op);
    more?.(w);
  });

/** An input or output of a graph: [1,3] floats. */
export const info = (writer: BinaryWriter, field: number, name: string): void =>
  message(writer, field, (w) => {
    text(w, 1, name);
    message(w, 2, (type) =>
      message(type, 1, (tensor) => {
        int(tensor, 1, 1);
        message(tensor, 2, (shape) => [1, 3].forEach((size) => message(shape, 1, (dim) => int(dim, 1, size))));
      }),
    );
  });

/** A file from `x` to `y`. */
export const file = (nodes: Write, more?: Write): Uint8Array => {
  const writer = new BinaryWriter();
  int(writer, 1, 8);
  message(writer, 7, (w) => {
    nodes(w);
    info(w, 11, 'x');
    info(w, 12, 'y');
  });
  message(writer, 8, (w) => int(w, 2, 17));
  more?.(writer);
  return writer.finish();
};

/** One node from `x` to `y`. */
export const relu: Write = (w) => node(w, 'Relu', ['x'], ['y']);

/** An attribute that is a network. */
export const networkAttribute = (writer: BinaryWriter, name: string, nodes: Write): void =>
  message(writer, 5, (w) => {
    text(w, 1, name);
    int(w, 20, 5);
    message(w, 6, nodes);
  });

/** An initializer of one number: int64 or bool. */
export const scalar = (writer: BinaryWriter, name: string, type: number, value: number): void =>
  message(writer, 5, (w) => {
    int(w, 2, type);
    message(w, type === 7 ? 7 : 5, (values) => values.int64(value));
    text(w, 8, name);
  });

/** The same fields again and again. */
export const repeat =
  (count: number, write: Write): Write =>
  (w) => {
    for (let i = 0; i < count; i++) write(w);
  };
