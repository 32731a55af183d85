import { expect, test } from 'vitest';
import { chooseOldImages } from './old-images.mjs';

const image = (id: string, createdAt: number, ...names: string[]) => ({
  id: `sha256:${id}`,
  names,
  createdAt,
});
const universal = (tag: string): string => `drydock/universal:${tag}`;
const images = [
  image('a', 1, universal('a')),
  image('b', 2, universal('b'), 'mine:kept'),
  image('c', 3, universal('c')),
  image('x', 0, 'drydock/services:latest'),
  image('y', 0, 'debian:bookworm'),
  image('z', 0),
  image('d', 4, universal('d')),
  image('f', 6, universal('f')),
  image('e', 5, universal('e')),
];
const choose = (current: string, ...used: string[]) =>
  chooseOldImages(images, { current, used: new Set(used.map((id) => `sha256:${id}`)) });

test('an image that setup made goes when three newer ones are there, by the name that setup gave it', () => {
  expect(choose(universal('f'))).toEqual([universal('c'), universal('b'), universal('a')]);
});

test('the current one, those of containers, and what setup did not make stay, however old', () => {
  expect(choose(universal('a'), 'c')).toEqual([universal('b')]);
});
