/** In Spanish: where one stands in the night, and how one moves there. */
import { number } from '../../core/format';
import type { player as english } from '../en/player';

export const player: typeof english = {
  tabs: {
    label: 'Secciones',
    board: 'Marcador',
    race: 'Carrera',
    categories: 'Categorías',
    feed: 'Al minuto',
  },

  transport: {
    label: 'Reproducción',
    skip: 'Ir al reproductor',
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
    cut: (time) => `${time} omitidos`,
    waiting: 'La reproducción se abre con el primer acontecimiento.',
  },
  estimated: 'Horas estimadas',
  estimatedLong:
    'Las horas son estimadas: esta noche se reconstruyó después. El orden y los resultados son exactos.',

  help: {
    title: 'Teclas',
    close: 'Cerrar',
    single: 'Letras, cifras y signos funcionan como teclas',
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
};
