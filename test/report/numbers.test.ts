import { expect, test } from 'vitest';
import { powerOfTen, scientificNumber, shortNumber, wholeNumber } from '../../src/report/numbers.ts';

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
