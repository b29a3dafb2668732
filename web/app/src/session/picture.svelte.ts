/** The peer's picture in its place as Svelte state: the shapes of both, and whether it fills the place. */
import { pictureFit, shapesDiffer, type PictureFit } from './picture-fit.ts';
import { prefer, preference } from './preference.ts';

const CHOICES = ['whole', 'fill'] as const;

export class Picture {
  pictureWidth = $state(0);
  pictureHeight = $state(0);
  placeWidth = $state(0);
  placeHeight = $state(0);
  #chosen = $state.raw<PictureFit>(preference('picture', CHOICES));
  readonly #shapes = $derived([
    { width: this.pictureWidth, height: this.pictureHeight },
    { width: this.placeWidth, height: this.placeHeight },
  ] as const);
  fit = $derived(pictureFit(...this.#shapes, this.#chosen));
  /** There is a choice. */
  differs = $derived(shapesDiffer(...this.#shapes));

  toggle(): void {
    if (!this.differs) return;
    this.#chosen = this.#chosen === 'fill' ? 'whole' : 'fill';
    prefer('picture', this.#chosen);
  }
}
