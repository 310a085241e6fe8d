export type { PageFile } from './page.js';
export { isEmptyStudy, PAGE, PAGE_MARK, renderStudy, type StudyPage } from './render-study.js';
