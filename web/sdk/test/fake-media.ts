/** The parts of MediaStream and MediaStreamTrack that the client uses. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly id: string;
  enabled = true;
  readyState: 'live' | 'ended' = 'live';

  constructor(kind: 'audio' | 'video', id: string = kind) {
    super();
    this.kind = kind;
    this.id = id;
  }

  clone(): FakeTrack {
    return new FakeTrack(this.kind, `${this.id}-clone`);
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): object {
    return { deviceId: this.id };
  }
}

export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(tracks: readonly FakeTrack[] = []) {
    this.tracks = [...tracks];
  }

  getTracks(): FakeTrack[] {
    return [...this.tracks];
  }

  addTrack(track: FakeTrack): void {
    if (!this.tracks.includes(track)) this.tracks.push(track);
  }

  removeTrack(track: FakeTrack): void {
    this.tracks.splice(0, this.tracks.length, ...this.tracks.filter((one) => one !== track));
  }
}
