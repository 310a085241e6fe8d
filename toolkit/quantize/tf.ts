import type * as core from '@tensorflow/tfjs-core';

/** The core of TensorFlow.js, whichever package it came from. */
export type Tf = typeof core;
