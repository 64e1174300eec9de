/** In Spanish: the way in: signing in, the list of desks, the tokens. */
import type { entry as english } from '../en/entry';

export const entry: typeof english = {
  signIn: {
    title: 'Entrar',
    intro: 'Quien gestiona el marcador le da una clave. Con ella figura en el registro.',
    token: 'Clave',
    stay: 'Recordar en este dispositivo',
    go: 'Entrar',
    checking: 'Comprobando…',
    out: 'Salir',
    refused: 'Esa clave no vale aquí: nunca lo fue, se ha revocado o ha caducado.',
    ended: 'Su clave ya no vale: se ha revocado o ha caducado. No se pierde nada de lo preparado.',
    malformed: 'Eso no es una clave: no lleva espacios y solo caracteres sencillos.',
    lost: 'No se puede conectar con el servidor. Inténtelo de nuevo.',
    once: 'Entrando con el código de un solo uso…',
    as: (name: string, role: string) => `${name}, ${role}`,
    roles: { admin: 'administración', producer: 'producción', editor: 'redacción' },
  },

  front: {
    desks: 'Mesas',
    open: 'Abrir la mesa',
    begin: 'Empezar un ensayo',
    beginAgain: 'Empezar el ensayo de nuevo',
    sure: 'Sí, desde el principio',
    beginning: 'Empezando…',
    failed: (sentence: string) => `No se ha empezado: ${sentence}`,
    phase: { scheduled: 'Sin empezar', live: 'En directo', ended: 'Terminada' },
    none: 'Todavía no hay ninguna ceremonia programada.',
    schedule: 'Programar una ceremonia',
  },

  tokens: {
    title: 'Claves',
    name: 'Nombre, tal como lo dirá el registro',
    role: 'Función',
    ceremony: 'Vale para',
    all: 'Todas las ceremonias',
    expires: 'Hasta (puede quedar vacío)',
    make: 'Crear una clave para órdenes',
    made: (name: string) => `La clave de ${name}. Se muestra solo esta vez.`,
    copy: 'Copiar',
    copied: 'Copiada',
    done: 'Ya la he guardado',
    revoke: 'Revocar',
    sure: 'Sí, revocarla',
    of: (name: string) => `Clave de ${name}`,
    none: 'Todavía no se ha creado ninguna clave.',
    until: (time: string) => `hasta ${time}`,
    failed: (sentence: string) => `No ha funcionado: ${sentence}`,
    invite: 'Crear un enlace para entrar',
    invited: (name: string, time: string) =>
      `Un enlace con el que entra ${name}, una vez, hasta el ${time}. Se muestra solo esta vez.`,
  },
};
