/** The time of day, once a second. */

export class Now {
  ms: number = $state(Date.now());

  run(): () => void {
    const timer = setInterval(() => (this.ms = Date.now()), 1000);
    return () => clearInterval(timer);
  }
}
