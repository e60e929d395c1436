/** Light or dark: as the system has it, unless the reader says otherwise; always light on paper. */
import type { Shown } from './shown.ts';

/** Keeps colours of page and figures together. */
export function followTheme(shown: Shown, choice: HTMLSelectElement): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let printing = false;
  const apply = () => {
    const isDark = !printing && (choice.value === 'dark' || (choice.value === 'auto' && system.matches));
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    shown.setDark(isDark);
  };
  choice.addEventListener('change', apply);
  system.addEventListener('change', apply);
  addEventListener('beforeprint', () => {
    printing = true;
    apply();
    shown.setOnPaper(true);
  });
  addEventListener('afterprint', () => {
    printing = false;
    apply();
    shown.setOnPaper(false);
  });
  apply();
}
