import { expect, test } from 'vitest';
import {
  powerOfTen,
  scientificNumber,
  shortNumber,
  wholeNumber,
  fixedNumber,
  fixedScientific,
  withError,
} from '../../src/report/numbers.ts';

test.each([
  [0, '10⁰'],
  [-3, '10⁻³'],
  [12, '10¹²'],
  [-20, '10⁻²⁰'],
])('powerOfTen(%d) is %s', (exponent, text) => expect(powerOfTen(exponent)).toBe(text));

test.each([
  [0, '0'],
  [-0, '0'],
  [1, '1'],
  [0.05, '0.05'],
  [-0.25, '−0.25'],
  [1234.5, '1230'],
  [99_949, '99900'],
  // Rounded to three digits these reach the next power of ten, and with it the other form.
  [99_960, '10⁵'],
  [0.00099999, '0.001'],
  [0.000999, '9.99×10⁻⁴'],
  [6e-5, '6×10⁻⁵'],
  [1e-5, '10⁻⁵'],
  [-2.5e7, '−2.5×10⁷'],
  [Infinity, '∞'],
  [-Infinity, '−∞'],
  [NaN, 'undefined'],
])('shortNumber(%d) is %s', (value, text) => expect(shortNumber(value)).toBe(text));

test('shortNumber keeps as many digits as asked for', () => {
  expect(shortNumber(0.123456, 4)).toBe('0.1235');
  expect(shortNumber(1.23456e-7, 2)).toBe('1.2×10⁻⁷');
});

test.each([
  [0.001, '10⁻³'],
  [0.02, '2×10⁻²'],
  [1, '10⁰'],
  [-3.14159, '−3.14×10⁰'],
  [0, '0'],
  [NaN, 'undefined'],
])('scientificNumber(%d) is %s', (value, text) => expect(scientificNumber(value)).toBe(text));

test('wholeNumber separates thousands', () => {
  expect(wholeNumber(4000)).toBe('4,000');
  expect(wholeNumber(881)).toBe('881');
});

test.each([
  [0.6, 3, '0.600'],
  [-0.6, 3, '−0.600'],
  [-0.0001, 2, '0.00'],
  [-1860.3, 2, '−1860'],
  [162026.755, 3, '1.62×10⁵'],
  [NaN, 3, 'undefined'],
])('%f with %i decimals', (value, decimals, text) => expect(fixedNumber(value, decimals)).toBe(text));

test.each([
  [1.21e-4, '1.210×10⁻⁴'],
  [-2e3, '−2.000×10³'],
  [0, '0'],
])('%f with four digits', (value, text) => expect(fixedScientific(value, 4)).toBe(text));

test.each([
  [0.98912, 0.0138, '0.989 ± 0.014'],
  [25.991, 1.64, '26.0 ± 1.6'],
  [312.4, 20.2, '312 ± 20'],
  [162026.755, 16120.887, '(1.62 ± 0.16)×10⁵'],
  [1.5, null, '1.500'],
  [162026.755, null, '1.62×10⁵'],
])('%f ± %f', (value, error, text) => expect(withError(value, error)).toBe(text));
