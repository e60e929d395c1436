/**
 * What the products of a Krylov space have along its earlier vectors, beyond the three terms of the recurrence: rounding, lost
 * orthogonality, asymmetry. With it every Hqⱼ is known as it was computed, and residuals of combinations need no product.
 */

/** One column a product; column j has j numbers, those along rows before its own. */
export class ProductColumns {
  private readonly columns: Float32Array[] = [];

  add(column: Float32Array): void {
    this.columns.push(column);
  }

  truncate(count: number): void {
    this.columns.length = Math.min(this.columns.length, count);
  }

  /**
   * ‖Hy − θy‖ and yᵀHy − θ of y = Σ sⱼqⱼ, where s is an eigenvector of the recurrence with eigenvalue θ.
   *
   * @param s [n]
   * @param remainder length of what each product left outside the space [n]
   */
  beyondRecurrence(
    s: Float64Array,
    remainder: ArrayLike<number>,
  ): { readonly residual: number; readonly shift: number } {
    const inside = new Float64Array(s.length);
    let outside = 0;
    for (let j = 0; j < s.length; j++) {
      const column = this.columns[j];
      const weight = s[j];
      for (let i = 0; i < column.length; i++) inside[i] += weight * column[i];
      // Remainders of different parts are not orthogonal: their lengths are added.
      outside += Math.abs(weight * remainder[j]);
    }
    let square = outside * outside;
    let shift = 0;
    for (let i = 0; i < s.length; i++) {
      square += inside[i] * inside[i];
      shift += s[i] * inside[i];
    }
    return { residual: Math.sqrt(square), shift };
  }
}
