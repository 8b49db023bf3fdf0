import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "./api/client";
import type { createAppRouter } from "./routes";
import { theme } from "./theme";

/** Only what may pass by itself is asked again. */
const RETRIES_MAX = 2;
const TRANSIENT = new Set(["unreachable", "busy", "unavailable"]);

function createQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < RETRIES_MAX && error instanceof ApiError && TRANSIENT.has(error.code),
      },
    },
  });
}

export function App({ router }: { router: ReturnType<typeof createAppRouter> }) {
  const [queryClient] = useState(createQueryClient);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      // Both would insert style elements, which the content security policy forbids.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
