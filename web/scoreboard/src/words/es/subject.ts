/** In Spanish: the pages of one category, work or person, and of the race. */
import { counted, list } from '../../core/format';
import type { subject as english } from '../en/subject';

export const subject: typeof english = {
  subject: {
    trail: 'Estás aquí',
    board: 'Marcador',
    kinds: {
      films: 'Película',
      people: 'Persona',
      distributors: 'Distribuidora',
      categories: 'Categoría',
    },
    unknown: 'La noche no conoce nada con este nombre, al menos en este momento.',
    toBoard: 'Volver al marcador',
    imdb: 'En IMDb',
    distributedBy: 'Distribuida por',
    hidden: 'Oculto',
    hiddenNote: 'Los resultados están tapados.',
    tally: 'El recuento',
    wins: 'Premios',
    nominations: 'Nominaciones',
    lost: 'Perdidas',
    pending: 'Por decidir',
    leads: (tied, over) =>
      tied
        ? over
          ? 'Compartió la cabeza'
          : 'Comparte la cabeza'
        : over
          ? 'Ganó la noche'
          : 'En cabeza',
    ranked: (rank) => `Puesto ${rank} por premios`,
    night: 'La noche',
    strip: (name, won, lost, open) =>
      `${name} a lo largo de la noche: ${counted(won, 'nominación ganada', 'nominaciones ganadas')}, ${counted(lost, 'perdida', 'perdidas')} y ${open} por decidir. La lista da la hora de cada una.`,
    hour: (n) => `${n} h`,
    toCome: 'por decidir',
    noFilm: 'Sin película',
    credits: 'Nominaciones',
    films: 'Películas',
    people: 'En los créditos',
    states: {
      upcoming: 'Por decidir',
      presenting: 'En el escenario',
      won: 'Ganada',
      lost: 'Nominada',
      withdrawn: 'Retirada',
    },
    review: 'En revisión',
    corrected: 'Corregida',
    correctedAway: 'Anunciada primero y corregida después',
    seek: (time, category) => `Ir a ${time}, ${category}`,
    moments: 'Momentos',
    nominees: 'Nominados',
    story: 'Cómo fue',
    storyEmpty: 'Aquí todavía no ha pasado nada.',
    presenters: (names) => `Con ${list(names)}`,
    place: (position, of) => `${position} de ${of} en el orden de la noche`,
    previous: 'Antes',
    next: 'Después',
    order: 'Orden de la noche',
    page: 'Todo sobre esta categoría',
  },

  race: {
    title: 'La carrera',
    works: 'Premios de cada película a lo largo de la noche',
    people: 'Premios de cada persona a lo largo de la noche',
    distributors: 'Premios de cada distribuidora a lo largo de la noche',
    choose: 'De quién son los premios dibujados',
    empty: 'Las líneas empiezan con el primer premio.',
    covered: 'La carrera está oculta mientras los resultados están tapados.',
    upTo: (time, names) =>
      names.length > 0 ? `Hasta ${time}: ${list(names)}.` : `Hasta ${time} nadie tiene premios.`,
    entry: (name, wins) => `${name} ${counted(wins, 'premio', 'premios')}`,
    corrected: 'corregido',
    table: 'La carrera en una tabla',
    time: 'Hora',
    category: 'Categoría',
    name: { works: 'Película', people: 'Persona', distributors: 'Distribuidora' },
    wins: 'Premios',
    ahead: 'Aún por llegar',
    none: 'Sin premios todavía',
  },
};
