// What bundled files are when they are imported.

declare module '*?url' {
  const url: string;
  export default url;
}

declare module '*?maps' {
  const url: string;
  export default url;
}

declare module '*.css';

declare module '*.json' {
  const value: { accuracy: { f32: number; f16: number } };
  export default value;
}

interface ImportMeta {
  /** Set by the build. */
  readonly env: { readonly PROD: boolean };
}
