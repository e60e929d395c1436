/**
 * One entry for every checked op: the ways in which models call it. An op without an entry fails the test that walks
 * this table, so that none joins the list unchecked.
 */
import type { OpCase } from './op-case.ts';
import { arrayCases } from './op-cases-arrays.ts';
import { elementwiseCases } from './op-cases-elementwise.ts';

export const opCases: Readonly<Record<string, readonly OpCase[]>> = { ...elementwiseCases, ...arrayCases };
