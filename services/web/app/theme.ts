import {
  ActionIcon,
  createTheme,
  Menu,
  Modal,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const moss: MantineColorsTuple = [
  '#eff6f0',
  '#dfeae1',
  '#bcd5c2',
  '#a3cbae',
  '#8fc7a1',
  '#64a173',
  '#599b69',
  '#3f7a51',
  '#326543',
  '#245236',
];

/** Neutrals with the warmth of the paper they stand on. */
const gray: MantineColorsTuple = [
  '#faf8f2',
  '#f3f0e7',
  '#ebe7db',
  '#dedacc',
  '#cfcabb',
  '#aeab9d',
  '#85867a',
  '#5b6257',
  '#3c423a',
  '#22271f',
];

const dark: MantineColorsTuple = [
  '#e6e8e0',
  '#c6ccc1',
  '#a8b1a4',
  '#8b958a',
  '#465047',
  '#343c35',
  '#272e29',
  '#1a1f1b',
  '#141815',
  '#0f1210',
];

export const theme = createTheme({
  colors: { moss, dark, gray },
  primaryColor: 'moss',
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  black: '#22271f',
  fontFamily:
    "'Figtree Variable', system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Roboto, sans-serif",
  headings: { fontFamily: "'Fraunces Variable', Georgia, 'Times New Roman', serif" },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 350,
        withArrow: true,
        events: { hover: true, focus: true, touch: false },
      },
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' },
    }),
    // Its placeholder for the focus is no item, which a menu may not hold.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      styles: { title: { fontFamily: "'Fraunces Variable', Georgia, serif", fontSize: '1.2rem' } },
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { blur: 2, backgroundOpacity: 0.4 },
      },
    }),
  },
});

/** Mantine's own colours where they should be ours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fffdf8',
    '--mantine-color-dimmed': '#5b6257',
    '--mantine-color-placeholder': '#6b7267',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-default-border': '#d3cfc1',
    '--mantine-color-gray-light-color': '#4b5148',
  },
  dark: {
    '--mantine-color-body': '#1a1f1b',
    '--mantine-color-dimmed': '#a8b1a4',
    '--mantine-color-placeholder': '#939d91',
    '--mantine-color-error': '#ff9a8f',
  },
});
