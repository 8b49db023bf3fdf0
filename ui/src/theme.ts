import { createTheme } from "@mantine/core";

/** The rest of the theme is in tokens.css: no style is made at run time, so that the strictest policy holds. */
export const theme = createTheme({
  components: {
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    Autocomplete: { defaultProps: { size: "xs" } },
    TagsInput: { defaultProps: { size: "xs" } },
    Button: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    ActionIcon: { defaultProps: { size: "md", variant: "subtle", color: "gray" } },
    // Locking the page's scroll would insert a style element.
    Modal: { defaultProps: { lockScroll: false } },
  },
});
