/** Dark or light: as the device prefers, or as chosen here. */

export type Choice = 'auto' | 'light' | 'dark';

const KEY = 'theme';
const ORDER: readonly Choice[] = ['auto', 'light', 'dark'];

function stored(): Choice {
  try {
    const value = localStorage.getItem(KEY);
    return ORDER.find((choice) => choice === value) ?? 'auto';
  } catch {
    return 'auto'; // Storage may be forbidden; the choice then lasts for this page.
  }
}

class Theme {
  choice: Choice = $state(stored());

  apply(): void {
    document.documentElement.dataset.theme = this.choice;
  }

  next(): void {
    this.choice = ORDER[(ORDER.indexOf(this.choice) + 1) % ORDER.length] ?? 'auto';
    this.apply();
    try {
      localStorage.setItem(KEY, this.choice);
    } catch {
      // As above.
    }
  }
}

export const theme = new Theme();
