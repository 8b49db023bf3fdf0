import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "logic", environment: "node", include: ["src/**/*.test.ts"] },
      },
      {
        test: {
          name: "pages",
          environment: "jsdom",
          include: ["src/**/*.test.tsx"],
          setupFiles: ["test/setup.ts"],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
