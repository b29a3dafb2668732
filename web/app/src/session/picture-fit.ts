/** How a picture stands in its place when the two have different shapes. Pure. */

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** `fill`: cropped to the place. `whole`: all of it, and around it a blurred fill of itself. */
export type PictureFit = 'fill' | 'whole';

/** A picture of which no more than this is cut off fills its place: nobody misses it. */
const UNNOTICED_CROP = 0.12;

/** The part of a picture that is cut off where it fills a place, 0 to 1; 0 while either is unknown. */
export function cropped(picture: Box, place: Box): number {
  if (picture.width <= 0 || picture.height <= 0 || place.width <= 0 || place.height <= 0) return 0;
  const ratio = picture.width / picture.height / (place.width / place.height);
  return 1 - Math.min(ratio, 1 / ratio);
}

/** Whether there is anything to be chosen. */
export function shapesDiffer(picture: Box, place: Box): boolean {
  return cropped(picture, place) > UNNOTICED_CROP;
}

/** `chosen`: what the person prefers where the shapes differ. */
export function pictureFit(picture: Box, place: Box, chosen: PictureFit): PictureFit {
  return shapesDiffer(picture, place) ? chosen : 'fill';
}
