// The segments of a JPEG file (ITU T.81, annex B).

/** A marker and what follows it up to the next segment. */
export type JpegSegment = {
  /** The low byte of the marker, such as 0xda for the start of a scan. */
  marker: number;
  /** Where the marker begins, and where the segment ends, which may be after the end of a damaged file. */
  start: number;
  end: number;
};

/**
 * The segments that have a length, up to the end of the picture. Other bytes between them are skipped, as libjpeg and
 * Pillow do: the data of scans with their restart markers, and padding.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment, void, undefined> {
  for (let at = 2; (at = bytes.indexOf(0xff, at)) >= 0;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) return;
    // not stuffing, a restart, or the start of a picture
    const hasLength = marker >= 0xc0 && marker < 0xff && (marker < 0xd0 || marker > 0xd8);
    const end = at + (hasLength ? 2 + Math.max((bytes[at + 2]! << 8) | bytes[at + 3]!, 2) : 1);
    if (hasLength) yield { marker, start: at, end };
    at = end;
  }
}
