/** The words of the producer's console in Spanish. */
import { list } from '../core/format';
import type { ConsoleWords } from './console.en';
import { desk } from './console/es/desk';
import { editor } from './console/es/editor';
import { entry } from './console/es/entry';
import { show } from './console/es/show';

export const es: ConsoleWords = {
  title: 'La mesa de producción',
  titleOf: (name: string) => `Mesa: ${name}`,
  rehearsalTitle: (name: string) => `ENSAYO · ${name}`,
  programme: 'Editor de programas',
  rehearsal: 'Ensayo',
  rehearsalNote: 'Nada de lo que se publica aquí se ve en la gala.',
  back: 'Todas las mesas',
  loading: 'Abriendo la mesa…',
  unreachable: 'No se puede conectar con el servidor. Se vuelve a intentar.',
  notLoaded: 'Esta parte no se ha podido cargar. Recarga la página.',
  missing: 'No hay ninguna ceremonia en esta dirección.',
  forbidden: 'Su clave no vale para esta mesa.',
  arrow: (category: string, winners: string) => `${category} → ${winners}`,
  about: (deed: string, category: string) => `${deed}: ${category}`,

  people: (names: readonly string[]) => list(names),

  ...entry,
  ...desk,
  ...show,
  ...editor,
};
