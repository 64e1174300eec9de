/** Every word on the page, Spanish. */
import categoryNames from '../../../words/categories.es.json';
import { counted, list, number, plural } from '../core/format';
import type { Words } from './en';

/** "las 21:04", but "la 01:04". */
const hour = (time: string): string => `${/^0?1:/.test(time) ? 'la' : 'las'} ${time}`;

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
  unknown: 'No hay ninguna página en esta dirección.',
  home: 'Todas las ceremonias',

  pill: {
    connecting: 'Conectando',
    live: 'En directo',
    age: (age) => `hace ${age}`,
    updated: 'actualizado',
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

  theme: {
    auto: 'Colores: los del dispositivo',
    light: 'Colores: claros',
    dark: 'Colores: oscuros',
  },

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
    opening: 'La noche ha empezado',
    openingNote: 'Todavía no se ha entregado ningún premio.',
    leads: (names, wins, over) => {
      const won = counted(wins, 'premio', 'premios');
      if (names.length > 3) {
        const films = counted(names.length, 'película', 'películas');
        return `${films} ${over ? 'compartieron' : 'comparten'} la cabeza con ${won} cada una`;
      }
      return names.length > 1
        ? `${list(names)} ${over ? 'fueron las más premiadas' : 'van en cabeza'}, con ${won} cada una`
        : `${names[0] ?? ''} ${over ? 'fue la más premiada' : 'va en cabeza'}, con ${won}`;
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
    days: (n) => plural(n, 'día', 'días'),
    hours: (n) => plural(n, 'hora', 'horas'),
    minutes: (n) => plural(n, 'minuto', 'minutos'),
    seconds: (n) => plural(n, 'segundo', 'segundos'),
    hosted: (names) => `${names.length > 1 ? 'Presentan' : 'Presenta'} ${list(names)}`,
    programme: (categories, works) =>
      `${counted(categories, 'categoría', 'categorías')}, ${counted(works, 'película', 'películas')}`,
    first: 'Primer premio de la noche',
  },

  over: {
    kicker: 'Así fue la noche',
    text: (awarded, all) =>
      awarded === all
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
    nominees: (n) => counted(n, 'candidatura', 'candidaturas'),
    winner: 'Premio',
    withdrawn: 'Retirada',
    corrected: 'Corregido',
  },

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

  tabs: {
    label: 'Secciones',
    board: 'Marcador',
    race: 'Carrera',
    categories: 'Categorías',
    feed: 'Directo',
  },

  transport: {
    label: 'Reproducción',
    play: 'Reproducir',
    pause: 'Pausa',
    replay: 'Revivir desde el principio',
    back: 'Un suceso atrás',
    forward: 'Un suceso adelante',
    position: 'Posición en la noche',
    value: (chapter, time, event, of) => `${chapter}, ${time}, suceso ${event} de ${of}`,
    opening: 'Apertura',
    chapters: 'Capítulos',
    speed: 'Velocidad',
    speedValue: (speed) => `${speed}×`,
    shorten: 'Acortar los ratos tranquilos',
    copy: 'Copiar enlace a este momento',
    copied: 'Enlace copiado',
    copyFailed: 'No se pudo copiar el enlace. Está en la barra de direcciones.',
    full: 'Pantalla completa',
    help: 'Teclas y ayuda',
    more: 'Más',
    event: (n, of) => `suceso ${n} de ${of}`,
    eventShort: (n, of) => `${n} de ${of}`,
    waiting: 'La reproducción se abre cuando empieza la noche.',
  },
  estimated: 'Horas estimadas',
  estimatedLong:
    'Las horas son estimadas: esta noche se reconstruyó después. El orden y los resultados son exactos.',

  help: {
    title: 'Teclas',
    close: 'Cerrar',
    keys: [
      ['Espacio o K', 'Reproducir o pausar'],
      ['Izquierda, derecha', '5 segundos atrás o adelante'],
      ['Mayús + izquierda, derecha', '30 segundos atrás o adelante'],
      ['[ y ]', 'Capítulo anterior o siguiente'],
      [', y .', 'Un suceso atrás o adelante'],
      ['0 a 9', 'A esa décima parte de la noche'],
      ['< y >', 'Más despacio o más deprisa'],
      ['Fin o L', 'Volver al directo, o ir al final'],
      ['S', 'Ocultar o mostrar los resultados'],
      ['F', 'Pantalla completa'],
      ['?', 'Esta lista'],
    ],
  },

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
    credits: 'Nominaciones',
    films: 'Películas',
    people: 'En los créditos',
    states: {
      upcoming: 'Por decidir',
      presenting: 'En el escenario',
      won: 'Ganada',
      lost: 'Perdida',
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

  tv: {
    programme: 'El programa de la noche',
    last: 'Los últimos premios',
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

  delay: {
    label: 'Retardo de la tele',
    note: 'Lo retiene todo hasta que llegue tu imagen.',
    off: 'Sin retardo',
    seconds: (n) => `${number(n)} s`,
    own: 'Otro…',
    ownLabel: 'Retardo en segundos',
    pill: (n) => `${number(n)} s de retardo`,
  },

  cover: {
    label: 'Ocultar los resultados',
    note: 'Los resultados están ocultos.',
    hidden: 'Resultado oculto',
    reveal: 'Descubrir',
    revealOf: (category) => `Descubrir el resultado de ${category}`,
    revealAll: 'Descubrir hasta aquí',
    still: 'Como estaba antes del primer resultado oculto.',
    moment: 'Oculto por ahora',
    decided: 'Decidida',
    off: 'Desactivar',
  },

  telling: {
    label: 'Cómo se cuenta la noche',
    happened: 'Tal como ocurrió',
    corrected: 'Tal como se corrigió',
    correctedNote: 'Contada con las correcciones: cada resultado, como quedó al final.',
    loading: 'Cargando la noche corregida…',
    back: 'Contarla tal como ocurrió',
  },

  since: {
    look: (time) => `Desde tu última visita, a ${hour(time)}`,
    awards: (n) => counted(n, 'premio más', 'premios más'),
    hide: 'Ocultar las marcas',
    fresh: 'nueva',
    up: (places) => `Sube ${counted(places, 'puesto', 'puestos')}`,
    down: (places) => `Baja ${counted(places, 'puesto', 'puestos')}`,
    entered: 'Entra en la clasificación',
    chapter: (change, category) => `${change} con ${category}`,
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

  programme: {
    tabs: { board: 'Películas', categories: 'Escaleta', feed: 'La noche' },
    order: 'Escaleta',
    title: 'La noche',
    venue: 'Lugar',
    hosts: (n) => plural(n, 'Presenta', 'Presentan'),
    begins: 'Empieza',
    ends: 'Premios',
    calendar: 'Añadir a tu calendario',
    tv: 'Abrir en un televisor',
    told: 'Avisos',
  },

  milestones: {
    'most-wins': 'Más premios que ninguna otra película',
    'ties-most-wins': 'Iguala el récord de premios',
    sweep: 'Ganó todas sus candidaturas',
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
