// Base64.

type Native = { fromBase64?(text: string): Uint8Array<ArrayBuffer> };

/** The bytes of a text in base64. @throws an error of the engine for other texts */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const native = Uint8Array as Native; // Chrome 140, Firefox 133, Safari 18.2, Node 25
  if (native.fromBase64) return native.fromBase64(text);
  const codes = atob(text);
  const bytes = new Uint8Array(codes.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = codes.charCodeAt(i);
  return bytes;
};
