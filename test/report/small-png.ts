/**
 * Pictures of an eighth of the width and height, in the place of src/report/png.ts: most of a tiny run's time would go into
 * encoding its pictures, at full size. As true to their data, and each of its own bytes. What a picture is at full size is
 * tested in this folder, and in runs as a user has them.
 *
 *   vi.mock(import('…/src/report/png.ts'), () => import('…/report/small-png.ts'));
 */
import type { ChartConfiguration } from 'chart.js';
import { vi } from 'vitest';
import { chartConfiguration } from '../../src/report/chart.ts';
import type { Figure } from '../../src/report/figure.ts';
import type * as Png from '../../src/report/png.ts';
import { size } from '../../src/report/theme.ts';

const png = await vi.importActual<typeof Png>('../../src/report/png.ts');

export const renderConfiguration: typeof png.renderConfiguration = (configuration, height) =>
  png.renderConfiguration(
    { ...configuration, options: { ...configuration.options, devicePixelRatio: size.pixelRatio / 8 } },
    height,
  );

/** PNG of a figure, 200 × 138 pixels. */
export const renderPng = (figure: Figure): Buffer =>
  renderConfiguration(chartConfiguration(figure) as ChartConfiguration, size.height);
