/** An operator whose products an earlier process may have computed. */
import type { HessianAt } from '../hessian/hessian.ts';
import type { Journal } from '../store/journal.ts';

/** What of a Hessian's operator its users see. */
type Operator = Pick<HessianAt, 'size' | 'relativePrecision' | 'apply'>;

/** @param journal of results of `operator.size` numbers */
export function rememberedOperator(operator: Operator, journal: Journal): Operator {
  const { size, relativePrecision } = operator;
  return { size, relativePrecision, apply: (vector) => journal.recall(vector, () => operator.apply(vector)) };
}
