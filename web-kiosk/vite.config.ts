/// <reference types="vitest/config" />
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

// Every page lies beside its code: src/<screen>/<page>.html. src/rate and src/public are no pages of Vite's: the hub renders them.
const pages = (readdirSync("src", { recursive: true }) as string[])
  .filter((path) => /^(?!rate|public)\w+[\\/]\w+\.html$/.test(path))
  .map((path) => `src/${path}`);

// Programs ask for dist/<page>.html, wherever its source lies.
const flat: Plugin = {
  name: "hallpulse:flat-pages",
  enforce: "post",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.fileName.endsWith(".html")) file.fileName = basename(file.fileName);
    }
  },
};

export default defineConfig({
  plugins: [vue(), flat],
  // Counter PCs are old: Debian's and the last Chromium for Windows 7 and 8.1 is 109.
  build: {
    target: "chrome109",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // kB: the words of both languages; ECharts
    assetsInlineLimit: 0, // the content policy of the programs admits no data: URL
    rolldownOptions: { input: pages },
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  test: { include: ["src/**/*.test.ts"] },
});
