import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The header that a careful organisation would send, and the page lives with: no inline style or script, no data: URL,
// wasm allowed. `vite dev` injects styles as elements, so only the built page is served under it.
export const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 900 },
  preview: { headers: { "Content-Security-Policy": CSP } },
});
