import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** For an entry that Node runs from its sources: prompts are text, as the bundler makes them. */
registerHooks({
  load: (url, context, next) => {
    if (!url.endsWith('.md')) return next(url, context);
    const text = readFileSync(fileURLToPath(url), 'utf8');
    return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
