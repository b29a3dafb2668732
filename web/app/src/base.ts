/** The path below which the app lies, from the `<base>` of the page: `/`, or `/meet/` behind a proxy that takes that part away. */
export function basePath(): string {
  return new URL('.', document.baseURI).pathname;
}
