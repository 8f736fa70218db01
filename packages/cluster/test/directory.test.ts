import { test } from 'vitest';
import { EmbeddedDirectory } from '../src/directory/index.ts';
import { directoryConformance } from './directory.conformance.ts';
import { directoryBehavesAsModel } from './directory.property.ts';

directoryConformance('EmbeddedDirectory', async () => new EmbeddedDirectory());

test('EmbeddedDirectory behaves as the model', async () => {
  await directoryBehavesAsModel(async () => new EmbeddedDirectory());
});
