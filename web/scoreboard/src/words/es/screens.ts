/** In Spanish: the pages for televisions, broadcasts and other sites. */
import { plural } from '../../core/format';
import type { screens as english } from '../en/screens';
import { hour } from './hour';

export const screens: typeof english = {
  tv: {
    programme: 'El programa de la noche',
    last: 'Los últimos premios',
    lost: (at) => `Sin conexión con el servidor, datos de ${hour(at)}`,
  },
  overlay: {
    venue: 'Dónde',
    hosts: 'Presentan',
    programme: 'Esta noche',
    lead: 'En cabeza',
    progress: 'Hasta ahora',
    now: (wins) => `${plural(wins, 'premio', 'premios')} hasta ahora`,
    over: (wins) => plural(wins, 'premio', 'premios'),
  },
  embed: {
    open: 'Abrir el marcador completo',
    newTab: '(se abre en otra pestaña)',
    top: 'Más premiadas',
    nominated: 'Más nominadas',
  },
};
