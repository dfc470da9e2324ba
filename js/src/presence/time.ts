import { useEffect, useState } from "../core/hooks";

/** How often what tells a time is looked at. */
const EVERY = 20_000;

/** Now, and a new rendering from time to time. */
export function useNow(): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), EVERY);
    return () => clearInterval(timer);
  }, []);
  return Math.max(now, Date.now());
}
