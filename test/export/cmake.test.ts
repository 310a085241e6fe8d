import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { madeUpPictures } from '../../toolkit/export/index.js';
import type { TableNetwork } from '../../toolkit/network/index.js';
import { WARNINGS } from '../firmware/host-build.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { itWithTool } from '../support/tools.js';
import { exampleLines, exported, sh, written } from './written.js';

const TOOLS = ['cmake', 'gcc', 'make'];
const CONFIGURE = `cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc`;

const export_ = (network: TableNetwork): string => written(exported(network, 'cmake', 'm0'), 'library');

/** What the example of a network must print. */
function said(network: TableNetwork): string {
  const [picture] = madeUpPictures(network, 1);
  return exampleLines(network, picture?.pixels ?? new Uint8Array()).join('\n');
}

/** A project in C that uses a library, with the library's example as its program. */
function project(library: string, uses: string, target: string): string {
  const folder = temporaryFolder('cmake');
  const lines = [
    'cmake_minimum_required(VERSION 3.13)',
    'project(user LANGUAGES C)',
    uses,
    `add_executable(user ${library}/example/main.c)`,
    `target_link_libraries(user PRIVATE ${target})`,
  ];
  writeFileSync(join(folder, 'CMakeLists.txt'), `${lines.join('\n')}\n`);
  return folder;
}

describe('a library for CMake', () => {
  for (const name of ['tiny', 'test', 'all', 'int']) {
    itWithTool(TOOLS, `"${name}": builds by itself with strict warnings, and ctest runs its example`, () => {
      const network = { ...tinyNetwork(), name };
      const folder = export_(network);
      sh(folder, `${CONFIGURE} -DCMAKE_C_FLAGS='${WARNINGS.join(' ')}' && cmake --build build`);
      expect(sh(folder, 'cd build && ctest --output-on-failure')).toMatch(/100% tests passed.* out of 1/);
      expect(sh(folder, './build/example/*_classify').trimEnd()).toBe(said(network));
    });
  }

  itWithTool(TOOLS, 'is used by add_subdirectory', () => {
    const network = tinyNetwork();
    const library = export_(network);
    const user = project(library, `add_subdirectory(${library} library)`, 'tiny::tiny');
    const printed = sh(user, `${CONFIGURE} >log && cmake --build build >log && ./build/user`);
    expect(printed.trimEnd()).toBe(said(network));
    // Its example is not the user's.
    expect(sh(user, 'cmake --build build --target help')).not.toContain('classify');
  });

  itWithTool(TOOLS, 'is installed, and found by find_package', () => {
    const network = tinyNetwork();
    const library = export_(network);
    const prefix = temporaryFolder('prefix');
    sh(library, `${CONFIGURE} && cmake --build build && cmake --install build --prefix ${prefix}`);
    const user = project(library, 'find_package(tiny 1.0 REQUIRED)', 'tiny::tiny');
    const printed = sh(
      user,
      `${CONFIGURE} -DCMAKE_PREFIX_PATH=${prefix} >log && cmake --build build >log && ./build/user`,
    );
    expect(printed.trimEnd()).toBe(said(network));
    expect(sh(prefix, "find . -name '*.h'").trim()).toBe('./include/tiny.h');
  });

  itWithTool(TOOLS, 'two networks are used by one project', () => {
    const [a, b] = [tinyNetwork(), { ...tinyNetwork(), name: 'other' }];
    const [first, second] = [export_(a), export_(b)];
    const both = `add_subdirectory(${first} first)\nadd_subdirectory(${second} second)`;
    const user = project(first, both, 'tiny::tiny other::other');
    const printed = sh(user, `${CONFIGURE} >log && cmake --build build >log && ./build/user`);
    expect(printed.trimEnd()).toBe(said(a));
  });
});
