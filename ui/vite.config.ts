import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The running server that `npm run dev` asks. */
const server = process.env.HOPLINE_URL ?? "http://127.0.0.1:4320";

/**
 * The server fills in `<base>` from the depth of the path (see embed.rs). The
 * development server serves at the root only.
 */
const baseAtRoot: Plugin = {
  name: "hopline-base",
  apply: "serve",
  transformIndexHtml: (html) => html.replace('<base href="./">', '<base href="/">'),
};

export default defineConfig({
  // Relative, so that the bundle works under any path prefix.
  base: "",
  plugins: [react(), baseAtRoot],
  build: {
    target: "es2022",
    // The policy of the server allows no inline scripts or fonts.
    assetsInlineLimit: 0,
    // One file: it comes from the same machine, and a second one would only come later.
    chunkSizeWarningLimit: 1_000,
    license: { fileName: "licenses.md" },
  },
  server: { proxy: { "/api": server } },
});
