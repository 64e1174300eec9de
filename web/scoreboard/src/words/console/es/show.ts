/** In Spanish: the show as it goes on beside the desk: its log, its moments and its running order. */
import { counted } from '../../../core/format';
import type { show as english } from '../en/show';

export const show: typeof english = {
  log: {
    title: 'Los diez últimos',
    empty: 'Todavía no se ha publicado nada.',
    someone: 'desconocido',
  },

  events: {
    'ceremony-scheduled': 'Programada',
    'ceremony-rescheduled': 'Cambio de hora',
    'work-listed': 'En la lista',
    'category-listed': 'Categoría en la lista',
    'category-withdrawn': 'Categoría retirada',
    'nominee-withdrawn': 'Nominado retirado',
    'running-order-set': 'Nueva escaleta',
    'ceremony-started': 'Empezó la gala',
    'ceremony-ended': 'Terminó la gala',
    'ceremony-reopened': 'Se reabrió la gala',
    'presenting-began': 'Se presenta',
    'stage-cleared': 'Escenario despejado',
    'winner-announced': 'Ganador',
    'result-put-under-review': 'En revisión',
    'result-confirmed': 'Confirmado',
    'winner-corrected': 'Corregido',
    'winner-retracted': 'Retirado',
    'moment-noted': 'Momento',
    'moment-withdrawn': 'Momento retirado',
    tie: 'Empate',
  },

  moments: {
    title: 'Momentos',
    kind: 'Clase',
    text: 'Qué ha pasado',
    work: 'Película de la que trata',
    noWork: 'Ninguna película',
    note: 'Anotarlo',
    withdraw: 'Retirar',
    withdrawOf: (text: string) => `Retirar: ${text}`,
    standing: 'Anotados hace poco',
  },

  phases: {
    start: 'Empezar la gala',
    end: 'Terminar la gala',
    reopen: 'Reabrir la gala',
  },

  run: {
    title: 'Ensayo',
    from: 'Desde la grabación',
    speed: 'Velocidad',
    times: (speed: number) => `${speed}×`,
    start: 'Empezar',
    stop: 'Parar y seguir a mano',
    left: (n: number) => `Faltan ${counted(n, 'suceso', 'sucesos')}`,
    over: 'La grabación ha llegado a su fin.',
    none: 'La gala todavía no se ha contado: no hay nada que repetir.',
    trouble: (sentence: string) => `Se ha parado: ${sentence}`,
  },

  keys: {
    title: 'Teclas',
    shift: 'Mayús',
    enter: 'Intro',
    close: 'Cerrar',
    single: 'Letras, cifras y signos funcionan como teclas',
    keys: [
      ['1 … 9, 0', 'Elegir a un nominado'],
      ['Mayús + 1 … 0', 'Añadir otro, si hay empate'],
      ['Intro', 'Revisar y después publicar'],
      ['P', 'Se presenta la categoría'],
      ['R', 'Poner el resultado en revisión'],
      ['C', 'Confirmar, o corregir con otra elección'],
      ['U', 'Deshacer lo que nombra la barra'],
      ['T', 'Escribir un motivo propio'],
      ['M', 'Anotar un momento'],
      ['J / K, ↓ / ↑', 'Moverse por la escaleta'],
      ['Esc', 'Un paso atrás'],
      ['?', 'Estas teclas'],
    ],
  },
};
