/** An awards show that was made up, in both forms: to be downloaded, and to start from. */
import sampleJson from './samples/programme.json?raw';
import sampleTable from './samples/programme.csv?raw';
import type { Facts } from './types';

export { sampleJson, sampleTable };

/** What the table has no place for. */
export const sampleFacts: Facts = {
  name: 'Harbour Music Prizes',
  id: 'harbour-music-prizes-2031',
  starts_at: '2031-05-01T19:00:00.000Z',
  venue: 'Royal Festival Hall, London',
  hosts: 'Mara Quill; Tomas Reyes',
};
