import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";

const api = process.env.CULTIVAR_URL ?? "http://127.0.0.1:8000";
const proxied = ["/api", "/files", "/docs", "/help", "/health", "/openapi.json"];

const BASE =
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\/(?!react-virtual|virtual)[\w-]+|i18next|react-i18next|openapi-fetch)\//;
const SHELL = /src\/(app|lib|features\/home|i18n\/\w+\.ts|ui\/(button|layout|icon|failure|logo|class-names))/;

/** The sources as a word: what one build has written down for itself, another does not read. */
function buildId(): string {
  const files = readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", ...files]) hash.update(file).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

const MANUAL = {
  cacheName: "cultivar-manual",
  cacheableResponse: { statuses: [200] },
  expiration: { maxEntries: 200, purgeOnQuotaError: true },
};

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "Cultivar",
        short_name: "Cultivar",
        description: "A photo of a leaf in, a calibrated answer out.",
        id: "/",
        start_url: "/scan",
        scope: "/",
        display: "standalone",
        background_color: "#f6f7f2",
        theme_color: "#1f5c3a",
        categories: ["utilities", "productivity"],
        icons: [
          { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,png,webmanifest}"],
        globIgnores: ["**/plotly*"],
        maximumFileSizeToCacheInBytes: 2_000_000,
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [/^\/(api|files|docs|help|health|metrics|openapi\.json)(\/|$)/],
        cleanupOutdatedCaches: true,
        // The manual is no part of the app: its pages are kept once seen, and the app says so where one is not here.
        runtimeCaching: [
          {
            urlPattern: ({ url, request }) => url.pathname.startsWith("/help/") && request.mode === "navigate",
            handler: "NetworkFirst",
            options: { ...MANUAL, precacheFallback: { fallbackURL: "/index.html" } },
          },
          { urlPattern: ({ url }) => url.pathname.startsWith("/help/"), handler: "NetworkFirst", options: MANUAL },
        ],
      },
    }),
  ],
  define: { __BUILD__: JSON.stringify(buildId()) },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: api }])) },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        // Every first visit needs all of these: two requests instead of twenty, each a trip over a slow network.
        advancedChunks: {
          groups: [
            { name: "base", test: BASE },
            { name: "shell", test: SHELL },
          ],
        },
      },
    },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/testing/setup.ts"], css: false },
});
