import { readFileSync } from 'node:fs';
import { assetPath, toolkitVersion } from '../assets.js';
import {
  fillLines,
  networkLibrary,
  type KernelOptions,
  type NetworkLibrary,
  type NetworkSource,
} from '../firmware/index.js';
import type { TableNetwork } from '../network/index.js';
import { renderTemplate } from '../render/index.js';
import { cString, cStringBytes } from './c-string.js';
import { expectedOf, type ExamplePicture, type MeasuredAccuracy } from './example.js';
import { LIBRARY_VERSION, type CFormat, type Owner } from './formats.js';
import { packageName } from './package-name.js';
import { readmeView } from './readme.js';

/** What a library in C is made of. */
export interface CExport {
  readonly network: TableNetwork;
  readonly format: CFormat;
  readonly kernels: KernelOptions;
  /** The board or core that `kernels` are for, for readers. */
  readonly madeFor: string;
  readonly example: ExamplePicture;
  /** Null where there were no pictures to measure. */
  readonly accuracy: MeasuredAccuracy | null;
  readonly owner: Owner;
}

/** Where a format wants the header that users include, all other sources, and the example with its picture. */
interface Layout {
  readonly header: string;
  readonly sources: string;
  readonly example: (name: string) => {
    readonly folder: string;
    readonly file: string;
    readonly template: string;
  };
  /** Rendered files of the format's own: path and template. */
  readonly own: readonly (readonly [path: string, template: string])[];
}

const MAIN = { file: 'main.c', template: 'main.c' };

const LAYOUTS: Readonly<Record<CFormat, Layout>> = {
  c: {
    header: 'include',
    sources: 'src',
    example: () => ({ folder: 'example', ...MAIN }),
    own: [],
  },
  arduino: {
    header: 'src',
    // What lies deeper than src/ is not offered to sketches.
    sources: 'src/network',
    example: (name) => ({
      folder: `examples/${exampleName(name)}`,
      file: `${exampleName(name)}.ino`,
      template: 'sketch.ino',
    }),
    own: [
      ['library.properties', 'library.properties'],
      ['keywords.txt', 'keywords.txt'],
    ],
  },
  platformio: {
    header: 'include',
    sources: 'src',
    example: () => ({ folder: 'examples/classify/src', ...MAIN }),
    own: [['examples/classify/platformio.ini', 'platformio.ini']],
  },
  cmake: {
    header: 'include',
    sources: 'src',
    example: () => ({ folder: 'example', ...MAIN }),
    own: [
      ['CMakeLists.txt', 'CMakeLists.txt'],
      ['example/CMakeLists.txt', 'example-CMakeLists.txt'],
    ],
  },
};

/** Sketches are named as words with capitals: `MnistSmall`. */
function exampleName(name: string): string {
  return name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * Renders the library of a network in C as the tools of a format expect it: paths and texts. The same arguments give the same bytes.
 * Throws InputError for an invalid network or kernels that cannot compute it.
 */
export function cLibrary(request: CExport): ReadonlyMap<string, string> {
  const { network, format, kernels } = request;
  const layout = LAYOUTS[format];
  const library = networkLibrary(network, kernels, true);
  const { cName } = library.source;
  const example = layout.example(network.name);
  const facts = exportView(request, library, layout);
  const view = { ...facts, usage: renderTemplate(template(`usage/${format}.md`), facts).trimEnd() };
  const print = (name: string): string => renderTemplate(template(name), view);
  const header = `${cName}.h`;
  return new Map([
    ['README.md', print('README.md')],
    ['LICENSE', readFileSync(assetPath('LICENSE'), 'utf8')],
    ...layout.own.map(([path, from]): [string, string] => [path, print(from)]),
    ...(format === 'platformio' ? [['library.json', libraryJson(request, cName)] as const] : []),
    ...Array.from(library.files, ([name, text]): [string, string] => [
      `${name === header ? layout.header : layout.sources}/${name}`,
      text,
    ]),
    [`${example.folder}/picture.h`, print('picture.h')],
    [`${example.folder}/${example.file}`, print(example.template)],
  ]);
}

const template = (name: string): string => assetPath(`firmware-templates/export/${name}.ejs`);

/** What the templates of firmware-templates/export print. */
function exportView(request: CExport, { source, files }: NetworkLibrary, layout: Layout) {
  const { network, format, example, owner } = request;
  const { labels } = network.output;
  const expected = expectedOf(network, example);
  return {
    ...readmeView(request, source),
    version: toolkitVersion(),
    libraryVersion: LIBRARY_VERSION,
    packageName: packageName(source.cName),
    owner,
    network: source,
    keywords: keywordsOf(source),
    sources: [...files.keys()]
      .filter((name) => name.endsWith('.c'))
      .map((name) => ({ path: `${layout.sources}/${name}` })),
    example: {
      name: exampleName(network.name),
      title: expected.title,
      label: expected.label,
      pixels: fillLines(Array.from(expected.pixels)),
      logits: fillLines(expected.logits),
      names: labels.map((label) => `  ${cString(label)},`),
      nameBytes: Math.max(...labels.map(cStringBytes)),
      flash: format === 'arduino' ? ' PROGMEM' : '',
    },
  };
}

/** Functions and constants of the header, as the Arduino IDE names their kinds. */
function keywordsOf({
  cName,
  macro,
}: NetworkSource): readonly { readonly word: string; readonly kind: string }[] {
  const of = (kind: string, stem: string, names: readonly string[]): { word: string; kind: string }[] =>
    names.map((name) => ({ word: `${stem}_${name}`, kind }));
  return [
    ...of('KEYWORD2', cName, ['infer', 'load', 'load_packed', 'run_stage', 'label', 'tensor']),
    ...of('LITERAL1', macro, [
      'PIXELS',
      'LOGITS',
      'STAGES',
      'WORKSPACE_BYTES',
      'WORKSPACE_WORDS',
      'INPUT_OFFSET',
      'HASH',
    ]),
  ];
}

/** PlatformIO's manifest. */
function libraryJson({ network, owner }: CExport, cName: string): string {
  const manifest = {
    $schema:
      'https://raw.githubusercontent.com/platformio/platformio-core/develop/platformio/assets/schema/library.json',
    name: network.name,
    version: LIBRARY_VERSION,
    description: `The neural network "${network.name}" by table lookups and additions: no multiplication, no floating point, no heap.`,
    keywords: ['neural-network', 'machine-learning', 'lookup-table', 'microcontroller'],
    homepage: owner.url,
    authors: [{ name: owner.author, maintainer: true }],
    license: 'Apache-2.0',
    frameworks: '*',
    platforms: '*',
    headers: [`${cName}.h`],
    examples: [
      {
        name: 'classify',
        base: 'examples/classify',
        files: ['platformio.ini', 'src/main.c', 'src/picture.h'],
      },
    ],
    build: { includeDir: 'include', srcDir: 'src' },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
