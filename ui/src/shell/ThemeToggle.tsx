import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";
import { Icon, type IconName } from "../shared/Icon";

const NEXT = { auto: "light", light: "dark", dark: "auto" } as const;
const ICONS: Record<keyof typeof NEXT, IconName> = { auto: "halfMoon", light: "sun", dark: "moon" };

/** As the system has it, light, dark; and round again. */
export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = `Theme: ${colorScheme === "auto" ? "as the system" : colorScheme}`;
  return (
    <Tooltip label={label} withArrow>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(NEXT[colorScheme])}>
        <Icon name={ICONS[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  );
}
