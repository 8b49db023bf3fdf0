/** Line icons on a grid of 16. */
const PATHS = {
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6",
  halfMoon: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 2v12M8 4.5h4.8M8 8h6M8 11.5h4.8",
  copy: "M6 5.5h7v8H6zM3.5 10.5V2.5h7",
  check: "M3 8.5l3.2 3L13 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  reload: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8",
  back: "M10 3L5 8l5 5",
  download: "M8 2.5v8M4.8 7.5L8 10.7l3.2-3.2M3 13.5h10",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3L14 14",
  chevronRight: "M6 3.5L10.5 8 6 12.5",
  chevronDown: "M3.5 6L8 10.5 12.5 6",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 11.6v.6",
  database:
    "M3 4c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  queue: "M2 4.5h12v7H2zM6 4.5v7M10 4.5v7",
  pin: "M6 2h4M6.7 2v4L4.5 8.8h7L9.3 6V2M8 8.8V14",
  external: "M6.5 3.5H3v9.5h9.5V9.5M9 2.5h4.5V7M13.5 2.5L7.5 8.5",
  link: "M6.5 9.5l3-3M7.5 4.5l1.3-1.3a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.3 1.3a2.8 2.8 0 0 1-4-4L4.5 7.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 15 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
