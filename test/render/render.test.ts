import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../../toolkit/assets.js';
import { renderTemplate, renderText, templateTrespasses } from '../../toolkit/render/index.js';

const folder = assetPath('firmware-templates');
const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ejs'),
);

describe('renderText', () => {
  it('prints strings and numbers as they are: C is not HTML', () => {
    const view = { code: 'a < b && c > "d"', count: -3 };
    expect(renderText('<%= view.code %> <%= view.count %>', view, 't')).toBe('a < b && c > "d" -3');
  });

  it.each([
    ['a missing value', {}],
    ['null', { value: null }],
    ['NaN', { value: NaN }],
    ['an object', { value: {} }],
  ])('throws for %s instead of printing it', (_what, view) => {
    expect(() => renderText('<%= view.value %>', view, 't')).toThrow('its view lacks a value');
  });

  it('throws for a name outside the view', () => {
    expect(() => renderText('<%= value %>', { value: 1 }, 't')).toThrow('value is not defined');
  });
});

describe('templates only print', () => {
  it('has templates to look at', () => {
    expect(templates.length).toBeGreaterThanOrEqual(5);
  });

  it.each(templates)('%s', (path) => {
    expect(templateTrespasses(readFileSync(`${folder}/${path}`, 'utf8'))).toEqual([]);
  });

  it.each([
    '<%- view.x %>',
    '<%= view.x + 1 %>',
    '<%= view.f() %>',
    '<%= view.x ?? 0 %>',
    '<%= view["x"] %>',
    '<% const y = 1; %>',
    '<%_ if (view.x > 1) { _%>',
    '<%_ for (let i = 0; i < 3; i++) { _%>',
    '<%_ for (const x of view.list.slice(1)) { _%>',
    '<%# a note %>',
  ])('finds %s', (tag) => {
    expect(templateTrespasses(`x\n${tag}\ny`)).toEqual([tag]);
  });

  it('lets values, loops and conditions pass', () => {
    const template =
      '<%_ for (const x of view.list) { _%>\n<%_ if (x.on) { _%>\n<%= x.name %>\n<%_ } else { _%>\n-\n<%_ } _%>\n<%_ } _%>\n';
    expect(templateTrespasses(template)).toEqual([]);
    expect(renderText(template, { list: [{ on: true, name: 'a' }, { on: false }] }, 't')).toBe('a\n-\n');
  });
});

describe('renderTemplate', () => {
  it('names the template in its errors', () => {
    expect(() => renderTemplate(`${folder}/network/network.h.ejs`, {})).toThrow('network.h.ejs');
  });
});
