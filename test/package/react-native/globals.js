// Globals that React Native has and the command line of Hermes lacks.

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

globalThis.btoa ??= (text) => {
  let base64 = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => text.charCodeAt(i + k));
    const codes = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    base64 += codes.map((code, k) => (i + k > text.length ? '=' : letters[code])).join('');
  }
  return base64;
};
globalThis.atob ??= (base64) => {
  const bits = [...base64.replace(/=/g, '')]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(6, '0'))
    .join('');
  return bits
    .match(/.{8}/g)
    .map((byte) => String.fromCharCode(parseInt(byte, 2)))
    .join('');
};
globalThis.setTimeout ??= () => 0;
globalThis.clearTimeout ??= () => {};
