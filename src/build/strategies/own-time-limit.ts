/**
 * Longest run of a build that nobody watches any more, in hours. The jobs that wait for it enforce limits of their own,
 * which may differ, and it is cancelled when the last one has left.
 */
export const OWN_TIME_LIMIT_HOURS = 24;
