/** Every word on the page, Spanish. */
import categoryNames from '../../../words/categories.es.json';
import { counted } from '../core/format';
import { hour } from './es/hour';
import type { Words } from './en';
import { choices } from './es/choices';
import { happened } from './es/happened';
import { night } from './es/night';
import { player } from './es/player';
import { screens } from './es/screens';
import { subject } from './es/subject';

export const es: Words = {
  site: 'Noche de premios',
  categoryNames,

  index: {
    title: 'Noches de premios, en directo y en diferido',
    intro: 'Cada premio en el momento en que se anuncia, y cada noche para revivirla a tu ritmo.',
    now: 'Esta noche',
    next: 'Próximamente',
    past: 'Noches para revivir',
    open: 'Abrir el marcador',
    follow: 'Seguir en directo',
    programme: 'Ver el programa',
    replay: 'Revivir desde el principio',
    empty: 'Todavía no hay ninguna ceremonia.',
    winners: 'Premiados',
    tv: 'Televisor',
    overlay: 'Rótulos para emisión',
    more: (name) => `Más de ${name}`,
    last: (category) => `Ahora mismo: ${category}`,
    onStage: (category) => `En el escenario: ${category}`,
    startsIn: (days, hours, minutes) =>
      days > 0
        ? `Empieza en ${counted(days, 'día', 'días')} y ${hours} h`
        : `Empieza en ${hours > 0 ? `${hours} h ` : ''}${minutes} min`,
  },

  liveNow: 'Ahora en directo',
  rehearsal: 'Ensayo',
  loading: 'Cargando la noche…',
  missing: 'No hay ninguna ceremonia en esta dirección.',
  unreachable: 'No se puede contactar con el servidor. Se está intentando de nuevo.',
  neverOpened:
    'No tienes conexión y esta noche no se ha abierto antes en este dispositivo. Se abrirá sola en cuanto la haya.',
  notLoaded: 'Esta parte no se ha podido cargar. Recarga la página.',
  unknown: 'No hay ninguna página en esta dirección.',
  home: 'Todas las ceremonias',

  pill: {
    connecting: 'Conectando',
    live: 'En directo',
    stale: (at) => `Reconectando, datos de ${hour(at)}`,
    offline: (time, day) =>
      `Sin conexión, datos ${day === undefined ? `de ${hour(time)}` : `del ${day}, ${time}`}`,
    ended: 'Resultado final',
    scheduled: 'Sin empezar',
    replay: 'Repetición',
  },
  banner: (at) =>
    `Sin conexión con el servidor. Lo que ves es de ${hour(at)}; se pondrá al día solo.`,
  offlineBanner: (time, day) =>
    `Sin conexión. Lo que ves es ${day === undefined ? `de ${hour(time)}` : `del ${day}, ${time}`}; se pondrá al día solo.`,
  behind: (n) => (n === 0 ? 'En pausa' : `${counted(n, 'suceso', 'sucesos')} por detrás`),
  behindShort: (n) => (n === 0 ? 'En pausa' : `${n} por detrás`),
  backToLive: 'Volver al directo',
  toTheEnd: 'Ir al final',
  backTo: (time: string) => `Volver a ${time}`,

  ...night,
  ...happened,
  ...player,
  ...choices,
  ...subject,
  ...screens,
};
