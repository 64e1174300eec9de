import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const tracker = process.env.TRACKER_URL ?? 'http://127.0.0.1:8000';

/** What the service worker need not have: letters that few need, and the producers' own page. */
const NOT_KEPT = /-latin-ext-|console/i;

/** Tells the service worker what the pages are made of. */
function filesForWorker(): Plugin {
  return {
    name: 'files-for-worker',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle['worker.js'];
        if (worker?.type !== 'chunk') return;
        const files = Object.values(bundle)
          .filter((file) => file !== worker && /\.(js|css|woff2)$/.test(file.fileName))
          .filter((file) => {
            const made = file.type === 'chunk' ? file.moduleIds : file.originalFileNames;
            return ![file.fileName, ...made].some((name) => NOT_KEPT.test(name));
          })
          .map(({ fileName }) => fileName);
        worker.code = worker.code.replace('__FILES__', JSON.stringify(files.sort()));
      },
    },
  };
}

interface Modules {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/**
 * What a page needs before anything else is in one file, whoever else needs it: each further
 * screen would otherwise break it into more pieces, which compress less well.
 */
function firstLoad(id: string, modules: Modules): string | null {
  // It waits for the words, which need some of this file: the wait must be outside of it.
  if (id.endsWith('/src/main.ts')) return null;
  const seen = new Set([id]);
  for (const each of seen) {
    if (each.endsWith('/src/main.ts')) return 'first';
    for (const importer of modules.getModuleInfo(each)?.importers ?? []) seen.add(importer);
  }
  return null;
}

export default defineConfig({
  base: '/static/',
  plugins: [svelte(), filesForWorker()],
  build: {
    outDir: '../static',
    emptyOutDir: true,
    // The content security policy allows no data: addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The second is of the pages that the server writes.
      input: ['index.html', 'src/styles/winners.css', 'worker/worker.ts'],
      output: {
        // The worker is found by its name, and must be one file.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: firstLoad, debugName: 'first' }],
        },
        entryFileNames: ({ name }) => (name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    // The names of the categories lie beside the page, since the server writes them too.
    fs: { allow: ['..'] },
    proxy: { '/api': { target: tracker, ws: true } },
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
  },
});
