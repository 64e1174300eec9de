import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const tracker = process.env.TRACKER_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/static/',
  plugins: [svelte()],
  build: {
    outDir: '../static',
    emptyOutDir: true,
    // The content security policy allows no data: addresses and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': { target: tracker, ws: true } },
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
  },
});
