export * from './tablize.js';
