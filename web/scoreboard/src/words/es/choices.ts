/** In Spanish: what a viewer chooses to see and to be told. */
import { counted, list, number } from '../../core/format';
import type { choices as english } from '../en/choices';

export const choices: typeof english = {
  theme: {
    auto: 'Colores: los del dispositivo',
    light: 'Colores: claros',
    dark: 'Colores: oscuros',
  },

  filter: {
    open: 'Filtrar',
    label: 'Filtrar el marcador y las categorías',
    text: 'Buscar',
    placeholder: 'Película, persona, categoría…',
    status: 'Categoría',
    anyStatus: 'En cualquier estado',
    distributor: 'Distribuidora',
    anyDistributor: 'Todas las distribuidoras',
    clear: 'Quitar filtros',
    count: {
      works: (n, of) => `${number(n)} de ${counted(of, 'película', 'películas')}`,
      people: (n, of) => `${number(n)} de ${counted(of, 'persona', 'personas')}`,
      distributors: (n, of) => `${number(n)} de ${counted(of, 'distribuidora', 'distribuidoras')}`,
      categories: (n, of) => `${number(n)} de ${counted(of, 'categoría', 'categorías')}`,
    },
    none: 'Aquí no hay nada que coincida.',
  },

  bells: {
    choose: 'Avísame',
    chooseLong: 'Elegir de qué quieres avisos',
    done: 'Listo',
    tell: (name) => `Avísame de ${name}`,
    note: 'Marca la campana de una categoría o de una película: te avisamos cuando llegue su momento, mientras esta página siga abierta.',
    allow: 'Permitir notificaciones',
    denied:
      'Las notificaciones están bloqueadas en esta página, así que suena un aviso y aparece una nota.',
    granted: 'Recibirás una notificación.',
    sound: 'Suena un aviso y aparece una nota.',
    chosen: (n) => `${counted(n, 'campana marcada', 'campanas marcadas')}`,
    about: (films) => list(films),
    onStage: (category) => `${category}: ahora en el escenario.`,
    close: 'Cerrar esta nota',
    label: 'Tus avisos',
  },

  zone: {
    mine: (name) => `Tu hora: ${name}`,
    venue: (name) => `Hora del lugar: ${name}`,
    toMine: 'Ver en tu hora',
    toVenue: 'Ver en la hora del lugar',
  },
};
