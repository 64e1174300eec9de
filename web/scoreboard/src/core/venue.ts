/** The time zone of a venue: a programme names the house, not its clock. */

/** By what the venue's name says of its place; the first that fits. */
const ZONES: readonly (readonly [RegExp, string])[] = [
  [
    /dolby theatre|hollywood|los angeles|beverly hills|shrine auditorium|pantages|peacock theater/i,
    'America/Los_Angeles',
  ],
  [/new york|radio city|madison square|brooklyn/i, 'America/New_York'],
  [/london|royal festival hall|royal albert hall|bafta/i, 'Europe/London'],
  [/cannes|paris|palais des festivals|olympia/i, 'Europe/Paris'],
  [/berlin/i, 'Europe/Berlin'],
  [/venezia|venice|roma\b|rome\b|cinecitt/i, 'Europe/Rome'],
  [/madrid|sevilla|seville|barcelona|valencia|málaga|granada/i, 'Europe/Madrid'],
  [/toronto/i, 'America/Toronto'],
  [/ciudad de méxico|mexico city/i, 'America/Mexico_City'],
  [/tokyo/i, 'Asia/Tokyo'],
  [/seoul/i, 'Asia/Seoul'],
  [/mumbai|delhi/i, 'Asia/Kolkata'],
  [/sydney/i, 'Australia/Sydney'],
];

/** Undefined where the place is not known from the name. */
export function zoneOfVenue(venue: string | undefined): string | undefined {
  return ZONES.find(([pattern]) => pattern.test(venue ?? ''))?.[1];
}
