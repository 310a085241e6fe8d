export type { Tables } from './measured-tables.js';
export { quantizeTables, type QuantizeTablesOptions } from './quantize-tables.js';
export { trainTables, type TrainTablesOptions } from './train-tables.js';
