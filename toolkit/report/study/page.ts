/** A file of a study's page; `path` is relative to its folder. */
export interface PageFile {
  readonly path: string;
  readonly text: string;
}

/** Part of a page: blocks of Markdown, an empty line between, and the pictures that they show. */
export interface Section {
  readonly blocks: readonly string[];
  readonly files: readonly PageFile[];
}
