/** In English: the way in: signing in, the list of desks, the tokens. */

export const entry = {
  signIn: {
    title: 'Sign in',
    intro: 'Whoever runs the tracker gives you a token. It names you in the log.',
    token: 'Token',
    stay: 'Stay signed in on this device',
    go: 'Sign in',
    checking: 'Checking…',
    out: 'Sign out',
    refused: 'That token is good for nothing here: it was never one, was revoked, or has expired.',
    ended:
      'Your token is no longer good: it was revoked or has expired. Nothing you drafted is lost.',
    malformed: 'That is no token: it has no spaces and only plain characters.',
    lost: 'The tracker cannot be reached. Try again.',
    once: 'Opening with the one-time code…',
    as: (name: string, role: string) => `${name}, ${role}`,
    roles: { admin: 'admin', producer: 'producer', editor: 'editor' },
  },

  front: {
    desks: 'Desks',
    open: 'Open the desk',
    begin: 'Begin a rehearsal',
    beginAgain: 'Begin the rehearsal again',
    sure: 'Yes, from the start',
    beginning: 'Beginning…',
    failed: (sentence: string) => `It was not begun: ${sentence}`,
    phase: { scheduled: 'Not started', live: 'Live', ended: 'Ended' },
    none: 'No ceremony is scheduled yet.',
    schedule: 'Schedule a ceremony',
  },

  tokens: {
    title: 'Tokens',
    name: 'Name, as the log will say',
    role: 'Role',
    ceremony: 'Good for',
    all: 'Every ceremony',
    expires: 'Until (may stay empty)',
    make: 'Make a token for commands',
    made: (name: string) => `The token of ${name}. It is shown this once.`,
    copy: 'Copy',
    copied: 'Copied',
    done: 'I have kept it',
    revoke: 'Revoke',
    sure: 'Yes, revoke it',
    of: (name: string) => `Token of ${name}`,
    none: 'No token has been made yet.',
    until: (time: string) => `until ${time}`,
    failed: (sentence: string) => `That did not work: ${sentence}`,
    invite: 'Make a link to sign in',
    invited: (name: string, time: string) =>
      `A link that signs ${name} in, once, until ${time}. It is shown this once.`,
  },
};
