// What `require` returns for a model file: the number of an asset.

declare module '*.gw' {
  const asset: number;
  export default asset;
}
