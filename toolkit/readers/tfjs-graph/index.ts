export { readTfjsGraph } from './read-tfjs-graph.js';
