/** Libraries in C, by the tools that take them. */
export const C_FORMATS = ['c', 'arduino', 'platformio', 'cmake'] as const;
export type CFormat = (typeof C_FORMATS)[number];

export const FORMATS = [...C_FORMATS, 'verilog'] as const;
export type Format = (typeof FORMATS)[number];

/** The version of every exported library: what its owner counts up when the network is trained anew. */
export const LIBRARY_VERSION = '1.0.0';

/** Who answers for an exported library: what package managers ask for. */
export interface Owner {
  /** One line, such as `Ann Example <ann@example.com>`. */
  readonly author: string;
  /** A page that tells more. */
  readonly url: string;
}

/** The method's paper stands for the page that a library has not got yet. */
export const NO_OWNER: Owner = { author: 'tablize', url: 'https://arxiv.org/abs/1906.04798' };
