/** In Spanish: what happened, and what was reached by it. */
import { counted, list } from '../../core/format';
import type { happened as english } from '../en/happened';
import { hour } from './hour';

export const happened: typeof english = {
  feed: {
    title: 'Minuto a minuto',
    empty: 'Todavía no ha pasado nada.',
    fresh: (n) => counted(n, 'novedad', 'novedades'),
    goTo: (time) => `Ir a este momento, ${time}`,
    started: 'Empieza la ceremonia',
    ended: 'Termina la ceremonia',
    reopened: 'La ceremonia se reabre',
    rescheduled: (when) => `Nueva fecha: ${when}`,
    presenting: 'En el escenario',
    winner: 'Premio',
    tie: 'Empate',
    review: 'En revisión',
    confirmed: 'Confirmado',
    corrected: 'Corregido',
    retracted: 'Anulado',
    withdrawn: 'Retirada',
    momentWithdrawn: 'Se retiró una nota',
    correctedAt: (time) => `Corregido a ${hour(time)}`,
    corrects: (time) => `Corrige lo de ${hour(time)}`,
    earlier: (n) => `Ver ${counted(n, 'anterior', 'anteriores')}`,
  },

  moments: {
    speech: 'Discurso',
    performance: 'Actuación',
    tribute: 'Homenaje',
    host: 'Presentación',
    comedy: 'Humor',
    political: 'Reivindicación',
    record: 'Récord',
    milestone: 'Hito',
    upset: 'Sorpresa',
    surprise: 'Sorpresa',
    incident: 'Incidente',
    broadcast: 'Retransmisión',
    format: 'Formato',
  },
  moment: 'Momento',

  since: {
    look: (time, day) =>
      `Desde tu última visita, ${day === undefined ? '' : `el ${day} `}a ${hour(time)}`,
    awards: (n) => counted(n, 'premio más', 'premios más'),
    hide: 'Ocultar las marcas',
    fresh: 'entra',
    up: (places) => `Sube ${counted(places, 'puesto', 'puestos')}`,
    down: (places) => `Baja ${counted(places, 'puesto', 'puestos')}`,
    entered: 'Entra en la clasificación',
    chapter: (change, category) => `${change} con ${category}`,
  },

  milestones: {
    'most-wins': 'Más premios que ninguna otra película',
    'ties-most-wins': 'Iguala el récord de premios',
    sweep: 'Ganó todas sus nominaciones',
    'first-win': 'Primer premio',
    record: 'Récord',
  },
  milestone: 'Hito',

  spoken: {
    hidden: (category) => `Ya hay resultado en ${category}. Está oculto.`,
    award: (category, winners) =>
      `${category}${winners.length > 1 ? ', empate' : ''}: ${winners.join('; y ')}.`,
    total: (title, wins) => `${title} suma ya ${counted(wins, 'premio', 'premios')}.`,
    corrected: (category, winners, struck) =>
      `Corrección. ${category}: ${list(winners)}${struck.length > 0 ? `, no ${list(struck)}` : ''}.`,
    retracted: (category) => `Se ha anulado el resultado de ${category}.`,
    review: (category) => `${category}: resultado en revisión.`,
    confirmed: (category) => `${category}: resultado confirmado.`,
  },
};
