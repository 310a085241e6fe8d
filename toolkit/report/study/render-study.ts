import type { CellDistributions, CellResult, Study } from '../../study/index.js';
import { grouped } from '../text.js';
import { accuracySection, bestSection } from './accuracy.js';
import { compactnessSection } from './compactness.js';
import { distributionsSection } from './distributions.js';
import { findingsOf, methodNames, unique, type Finding } from './findings.js';
import { left, right, table } from './markdown.js';
import type { PageFile } from './page.js';

export interface StudyPage {
  readonly study: Study;
  /** At least one of them of a cell of the study. */
  readonly results: readonly CellResult[];
  readonly distributions: readonly CellDistributions[];
  /** The command line that makes the results and the page. */
  readonly command: string;
}

export const PAGE = 'README.md';

/** The first line of a page, by which it is known as ours. */
export const PAGE_MARK = '<!-- Made by `tablize study`; changes are lost. -->';

/** Whether nothing of the study is finished, so that there is no page. */
export const isEmptyStudy = (study: Study, results: readonly CellResult[]): boolean =>
  findingsOf(study, results).length === 0;

/** The page of a study and the plots beside it: the same bytes from the same results. */
export function renderStudy(page: StudyPage): readonly PageFile[] {
  const { study, results, distributions, command } = page;
  const findings = findingsOf(study, results);
  const sections = [
    accuracySection(findings),
    bestSection(findings),
    compactnessSection(findings),
    distributionsSection(distributions, findings),
  ];
  const blocks = [
    PAGE_MARK,
    `# ${study.title}`,
    ...introduction(study, findings),
    ...sections.flatMap((section) => section.blocks),
    ...origin(study, findings, command),
  ];
  return [{ path: PAGE, text: `${blocks.join('\n\n')}\n` }, ...sections.flatMap(({ files }) => files)];
}

function introduction(study: Study, findings: readonly Finding[]): readonly string[] {
  const data = findings[0]?.result.data;
  const networks = unique(study.cells.map(({ architecture }) => architecture));
  return [
    `Data: \`${study.data}\`, ${grouped(data?.train ?? 0)} pictures to train with and ${grouped(data?.test ?? 0)} to test with. ` +
      'Accuracies are on all test pictures; those with tables are of the integer reference, to which every device is compared bit for bit. ' +
      'The drop is the accuracy of the float network minus that with tables, in percentage points. ' +
      'Where there are several seeds, the mean comes first, then the least and the most.',
    networksTable(study, networks),
    methodsTable(study),
  ];
}

function methodsTable(study: Study): string {
  const methodOf = methodNames(study);
  const schemes = new Map(study.cells.map((cell) => [methodOf(cell), cell.scheme]));
  const moved = [...schemes.values()].some(({ shift }) => shift !== undefined);
  return table(
    [
      left('scheme'),
      left('weight levels'),
      left('activation levels'),
      left('then'),
      right('epochs'),
      ...(moved ? [right('pictures moved by, pixels')] : []),
    ],
    [...schemes].map(([method, { weights, activations, learn, shift }]) => {
      const own = study.cells.filter((cell) => methodOf(cell) === method);
      const epochs = unique(own.map((cell) => cell.epochs)).toSorted((a, b) => a - b);
      const untrained = epochs.every((count) => count === 0);
      return [
        method,
        weights,
        activations,
        learn ? 'learned' : untrained ? 'kept, no training' : 'kept',
        epochs.join(', '),
        ...(moved ? [`${untrained ? '' : (shift ?? 'as usual')}`] : []),
      ];
    }),
  );
}

function networksTable({ cells }: Study, networks: readonly string[]): string {
  return table(
    [left('network'), right('float epochs'), left('seeds')],
    networks.map((network) => {
      const own = cells.filter(({ architecture }) => architecture === network);
      const seeds = unique(own.map(({ seed }) => seed)).toSorted((a, b) => a - b);
      return [network, `${own[0]?.floatEpochs ?? 0}`, seeds.join(', ')];
    }),
  );
}

function origin(study: Study, findings: readonly Finding[], command: string): readonly string[] {
  const finished = new Set(findings.map(({ cell }) => cell.id));
  const missing = study.cells.filter(({ id }) => !finished.has(id));
  const standing = `${finished.size} of ${study.cells.length} cells of the study are finished.`;
  return [
    '## How this was made',
    `\`\`\`sh\n${command}\n\`\`\``,
    'All numbers come from [results.jsonl](results.jsonl), a line for each cell; with `--render` the same command makes this page and its plots from there, without training.',
    missing.length === 0
      ? standing
      : `${standing} Missing: ${missing
          .slice(0, TOLD)
          .map(({ id }) => `\`${id}\``)
          .join(', ')}${missing.length > TOLD ? ` and ${missing.length - TOLD} more` : ''}.`,
  ];
}

/** Missing cells that are told by name. */
const TOLD = 10;
