/** In Spanish: what the night’s page says of the night: its head, its board and its categories. */
import { counted, list, plural } from '../../core/format';
import type { Subject } from '../../types';
import type { night as english } from '../en/night';
import { hour } from './hour';

const countedOf = (of: Subject, n: number): string =>
  of === 'works'
    ? counted(n, 'película', 'películas')
    : of === 'people'
      ? counted(n, 'persona', 'personas')
      : counted(n, 'distribuidora', 'distribuidoras');

export const night: typeof english = {
  others: (n) => `${n} más`,

  hero: {
    label: 'Lo último',
    winner: 'Premio',
    tie: 'Empate',
    underReview: 'En revisión',
    underReviewNote: 'El resultado sigue en pie mientras se comprueba.',
    corrected: 'Corregido',
    retracted: 'Anulado',
    retractedNote: 'Este resultado ya no vale. La categoría vuelve a estar abierta.',
    confirmed: 'Confirmado',
    notThis: 'No es lo que se anunció primero:',
    andOthers: (n) => `y ${n} más`,
    opening: 'La noche ha empezado',
    openingNote: 'Todavía no se ha entregado ningún premio.',
    closed: 'La noche ha terminado',
    closedNote: 'No se entregó ningún premio.',
    leads: (names, wins, over, of) => {
      const won = counted(wins, 'premio', 'premios');
      const most =
        of === 'people'
          ? ['la persona más premiada', 'las personas más premiadas']
          : ['la más premiada', 'las más premiadas'];
      const several =
        names.length > 3 || list(names).length > 90 ? countedOf(of, names.length) : list(names);
      return names.length > 1
        ? `${several} ${over ? `fueron ${most[1]}` : 'van en cabeza'}, con ${won} cada una`
        : `${names[0] ?? ''} ${over ? `fue ${most[0]}` : 'va en cabeza'}, con ${won}`;
    },
    awarded: (done, all) => [`${done}`, ` de ${all} entregados`],
    upNext: 'A continuación',
    onStage: 'Ahora en el escenario',
    presentedBy: (names) => `Lo ${names.length > 1 ? 'presentan' : 'presenta'} ${list(names)}`,
    allAwarded: 'Todos los premios están entregados.',
  },

  countdown: {
    kicker: 'La noche empieza en',
    soon: 'La noche está a punto de empezar',
    overdue: 'Aún no ha empezado',
    due: (time, at) =>
      at === undefined ? `Prevista para ${hour(time)}` : `Prevista para el ${at}`,
    days: (n) => plural(n, 'día', 'días'),
    hours: (n) => plural(n, 'hora', 'horas'),
    minutes: (n) => plural(n, 'minuto', 'minutos'),
    seconds: (n) => plural(n, 'segundo', 'segundos'),
    hosted: (names) => `${names.length > 1 ? 'Presentan' : 'Presenta'} ${list(names)}`,
    programme: (categories, competing, of) =>
      `${counted(categories, 'categoría', 'categorías')}, ${countedOf(of, competing)}`,
    first: 'Primer premio de la noche',
  },

  over: {
    kicker: 'Así fue la noche',
    text: (awarded, all) =>
      awarded === all && all > 0
        ? `Los ${all} premios están entregados.`
        : `Se entregaron ${awarded} de ${all} premios.`,
    replay: 'Verla otra vez desde el principio',
    top: 'Más premiadas',
    corrected: (category, to) => `${category}: ${to}`,
    winners: 'Todos los premios en una página',
  },

  board: {
    works: 'Películas por premios',
    people: 'Personas por premios',
    distributors: 'Distribuidoras por premios',
    tabs: { works: 'Películas', people: 'Personas', distributors: 'Distribuidoras' },
    choose: 'Qué se clasifica',
    nominations: (n) => counted(n, 'nominación', 'nominaciones'),
    winsUnit: (n) => plural(n, 'premio', 'premios'),
    rank: (rank, tied) => (tied ? `=${rank}` : `${rank}`),
    rankSpoken: (rank, tied) => (tied ? `Puesto ${rank} compartido` : `Puesto ${rank}`),
    pips: (wins, lost, pending) =>
      `${counted(wins, 'premio', 'premios')}, ${lost} sin premio, ${pending} por decidir`,
    nominated: {
      works: 'Películas por nominaciones',
      people: 'Personas por nominaciones',
      distributors: 'Distribuidoras por nominaciones',
    },
    winless: {
      works: (n) => `${counted(n, 'película', 'películas')} sin premio`,
      people: (n) => `${counted(n, 'persona', 'personas')} sin premio`,
      distributors: (n) => `${counted(n, 'distribuidora', 'distribuidoras')} sin premio`,
    },
    others: (n) => `${n} más`,
    moreWinless: (n) => `${n} más sin premio`,
    level: (n, wins) => `y ${n} más con ${counted(wins, 'premio', 'premios')}`,
    noneListed: 'En esta ceremonia no figura nadie aquí.',
  },

  categories: {
    title: 'Categorías',
    status: {
      upcoming: 'Pendiente',
      presenting: 'En el escenario',
      'under-review': 'En revisión',
      awarded: 'Entregado',
      withdrawn: 'Retirada',
    },
    nominees: (n) => counted(n, 'nominación', 'nominaciones'),
    winner: 'Premio',
    withdrawn: 'Retirada',
    corrected: 'Corregido',
  },

  programme: {
    tabs: { categories: 'Escaleta', feed: 'La noche' },
    order: 'Escaleta',
    title: 'La noche',
    venue: 'Lugar',
    hosts: (n) => plural(n, 'Presenta', 'Presentan'),
    ends: 'Premios',
    calendar: 'Añadir a tu calendario',
    tv: 'Abrir en un televisor',
    told: 'Avisos',
  },
};
