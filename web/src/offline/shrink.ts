import type { Photo } from "./database";

export const LONG_SIDE = 1600;
const QUALITY = 0.9;
const TYPE = "image/jpeg";

/** The size with this long side at most, never larger than it was. Pure. */
export function fitted(width: number, height: number, longSide: number): { width: number; height: number } {
  const share = Math.min(1, longSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** What is drawn on a canvas, as a JPEG without a word of where and when. */
export async function drawn(source: CanvasImageSource, width: number, height: number): Promise<Photo> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new TypeError("no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, TYPE, QUALITY));
  if (blob === null) throw new TypeError("no picture");
  return { bytes: await blob.arrayBuffer(), type: TYPE };
}

/** A file as the server needs it: upright, no larger than it must be, without metadata. Throws where the browser cannot read it. */
export async function shrink(file: Blob, longSide = LONG_SIDE): Promise<Photo> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const { width, height } = fitted(bitmap.width, bitmap.height, longSide);
    return await drawn(bitmap, width, height);
  } finally {
    bitmap.close();
  }
}
