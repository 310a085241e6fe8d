import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadFirmwareBoard } from '../../toolkit/boards/index.js';
import { firmwareProject, networkCName } from '../../toolkit/firmware/index.js';
import { createInterpreter } from '../../toolkit/network/index.js';
import { randomNetwork, randomPicture } from '../support/random-network.js';
import { itWithTool } from '../support/tools.js';
import { WARNINGS, run, withProject } from './host-build.js';

/** A C++ program that infers one picture and prints the label and the logits. */
const program = (cName: string, picture: Uint8Array): string => `
#include <cstdio>
#include "${cName}.h"

static uint32_t workspace[${cName.toUpperCase()}_WORKSPACE_WORDS];
static const uint8_t pixels[] = {${picture.join(', ')}};

int main()
{
  int32_t logits[${cName.toUpperCase()}_LOGITS];
  std::printf("%d", static_cast<int>(${cName}_infer(workspace, pixels, logits)));
  for (int32_t logit : logits) std::printf(" %ld", static_cast<long>(logit));
}
`;

describe('the library in C', () => {
  itWithTool(['gcc', 'g++'], 'links with a program in C++ and computes what interpret() does', () => {
    const network = { ...randomNetwork(1), name: 'random' };
    const picture = randomPicture(network, 1);
    const project = firmwareProject(network, loadFirmwareBoard('host'));
    const printed = withProject(project, (folder) => {
      writeFileSync(join(folder, 'main.cpp'), program(networkCName(network.name), picture));
      run(folder, 'gcc', ['-std=c99', ...WARNINGS, '-Inetwork', '-c', ...project.inference]);
      const objects = project.inference.map((path) => path.replace(/^.*\//, '').replace(/\.c$/, '.o'));
      run(folder, 'g++', ['-std=c++11', ...WARNINGS, '-Inetwork', 'main.cpp', ...objects, '-o', 'main']);
      return execFileSync(join(folder, 'main'), { encoding: 'utf8' });
    });
    const { label, logits } = createInterpreter(network).infer(picture);
    expect(printed).toBe([label, ...logits].join(' '));
  });
});
